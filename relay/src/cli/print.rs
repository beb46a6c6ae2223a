//! An answer on the terminal, or for the next program.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write};

use jiff::tz::TimeZone;
use logql::{Outcome, Output, Row};
use model::Labels;
use protocol::place::FileRange;
use serde_json::json;

use crate::cli::args::OutputFormat;
use crate::cli::dispatch::say;
use crate::cli::{color, times};
use crate::http::number;

/// Prints in any format but `json`, which is the body of the answer itself.
pub fn outcome(
    out: &mut impl Write,
    outcome: &Outcome,
    places: BTreeMap<u64, FileRange>,
    format: OutputFormat,
    zone: &TimeZone,
) -> io::Result<()> {
    match &outcome.output {
        Output::Rows(rows) => {
            let mut printer = RowPrinter { places, ..RowPrinter::new(format, zone.clone()) };
            printer.factor_out(rows);
            rows.iter().try_for_each(|row| printer.print(out, row))
        }
        Output::Matrix(series) => series.iter().try_for_each(|series| {
            series.samples.iter().try_for_each(|(ts, value)| {
                sample(out, format, &series.labels, Some(*ts), *value, zone)
            })
        }),
        Output::Vector(samples) => samples
            .iter()
            .try_for_each(|s| sample(out, format, &s.labels, Some(s.timestamp), s.value, zone)),
        Output::Scalar(value) => sample(out, format, &Labels::new(), None, *value, zone),
    }
}

fn sample(
    out: &mut impl Write,
    format: OutputFormat,
    labels: &Labels,
    timestamp: Option<i64>,
    value: f64,
    zone: &TimeZone,
) -> io::Result<()> {
    let value = number(value);
    // Loki's samples have milliseconds; both ways of asking print the same.
    let timestamp = timestamp.map(|ns| ns.div_euclid(1_000_000) * 1_000_000);
    match format {
        OutputFormat::Raw => writeln!(out, "{value}"),
        OutputFormat::Jsonl | OutputFormat::Json => {
            let mut object = json!({"labels": labels, "value": value});
            if let Some(ns) = timestamp {
                object["ts"] = ns.to_string().into();
                object["time"] = times::rfc3339(ns).into();
            }
            writeln!(out, "{object}")
        }
        OutputFormat::Default => match timestamp {
            Some(ns) => writeln!(out, "{} {labels} {value}", times::show(ns, zone)),
            None => writeln!(out, "{value}"),
        },
    }
}

/// Prints entries one after the other.
#[derive(Debug)]
pub struct RowPrinter {
    format: OutputFormat,
    zone: TimeZone,
    color: bool,
    terminal: bool,
    /// What all rows have, said once.
    common: BTreeMap<String, String>,
    /// Where entries stand in their files, by arrival.
    places: BTreeMap<u64, FileRange>,
}

impl RowPrinter {
    pub fn new(format: OutputFormat, zone: TimeZone) -> Self {
        let terminal = io::stdout().is_terminal();
        let (common, places) = (BTreeMap::new(), BTreeMap::new());
        Self { format, zone, color: color::wanted(), terminal, common, places }
    }

    /// Says once, on stderr, what all rows have in common.
    fn factor_out(&mut self, rows: &[Row]) {
        if self.format != OutputFormat::Default || rows.len() < 2 {
            return;
        }
        let mut rows = rows.iter();
        let mut common = rows.next().map(all_fields).unwrap_or_default();
        for row in rows {
            let fields = all_fields(row);
            common.retain(|name, value| fields.get(name) == Some(value));
        }
        if !common.is_empty() {
            let labels: Labels = common.clone().into_iter().collect();
            say(&format!("common: {labels}"));
            self.common = common;
        }
    }

    pub fn print(&self, out: &mut impl Write, row: &Row) -> io::Result<()> {
        let line = String::from_utf8_lossy(&row.line);
        match self.format {
            OutputFormat::Raw => writeln!(out, "{}", self.harmless(&line)),
            OutputFormat::Jsonl | OutputFormat::Json => {
                let place = self.places.get(&row.arrival);
                writeln!(out, "{}", json_row(row, &line, place))
            }
            OutputFormat::Default => self.print_default(out, row, &line),
        }
    }

    fn print_default(&self, out: &mut impl Write, row: &Row, line: &str) -> io::Result<()> {
        let time = times::show(row.timestamp, &self.zone);
        let labels: Labels = all_fields(row)
            .into_iter()
            .filter(|(name, value)| self.common.get(name) != Some(value))
            // A field that was read out of the line can be read there.
            .filter(|(name, value)| row.labels.get(name).is_some() || !line.contains(&**value))
            .collect();
        let shown = if labels.is_empty() { String::new() } else { format!(" {labels}") };
        let line = self.harmless(line);
        if self.color {
            let level = color::of_level(row.labels.get("level").unwrap_or_default());
            let (dim, reset) = (color::DIM, color::RESET);
            writeln!(out, "{dim}{time}{}{reset} {level}{line}{reset}", self.harmless(&shown))
        } else {
            writeln!(out, "{time}{shown} {line}")
        }
    }

    /// A terminal obeys what it is sent: colours may pass, nothing else does. Files and pipes get
    /// the line as it is.
    fn harmless<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.terminal { harmless(text) } else { Cow::Borrowed(text) }
    }
}

/// Labels and fields together; a label hides a field of its name.
fn all_fields(row: &Row) -> BTreeMap<String, String> {
    let mut fields: BTreeMap<String, String> = row.auto.iter().cloned().collect();
    fields.extend(row.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    fields
}

fn json_row(row: &Row, line: &str, place: Option<&FileRange>) -> serde_json::Value {
    let fields: BTreeMap<&str, &str> =
        row.auto.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let mut object = json!({
        "ts": row.timestamp.to_string(),
        "time": times::rfc3339(row.timestamp),
        "labels": row.labels,
        "fields": fields,
        "line": line,
    });
    if let Some(place) = place {
        object["file"] = json!(place);
    }
    object
}

/// Control characters as visible ones, except tabs, line feeds and colour sequences.
fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c.is_control() && c != '\n' && c != '\t') {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    let mut colored = false;
    while let Some(c) = rest.chars().next() {
        if let Some(len) = color_sequence(rest) {
            let sequence = rest.get(..len).unwrap_or_default();
            shown.push_str(sequence);
            colored = !matches!(sequence, "\x1b[m" | "\x1b[0m");
            rest = rest.get(len..).unwrap_or_default();
            continue;
        }
        match c {
            '\n' | '\t' => shown.push(c),
            c if c.is_control() => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    // A line that leaves its colour on would paint what follows.
    if colored {
        shown.push_str(color::RESET);
    }
    Cow::Owned(shown)
}

/// The length of `ESC [ digits ; … m` at the start of the text.
fn color_sequence(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\x1b[")?;
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    parameters.get(end..)?.starts_with('m').then_some(2 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: &str) -> Row {
        Row {
            timestamp: 1_734_445_852_123_000_000,
            line: line.as_bytes().to_vec(),
            labels: Labels::from([("job", "a"), ("level", "error")]),
            auto: vec![("commit".into(), "abc1234".into()), ("seed".into(), "42".into())],
            ..Row::default()
        }
    }

    #[track_caller]
    fn check(format: OutputFormat, rows: Vec<Row>, expected: &str) {
        let outcome_of = Outcome {
            output: Output::Rows(rows),
            stats: logql::Stats::default(),
            warnings: vec![],
        };
        let mut out = Vec::new();
        let range =
            FileRange { path: "/a.log".into(), offset: 7, length: 1, ..FileRange::default() };
        let places = BTreeMap::from([(9, range)]);
        outcome(&mut out, &outcome_of, places, format, &TimeZone::UTC).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn an_entry_is_printed_with_what_its_line_does_not_say() {
        check(
            OutputFormat::Default,
            vec![row("seed=42 failed")],
            "2024-12-17 14:30:52.123 {commit=\"abc1234\", job=\"a\", level=\"error\"} \
             seed=42 failed\n",
        );
        check(OutputFormat::Raw, vec![row("a\nb")], "a\nb\n");
        check(
            OutputFormat::Jsonl,
            vec![row("x")],
            "{\"fields\":{\"commit\":\"abc1234\",\"seed\":\"42\"},\
             \"labels\":{\"job\":\"a\",\"level\":\"error\"},\"line\":\"x\",\
             \"time\":\"2024-12-17T14:30:52.123Z\",\"ts\":\"1734445852123000000\"}\n",
        );
    }

    #[test]
    fn an_entry_of_a_file_says_where_it_stands() {
        check(
            OutputFormat::Jsonl,
            vec![Row { arrival: 9, line: b"x".to_vec(), ..Row::default() }],
            "{\"fields\":{},\"file\":{\"device\":0,\"inode\":0,\"length\":1,\"offset\":7,\
             \"path\":\"/a.log\"},\"labels\":{},\"line\":\"x\",\
             \"time\":\"1970-01-01T00:00:00Z\",\"ts\":\"0\"}\n",
        );
    }

    #[test]
    fn what_all_entries_share_is_not_repeated() {
        check(
            OutputFormat::Default,
            vec![row("42 one"), Row { labels: Labels::from([("job", "b")]), ..row("42 two") }],
            "2024-12-17 14:30:52.123 {job=\"a\", level=\"error\"} 42 one\n\
             2024-12-17 14:30:52.123 {job=\"b\"} 42 two\n",
        );
    }

    #[test]
    fn a_terminal_gets_colours_and_no_orders() {
        for (text, expected) in [
            ("plain\ttext", "plain\ttext"),
            ("\x1b[31mred\x1b[m", "\x1b[31mred\x1b[m"),
            ("\x1b[31mleft on", "\x1b[31mleft on\x1b[0m"),
            ("\x1b]0;title\x07", "\\u{1b}]0;title\\u{7}"),
            ("\x1b[2Jx\ry", "\\u{1b}[2Jx\\u{d}y"),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }
}
