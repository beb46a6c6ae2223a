use super::{Pipeline, Step};
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
                StageKind::LabelFilter(filter) => {
                    steps.push(Step::Label(LabelFilter::new(filter).map_err(error)?));
                }
                StageKind::Json(picks) if picks.is_empty() => {
                    steps.push(Step::Json(Json::default()));
                }
                StageKind::Json(picks) => {
                    steps.push(Step::PickedJson(PickedJson::new(picks).map_err(error)?));
                }
                StageKind::Logfmt { strict, keep_empty, extractions } => {
                    steps.push(Step::Logfmt(Logfmt::new(*strict, *keep_empty, extractions)));
                }
                StageKind::Pattern(pattern) => {
                    steps.push(Step::Pattern(Pattern::new(pattern).map_err(error)?));
                }
                StageKind::Regexp(pattern) => {
                    steps.push(Step::Regexp(Regexp::new(pattern).map_err(error)?));
                }
                StageKind::Unpack => steps.push(Step::Unpack),
                StageKind::Decolorize => steps.push(Step::Decolorize),
                StageKind::Drop(picks) => steps.push(Step::Pick(Pick::new(false, picks))),
                StageKind::Keep(picks) => steps.push(Step::Pick(Pick::new(true, picks))),
                StageKind::LineFormat(template) => {
                    steps.push(Step::LineFormat(LineFormat::new(template).map_err(error)?));
                }
                StageKind::LabelFormat(formats) => {
                    steps.push(Step::LabelFormat(LabelFormat::new(formats).map_err(error)?));
                }
            }
            if matches!(stage.kind, StageKind::LineFormat(_) | StageKind::Unpack) {
                changed = true;
                section = steps.len();
            }
        }
        hasten_filters(stages, &mut steps)?;
        Ok(Self { filters, steps, now })
    }
}

/// The first filter over each label runs as soon as a parser has set the label, wherever the
/// filter stands in the pipeline (and again where it stands).
fn hasten_filters(stages: &[Stage], steps: &mut [Step]) -> Result<(), QueryError> {
    for extract in steps.iter_mut().filter_map(Step::extract) {
        for stage in stages {
            let StageKind::LabelFilter(filter) = &stage.kind else { continue };
            let filter =
                LabelFilter::new(filter).map_err(|message| QueryError::new(stage.span, message))?;
            if let Some(name) = filter.only_name() {
                let name = name.to_owned();
                if extract.filters.iter().all(|(known, _)| *known != name) {
                    extract.filters.push((name, filter));
                }
            }
        }
    }
    Ok(())
}
