use jiff::tz::TimeZone;
use promtail::{Entry, Environment, Outcome, Pipeline, config};

/// 2024-12-17 14:30:52 UTC, in nanoseconds.
pub const NOW: i64 = 1_734_445_852_000_000_000;

pub fn environment() -> Environment {
    Environment::new(|name| match name {
        "UTC" => Some(TimeZone::UTC),
        "Asia/Shanghai" => Some(TimeZone::fixed(jiff::tz::offset(8))),
        _ => None,
    })
}

/// The stages of a job whose `pipeline_stages` are these lines of YAML.
pub fn pipeline(stages: &str) -> Result<Pipeline, String> {
    let indented: String = stages.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!("scrape_configs:\n- job_name: j\n  pipeline_stages:\n{indented}");
    let file = config::read(&text);
    match file.problems.first() {
        Some(problem) => Err(problem.to_string()),
        None => {
            let stages = &file.jobs[0].pipeline_stages;
            Pipeline::new(stages, &environment()).map_err(|problem| problem.to_string())
        }
    }
}

/// An entry in one line: labels other than `job`, time relative to [`NOW`] when it is not that,
/// metadata, and the line.
pub fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Dropped { reason, .. } => format!("dropped: {reason}"),
        Outcome::Entry(entry) => {
            let labels = entry.labels.iter().filter(|(name, _)| *name != "job");
            let mut text: String = labels.map(|(name, value)| format!("{name}={value} ")).collect();
            for (name, value) in &entry.metadata {
                text.push_str(&format!("[{name}={value}] "));
            }
            if entry.timestamp != NOW {
                let moment = jiff::Timestamp::from_nanosecond(entry.timestamp.into()).unwrap();
                text.push_str(&format!("@{moment} "));
            }
            text.push_str("| ");
            text.push_str(&String::from_utf8_lossy(&entry.line));
            text
        }
    }
}

/// What comes out of the stages for these lines, all read at [`NOW`].
pub fn through(pipeline: &mut Pipeline, lines: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    for line in lines {
        let entry = Entry::new([("job", "j")].into(), NOW, *line);
        pipeline.push(entry, NOW, &mut out);
    }
    pipeline.finish(NOW, &mut out);
    out.iter().map(shown).collect()
}

/// Checks what becomes of the lines; a problem with the stages is the one result.
#[track_caller]
pub fn check(stages: &str, lines: &[&str], expected: &[&str]) {
    let found = match pipeline(stages) {
        Ok(mut pipeline) => through(&mut pipeline, lines),
        Err(problem) => vec![problem],
    };
    assert_eq!(found, expected, "\n{stages}\n{lines:?}");
}
