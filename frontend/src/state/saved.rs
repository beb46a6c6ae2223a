//! An answer as a file: its rows in the order they were written.

use logql::{Output, Row};

use crate::engine::message::{Done, Event, Failure, Listed};
use crate::format::{Parts, stamp};

/// So many rows a file holds at most, the newest of the answer.
pub const SAVED_ROWS: usize = 100_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// The lines as they were written.
    Text,
    Jsonl,
    Csv,
}

impl FileFormat {
    pub const ALL: [Self; 3] = [Self::Text, Self::Jsonl, Self::Csv];

    pub const fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }

    pub const fn mime(self) -> &'static str {
        match self {
            Self::Text => "text/plain;charset=utf-8",
            Self::Jsonl => "application/jsonl;charset=utf-8",
            Self::Csv => "text/csv;charset=utf-8",
        }
    }

    fn row(self, row: &Row) -> Vec<u8> {
        let text = || String::from_utf8_lossy(&row.line);
        match self {
            Self::Text => [row.line.trim_ascii_end(), b"\n"].concat(),
            // As `logpane query -o jsonl` prints them.
            Self::Jsonl => {
                let fields: serde_json::Map<_, _> = row
                    .auto
                    .iter()
                    .map(|(name, value)| (name.clone(), value.as_str().into()))
                    .collect();
                let object = serde_json::json!({
                    "ts": row.timestamp.to_string(),
                    "time": rfc3339(row.timestamp),
                    "labels": row.labels,
                    "fields": fields,
                    "line": text(),
                });
                format!("{object}\n").into_bytes()
            }
            Self::Csv => {
                let label = |name| row.labels.get(name).unwrap_or_default();
                let (time, line) = (rfc3339(row.timestamp), text());
                let cells = [
                    &time,
                    label("level"),
                    label("job"),
                    label("instance"),
                    label("filename"),
                    &line,
                ];
                csv(&cells).into_bytes()
            }
        }
    }
}

/// `2024-12-17T14:02:07.123Z`, which every tool reads.
pub fn rfc3339(ns: i64) -> String {
    format!("{}Z", stamp(ns, 0, Parts::Full).replace(' ', "T"))
}

/// One record. What a spreadsheet would take for a formula gets a quote in front, since a log may
/// hold anything.
fn csv(cells: &[&str]) -> String {
    let cell = |cell: &&str| {
        let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        if guard.is_empty() && !cell.contains([',', '"', '\n', '\r']) {
            (*cell).to_owned()
        } else {
            format!("\"{guard}{}\"", cell.replace('"', "\"\""))
        }
    };
    cells.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n"
}

/// The numbers of a metric query as a table.
pub fn numbers(output: &Output) -> Vec<u8> {
    let mut table = csv(&["time", "series", "value"]);
    match output {
        Output::Matrix(series) => {
            for series in series {
                let labels = series.labels.to_string();
                for (time, value) in &series.samples {
                    table += &csv(&[&rfc3339(*time), &labels, &value.to_string()]);
                }
            }
        }
        Output::Vector(samples) => {
            for sample in samples {
                let labels = sample.labels.to_string();
                table += &csv(&[&rfc3339(sample.timestamp), &labels, &sample.value.to_string()]);
            }
        }
        Output::Scalar(value) => table += &csv(&["", "", &value.to_string()]),
        Output::Rows(_) => {}
    }
    table.into_bytes()
}

/// A file on its way.
#[derive(Clone, Debug)]
pub struct Saved {
    pub format: FileFormat,
    rows: Vec<Vec<u8>>,
}

/// How a file ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// So many rows; older ones were left out, or the answer misses some.
    Whole {
        rows: usize,
        older: bool,
        gaps: usize,
    },
    Failed(Failure),
}

impl Saved {
    pub const fn new(format: FileFormat) -> Self {
        Self { format, rows: Vec::new() }
    }

    pub fn take(&mut self, event: Event) -> Option<Ended> {
        match event {
            Event::Rows { from, rows, .. } => {
                self.rows.truncate(from);
                self.rows.extend(rows.iter().map(|Listed { row, .. }| self.format.row(row)));
                None
            }
            Event::Done { done: Done { coverage, .. }, .. } => Some(Ended::Whole {
                rows: self.rows.len(),
                older: coverage.stopped_at.is_some(),
                gaps: coverage.gaps.len(),
            }),
            Event::Failed { failure, .. } => Some(Ended::Failed(failure)),
            _ => None,
        }
    }

    /// The file, oldest first.
    pub fn bytes(&self) -> Vec<u8> {
        let head = match self.format {
            FileFormat::Csv => csv(&["time", "level", "job", "instance", "filename", "line"]),
            FileFormat::Text | FileFormat::Jsonl => String::new(),
        };
        let mut bytes = head.into_bytes();
        self.rows.iter().rev().for_each(|row| bytes.extend_from_slice(row));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use model::Labels;

    use super::*;

    #[track_caller]
    fn check(format: FileFormat, expected: &str) {
        let row = |arrival: i64, line: &str| {
            Listed::from(Row {
                timestamp: 1_734_445_852_123_000_000 + arrival,
                line: line.as_bytes().to_vec(),
                labels: Labels::from([("job", "a"), ("level", "info")]),
                auto: vec![("rtf".to_owned(), "0.2".to_owned())],
                ..Row::default()
            })
        };
        let mut saved = Saved::new(format);
        let rows = vec![row(2, "=1+1"), row(1, "a \"b\", c\nd\n")];
        assert_eq!(
            saved.take(Event::Rows { id: 1, from: 0, rows: vec![row(9, "x")], total: 1 }),
            None
        );
        assert_eq!(saved.take(Event::Rows { id: 1, from: 0, rows, total: 2 }), None);
        let ended = saved.take(Event::Done { id: 1, done: Done::default() });
        assert_eq!(ended, Some(Ended::Whole { rows: 2, older: false, gaps: 0 }));
        assert_eq!(String::from_utf8(saved.bytes()).unwrap(), expected);
    }

    #[test]
    fn rows_are_saved_oldest_first() {
        check(FileFormat::Text, "a \"b\", c\nd\n=1+1\n");
        check(
            FileFormat::Jsonl,
            "{\"fields\":{\"rtf\":\"0.2\"},\"labels\":{\"job\":\"a\",\"level\":\"info\"},\
             \"line\":\"a \\\"b\\\", c\\nd\\n\",\"time\":\"2024-12-17T14:30:52.123Z\",\
             \"ts\":\"1734445852123000001\"}\n\
             {\"fields\":{\"rtf\":\"0.2\"},\"labels\":{\"job\":\"a\",\"level\":\"info\"},\
             \"line\":\"=1+1\",\"time\":\"2024-12-17T14:30:52.123Z\",\"ts\":\"1734445852123000002\"}\n",
        );
        check(
            FileFormat::Csv,
            "time,level,job,instance,filename,line\r\n\
             2024-12-17T14:30:52.123Z,info,a,,,\"a \"\"b\"\", c\nd\n\"\r\n\
             2024-12-17T14:30:52.123Z,info,a,,,\"'=1+1\"\r\n",
        );
    }

    #[test]
    fn numbers_are_a_table() {
        let table = numbers(&Output::Scalar(2.0));
        assert_eq!(String::from_utf8(table).unwrap(), "time,series,value\r\n,,2\r\n");
    }
}
