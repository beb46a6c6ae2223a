use model::go_regex::Regex;
use yaml::{Marked, Problem};

use super::labels::{Allow, FromExtracted, Remove, Static, ToMetadata};
use super::{cri, drop, json, limit, logfmt, matches, metrics, multiline, output, pack, regex};
use super::{replace, sampling, template, timestamp};
use crate::Environment;
use crate::config::{Names, StageConfig, Timestamp};
use crate::pipeline::Stage;

/// Checks and compiles a stage. Most are one; `docker` and `cri` are short for several, and what
/// means nothing here is none.
pub(crate) fn build(
    stage: &Marked<StageConfig>,
    environment: &Environment,
) -> Result<Vec<Stage>, Problem> {
    use StageConfig as C;
    Ok(vec![match &stage.value {
        C::Geoip(_) | C::Eventlogmessage(_) | C::Tenant(_) => return Ok(Vec::new()),
        C::Docker(_) => return docker(environment),
        C::Cri(config) => return cri::stages(config, environment),
        C::Decolorize(_) => change(output::Decolorize),
        C::Drop(config) => change(drop::Drop::new(config, stage)?),
        C::Json(config) => change(json::Json::new(config)?),
        C::Labelallow(names) => change(Allow(names.clone())),
        C::Labeldrop(names) => change(Remove(names.clone())),
        C::Labels(names) => change(FromExtracted::new(names, stage)?),
        C::Limit(config) => change(limit::Limit::new(config)?),
        C::Logfmt(config) => change(logfmt::Logfmt::new(config)),
        C::Match(config) => matches::build(config, environment)?,
        C::Metrics(config) => change(metrics::Metrics::new(config)?),
        C::Multiline(config) => Stage::Hold(Box::new(multiline::Multiline::new(config)?)),
        C::Output(config) => change(output::Output { source: config.source.clone() }),
        C::Pack(config) => change(pack::Pack::new(config)),
        C::Regex(config) => change(regex::Extract::new(config)?),
        C::Replace(config) => change(replace::Replace::new(config)?),
        C::Sampling(config) => change(sampling::Sampling::new(config)?),
        C::StaticLabels(labels) => change(Static::new(labels, stage)?),
        C::StructuredMetadata(names) => change(ToMetadata::new(names)),
        C::Template(config) => change(template::Template::new(config)?),
        C::Timestamp(config) => change(timestamp::Timestamp::new(config, environment)?),
    }])
}

fn change(stage: impl crate::pipeline::Change + 'static) -> Stage {
    Stage::Change(Box::new(stage))
}

/// Lines of Docker's json-file logs: `{"log": "…\n", "stream": "stderr", "time": "…"}`.
fn docker(environment: &Environment) -> Result<Vec<Stage>, Problem> {
    let expressions = [("output", "log"), ("stream", "stream"), ("timestamp", "time")];
    let mut stages = vec![change(json::Json::of(&expressions)?)];
    stages.extend(stream_time_and_text(environment, "timestamp", "output")?);
    Ok(stages)
}

/// What container formats have in common: the label `stream`, a time and the text itself.
pub(super) fn stream_time_and_text(
    environment: &Environment,
    time: &str,
    text: &str,
) -> Result<Vec<Stage>, Problem> {
    let stream = Names::from([("stream".to_owned(), None)]);
    let time = Timestamp {
        source: time.to_owned(),
        format: Marked { value: "RFC3339Nano".to_owned(), mark: yaml::Mark::default() },
        fallback_formats: Vec::new(),
        location: None,
        action_on_failure: None,
    };
    Ok(vec![
        change(FromExtracted::of(&stream)),
        change(timestamp::Timestamp::new(&time, environment)?),
        change(output::Output { source: text.to_owned() }),
    ])
}

/// A regex of a stage, which is found anywhere in a text.
pub(super) fn search(text: &Marked<String>) -> Result<Regex, Problem> {
    if text.is_empty() {
        return Err(text.problem("the expression is empty"));
    }
    Regex::search(text).map_err(|error| text.problem(error.to_string()))
}

/// Nanoseconds of a setting.
pub(super) fn duration(text: &Marked<String>) -> Result<i64, Problem> {
    model::parse_duration(text).map_err(|error| text.problem(error.to_string()))
}

/// Bytes of a setting; Promtail counts by 1024: `8kb` is 8192.
pub(crate) fn size(text: &Marked<String>) -> Result<usize, Problem> {
    let lower = text.to_ascii_lowercase();
    let stem = lower.trim_end_matches('b').trim_end_matches('i');
    let stem = if stem.ends_with(|c: char| c.is_ascii_alphabetic()) {
        format!("{stem}ib")
    } else {
        stem.to_owned()
    };
    let bytes = model::parse_bytes(&stem).map_err(|_| {
        text.problem(format!("{:?} is not a size, expected one as in 8kb or 1MB", text.value))
    })?;
    Ok(usize::try_from(bytes).unwrap_or(usize::MAX))
}
