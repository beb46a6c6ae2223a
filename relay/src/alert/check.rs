use std::fmt::Write as _;
use std::path::PathBuf;

use alert::rule::{self, Kind};

use super::files;

/// What there is to say about rule files.
#[derive(Debug, Default)]
pub struct Checked {
    /// A line for each group, and for each rule that may not mean what it says.
    pub text: String,
    pub problems: Vec<String>,
}

/// Reads rule files as they would be evaluated, and evaluates nothing.
pub fn check(paths: &[PathBuf]) -> Checked {
    let read = files::read(&files::stamps(paths));
    let mut text = String::new();
    for file in &read.files {
        for group in &file.groups {
            let alerts =
                group.rules.iter().filter(|r| matches!(r.kind, Kind::Alert { .. })).count();
            let records = group.rules.len() - alerts;
            // Writing to a string does not fail.
            writeln!(
                text,
                "rules      {}: group {}, {alerts} to alert, {records} to record",
                file.name, group.name
            )
            .ok();
            for rule in &group.rules {
                for advice in rule::advice(rule) {
                    writeln!(text, "advice     {}: {}: {advice}", file.name, rule.name).ok();
                }
            }
        }
    }
    if read.files.is_empty() && !paths.is_empty() {
        text.push_str("rules      none: no *.yaml file is there yet\n");
    }
    Checked { text, problems: read.problems.iter().map(ToString::to_string).collect() }
}
