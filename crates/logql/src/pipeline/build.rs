use super::{ERROR, ERROR_DETAILS, Pipeline, Step};
use crate::QueryError;
use crate::ast::{Stage, StageKind};
use crate::line::LineFilter;
use crate::stages::{
    Json, LabelFilter, LabelFormat, LineFormat, Logfmt, Pattern, Pick, PickedJson, Regexp,
};

impl Pipeline {
    /// `now` is what templates take for the present, in nanoseconds since 1970.
    pub(crate) fn new(stages: &[Stage], now: i64) -> Result<Self, QueryError> {
        let mut filters = Vec::new();
        let mut steps = Vec::new();
        // Line filters run before the other stages, up to a stage that changes what they see.
        let mut changed = false;
        let mut section = 0;
        for stage in stages {
            let error = |message: String| QueryError::new(stage.span, message);
            match &stage.kind {
                StageKind::LineFilter { op, values } => {
                    let filter = LineFilter::new(*op, values).map_err(error)?;
                    if changed {
                        steps.insert(section, Step::Line(filter));
                        section += 1;
                    } else {
                        filters.push(filter);
                    }
                    continue;
                }
                kind => steps.push(step(kind).map_err(error)?),
            }
            let changes = [StageKind::Unpack, StageKind::Decolorize].contains(&stage.kind);
            if changes || matches!(stage.kind, StageKind::LineFormat(_)) {
                changed = true;
                section = steps.len();
            }
        }
        hasten_filters(&mut steps);
        Ok(Self { filters, steps, now })
    }
}

/// A stage by itself. An error is a sentence about what is wrong with it.
pub(super) fn step(stage: &StageKind) -> Result<Step, String> {
    Ok(match stage {
        StageKind::LineFilter { op, values } => Step::Line(LineFilter::new(*op, values)?),
        StageKind::LabelFilter(filter) => Step::Label(LabelFilter::new(filter)?),
        StageKind::Json(picks) if picks.is_empty() => Step::Json(Json::default()),
        StageKind::Json(picks) => Step::PickedJson(PickedJson::new(picks)?),
        StageKind::Logfmt { strict, keep_empty, extractions } => {
            Step::Logfmt(Logfmt::new(*strict, *keep_empty, extractions))
        }
        StageKind::Pattern(pattern) => Step::Pattern(Pattern::new(pattern)?),
        StageKind::Regexp(pattern) => Step::Regexp(Regexp::new(pattern)?),
        StageKind::Unpack => Step::Unpack,
        StageKind::Decolorize => Step::Decolorize,
        StageKind::Drop(picks) => Step::Pick(Pick::new(false, picks)),
        StageKind::Keep(picks) => Step::Pick(Pick::new(true, picks)),
        StageKind::LineFormat(template) => Step::LineFormat(LineFormat::new(template)?),
        StageKind::LabelFormat(formats) => Step::LabelFormat(LabelFormat::new(formats)?),
    })
}

/// A parser tries the label filters right behind it as soon as it has set their label, so that it
/// need not read on where the entry is dropped anyway. They run again where they stand.
fn hasten_filters(steps: &mut [Step]) {
    for at in 0..steps.len() {
        let Some((parser, behind)) = steps.get_mut(at..).and_then(<[Step]>::split_first_mut) else {
            return;
        };
        let Some(extract) = parser.extract() else { continue };
        for step in behind.iter() {
            // A comparison that fails is an error of its own, which must not come too early.
            let Step::Label(LabelFilter::Match(matcher)) = step else { break };
            if matcher.name != ERROR && matcher.name != ERROR_DETAILS {
                extract.filters.push(matcher.clone());
            }
        }
    }
}
