use std::collections::BTreeMap;

use model::{Batch, Labels, TimeRange};
use report::Note;

use crate::story::{facts, weight};
use crate::{Gathered, Redaction};

/// Lines around the one that the text is about.
const BEFORE: usize = 15;
const AFTER: usize = 5;

/// What is told of entries where people ask for help, see [`note`].
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    pub query: &'a str,
    pub range: TimeRange,
    /// None: the error is its title.
    pub title: Option<&'a str>,
    pub note: Option<&'a str>,
    /// The line it is about, by time and arrival; None: the newest of the gravest.
    pub about: Option<(i64, u64)>,
    /// The name of the file that goes along.
    pub attachment: Option<&'a str>,
}

/// An entry, found in its stream.
#[derive(Clone, Copy)]
struct At<'a> {
    labels: &'a Labels,
    batch: &'a Batch,
    row: usize,
}

impl At<'_> {
    fn key(&self) -> (i64, u64) {
        let time = self.batch.timestamps.get(self.row).copied().unwrap_or_default();
        (time, self.batch.arrivals.get(self.row).copied().unwrap_or_default())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(self.batch.line(self.row)).into_owned()
    }
}

/// The report as a text to paste: the error with its traceback, how often it happened, what
/// surrounds it and where. Of what was gathered and redacted; None where that is nothing.
pub fn note(
    told: &Told<'_>,
    gathered: &Gathered,
    redaction: &mut Redaction,
    show: &dyn Fn(i64) -> String,
) -> Option<Note> {
    let entry = subject(&gathered.streams, told.about)?;
    let text = entry.text();
    let error = text.trim_end().lines().next_back().unwrap_or_default().trim().to_owned();
    let shape = shape(&error);
    let mut times: Vec<i64> = every(&gathered.streams)
        .filter(|other| weight_of(other) == weight_of(&entry) && ends_alike(other, &shape))
        .map(|other| other.key().0)
        .collect();
    times.sort_unstable();
    let mut all = Vec::new();
    let mut fact = |name: &str, value: String| all.push((name.to_owned(), value));
    if let (Some(first), Some(last)) = (times.first(), times.last()) {
        let times = times.len();
        if times > 1 {
            fact("times", format!("{times}, from {} to {}", show(*first), show(*last)));
        } else {
            fact("at", show(*last));
        }
    }
    fact("stream", entry.labels.to_string());
    all.extend(facts(gathered, told.range, show));
    all.extend(told.note.map(|note| ("note".to_owned(), redaction.text(note))));
    Some(Note {
        title: told.title.map_or(error, |title| redaction.text(title)),
        facts: all,
        trace: text.lines().map(str::to_owned).collect(),
        context: around(&gathered.streams, &entry),
        query: redaction.query(told.query),
        attachment: told.attachment.map(str::to_owned),
    })
}

fn every(streams: &BTreeMap<Labels, Batch>) -> impl Iterator<Item = At<'_>> {
    let rows = |(labels, batch)| (0..Batch::len(batch)).map(move |row| At { labels, batch, row });
    streams.iter().flat_map(rows)
}

fn subject(streams: &BTreeMap<Labels, Batch>, about: Option<(i64, u64)>) -> Option<At<'_>> {
    let chosen = about.and_then(|key| every(streams).find(|entry| entry.key() == key));
    // Of equal ones the newest.
    chosen.or_else(|| every(streams).min_by_key(|at| (weight_of(at), std::cmp::Reverse(at.key()))))
}

fn weight_of(entry: &At<'_>) -> usize {
    weight(entry.labels.get("level").unwrap_or_default())
}

/// The same error with other numbers is the same error.
fn shape(line: &str) -> String {
    let mut shape = String::with_capacity(line.len());
    for c in line.chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if c != '0' || !shape.ends_with('0') {
            shape.push(c);
        }
    }
    shape
}

fn ends_alike(entry: &At<'_>, expected: &str) -> bool {
    let text = entry.text();
    shape(text.trim_end().lines().next_back().unwrap_or_default().trim()) == *expected
}

/// What stands around an entry where it was written, whatever its level.
fn around(streams: &BTreeMap<Labels, Batch>, entry: &At<'_>) -> Vec<String> {
    let place = |labels: &Labels| {
        let mut place = labels.clone();
        place.remove("level");
        place
    };
    let here = place(entry.labels);
    let mut all: Vec<At<'_>> = Vec::new();
    for (labels, batch) in streams.iter().filter(|(labels, _)| place(labels) == here) {
        let at = batch.timestamps.partition_point(|time| *time < entry.key().0);
        let rows = at.saturating_sub(BEFORE)..(at + AFTER + 1).min(batch.len());
        all.extend(rows.map(|row| At { labels, batch, row }));
    }
    all.sort_by_key(At::key);
    let Some(at) = all.iter().position(|other| other.key() == entry.key()) else {
        return Vec::new();
    };
    let before = all.iter().take(at).skip(at.saturating_sub(BEFORE));
    let after = all.iter().skip(at + 1).take(AFTER);
    before.chain(after).map(At::text).collect()
}

#[cfg(test)]
mod tests {
    use model::Entry;

    use super::*;

    fn gathered() -> Gathered {
        let entry = |n: u64, line: String| Entry {
            timestamp: i64::try_from(n).unwrap(),
            arrival: n,
            line: line.into_bytes(),
            ..Entry::default()
        };
        let error = |n: u64| {
            let trace = "Traceback (most recent call last):\n  File \"a.py\", line 3\n";
            entry(n, format!("{trace}MemoryError: {} MiB asked by 10.0.0.{n}", n * 100))
        };
        let labels = |job, level| Labels::from([("job", job), ("level", level)]);
        let batch = |entries: Vec<Entry>| Batch::from_entries(entries);
        Gathered {
            streams: BTreeMap::from([
                (
                    labels("a", "info"),
                    batch((0..100).map(|n| entry(n, format!("step {n}"))).collect()),
                ),
                (labels("a", "error"), batch(vec![error(200), error(50), error(7)])),
                (labels("b", "info"), batch(vec![entry(51, "elsewhere".to_owned())])),
                (labels("b", "warning"), batch(vec![entry(400, "slow".to_owned())])),
            ]),
            ..Gathered::default()
        }
    }

    fn told(about: Option<(i64, u64)>) -> Note {
        let told = Told {
            query: "{job=\"a\"}",
            range: TimeRange::new(0, 500),
            title: None,
            note: Some("since the update"),
            about,
            attachment: None,
        };
        let mut redaction = Redaction::new("none", &[]).unwrap();
        note(&told, &gathered(), &mut redaction, &|ns| format!("t{ns}")).unwrap()
    }

    #[test]
    fn the_newest_of_the_gravest_is_told_with_what_surrounds_it() {
        let newest = told(None);
        assert_eq!(newest.title, "MemoryError: 20000 MiB asked by 10.0.0.200");
        assert_eq!(newest.trace.len(), 3);
        assert_eq!(newest.facts[0], ("times".to_owned(), "3, from t7 to t200".to_owned()));
        let context: Vec<String> = (85..100).map(|n| format!("step {n}")).collect();
        assert_eq!(newest.context, context);
        assert!(
            newest.facts.iter().any(|(name, value)| name == "note" && value.contains("update"))
        );

        let chosen = told(Some((50, 50)));
        assert_eq!(chosen.title, "MemoryError: 5000 MiB asked by 10.0.0.50");
        // The step of the same moment, with the earlier name in the order, stands around it too.
        assert_eq!(chosen.context.len(), BEFORE + AFTER);
        assert!(chosen.context.contains(&"step 49".to_owned()), "{:?}", chosen.context);
        assert!(!chosen.context.contains(&"elsewhere".to_owned()));
        assert_eq!(told(Some((400, 400))).facts[0], ("at".to_owned(), "t400".to_owned()));
    }

    #[test]
    fn of_nothing_nothing_is_told() {
        let told = Told {
            query: "{}",
            range: TimeRange::new(0, 1),
            title: None,
            note: None,
            about: None,
            attachment: None,
        };
        let mut redaction = Redaction::new("none", &[]).unwrap();
        assert_eq!(note(&told, &Gathered::default(), &mut redaction, &|_| String::new()), None);
    }
}
