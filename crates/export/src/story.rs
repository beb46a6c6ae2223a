//! What a report says before anybody asks it: how much, of what, and the lines that tell most.

use std::collections::BTreeMap;

use model::{Batch, Labels, TimeRange};
use report::KeyLine;

use crate::Gathered;

/// Lines that stand in the page as text.
const KEY_LINES: usize = 40;
/// Of one of them.
const MAX_CHARS: usize = 2_000;
/// In the order of their weight; all others come after.
const LEVELS: [&str; 3] = ["critical", "error", "warning"];

/// What is known about the entries and where they came from, in English: names of facts are the
/// same in every report.
pub fn facts(
    gathered: &Gathered,
    range: TimeRange,
    show: &dyn Fn(i64) -> String,
) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            facts.push((name.to_owned(), value));
        }
    };
    let spans = gathered
        .streams
        .values()
        .filter_map(|batch| Some((*batch.timestamps.first()?, *batch.timestamps.iter().max()?)));
    let span = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let (first, last) = span.unwrap_or((range.start.0, range.end.0));
    fact("from", show(first));
    fact("to", show(last));
    let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
    for (labels, batch) in &gathered.streams {
        *levels.entry(labels.get("level").unwrap_or("none")).or_default() += batch.len();
    }
    let mut levels: Vec<(&str, usize)> = levels.into_iter().collect();
    levels.sort_by_key(|(level, _)| weight(level));
    let levels: Vec<String> = levels.iter().map(|(level, n)| format!("{level} {n}")).collect();
    fact("levels", levels.join(", "));
    let mut runs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for session in gathered.sessions.0.values().flatten() {
        for (name, value) in session.fields.iter() {
            let values = runs.entry(name).or_default();
            if !values.contains(&value.as_str()) {
                values.push(value);
            }
        }
    }
    for (name, values) in runs {
        fact(name, values.join(", "));
    }
    for warning in &gathered.warnings {
        fact("incomplete", warning.clone());
    }
    facts
}

/// The newest of the gravest lines, oldest first.
pub fn key_lines(streams: &BTreeMap<Labels, Batch>, show: &dyn Fn(i64) -> String) -> Vec<KeyLine> {
    let mut rows: Vec<(usize, i64, &Labels, &Batch, usize)> = streams
        .iter()
        .flat_map(|(labels, batch)| {
            let of = weight(labels.get("level").unwrap_or_default());
            let newest = batch.len().saturating_sub(KEY_LINES)..batch.len();
            newest.map(move |row| {
                let at = batch.timestamps.get(row).copied().unwrap_or_default();
                (of, at, labels, batch, row)
            })
        })
        .collect();
    rows.sort_by_key(|(of, at, ..)| (*of, std::cmp::Reverse(*at)));
    rows.truncate(KEY_LINES);
    rows.sort_by_key(|(_, at, ..)| *at);
    rows.into_iter()
        .map(|(_, at, labels, batch, row)| KeyLine {
            time: show(at),
            level: labels.get("level").unwrap_or_default().to_owned(),
            text: shortened(&String::from_utf8_lossy(batch.line(row))),
        })
        .collect()
}

/// Whether a line of the level may be what a report is made for.
pub fn is_grave(level: &str) -> bool {
    LEVELS.contains(&level)
}

/// The gravest first.
pub fn weight(level: &str) -> usize {
    LEVELS.iter().position(|known| *known == level).unwrap_or(LEVELS.len())
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use model::Entry;

    use super::*;

    #[test]
    fn the_gravest_lines_come_before_the_newest() {
        let batch = |from: i64, count: i64| {
            let entry = |n: i64| Entry {
                timestamp: from + n,
                arrival: u64::try_from(from + n).unwrap(),
                line: format!("line {}", from + n).into_bytes(),
                ..Entry::default()
            };
            Batch::from_entries((0..count).map(entry).collect())
        };
        let streams = BTreeMap::from([
            (Labels::from([("level", "error")]), batch(0, 3)),
            (Labels::from([("level", "info")]), batch(1000, 500)),
        ]);
        let lines = key_lines(&streams, &|ns| ns.to_string());
        assert_eq!(lines.len(), KEY_LINES);
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts[..4], ["line 0", "line 1", "line 2", "line 1463"]);
        assert_eq!(texts[KEY_LINES - 1], "line 1499");
        assert_eq!(shortened(&"字".repeat(3_000)).chars().count(), MAX_CHARS + 1);
    }
}
