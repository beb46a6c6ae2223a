//! One JSON object a line. Its scalars are fields, those one level down with `_` between the names
//! (`err_type`); time and level are known by their names.

use super::{Body, Head, Shape, Subject};
use crate::{Auto, Level, stamp::When};

mod scan;

pub(crate) use scan::{Scanner, Value};

pub(super) const SHAPE: Shape = Shape { name: "JSON", starts: |byte| byte == b'{', read };

const TIMES: [&str; 9] = [
    "ts",
    "time",
    "timestamp",
    "@timestamp",
    "datetime",
    "asctime",
    "t",
    "record_time_timestamp",
    // journald's.
    "__REALTIME_TIMESTAMP",
];
const LEVELS: [&str; 6] =
    ["level", "levelname", "severity", "lvl", "record_level_name", "PRIORITY"];

/// What is found on the way through the object.
struct Found<'f> {
    fields: &'f mut Auto,
    when: Option<When>,
    level: Option<Level>,
    /// Of the word that is the level in the object's bytes.
    word: (usize, usize),
}

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let num_before = auto.len();
    let mut scanner = Scanner::new(subject.text);
    let mut found = Found { fields: auto, when: None, level: None, word: (0, 0) };
    let mut name = String::new();
    let read = scanner.object(&mut |scanner: &mut Scanner<'a>, key: &str| {
        member(scanner, &mut name, key, 0, &mut found)
    });
    let Found { when, level, word, fields } = found;
    if read.and_then(|()| scanner.end()).is_none() {
        fields.truncate(num_before);
        return None;
    }
    let word = subject.text.get(word.0..word.1).unwrap_or(b"");
    Some(Head { when, level, word, message: b"", body: Body::Text })
}

/// Objects further down than this are skipped; the one more level is for loguru, whose level is
/// at `record.level.name`.
const DEPTH: usize = 2;

fn member(
    scanner: &mut Scanner<'_>,
    name: &mut String,
    key: &str,
    depth: usize,
    found: &mut Found<'_>,
) -> Option<()> {
    let outer = name.len();
    if depth > 0 {
        name.push('_');
    }
    name.push_str(key);
    if depth < DEPTH && scanner.is_object() {
        let result = scanner.object(&mut |scanner: &mut Scanner<'_>, key: &str| {
            member(scanner, name, key, depth + 1, found)
        });
        name.truncate(outer);
        return result;
    }
    let start = scanner.position();
    let value = scanner.value()?;
    found.take(name, &value, depth, (start, scanner.position()));
    name.truncate(outer);
    Some(())
}

impl Found<'_> {
    fn take(&mut self, name: &str, value: &Value<'_>, depth: usize, at: (usize, usize)) {
        if self.when.is_none() && TIMES.contains(&name) {
            self.when = time(value);
            if self.when.is_some() {
                return;
            }
        }
        if self.level.is_none() && LEVELS.contains(&name) {
            self.level = match value {
                Value::Text(text) if name == "PRIORITY" => {
                    text.parse().ok().and_then(Level::from_severity)
                }
                Value::Text(text) => Level::from_word(text.as_bytes()),
                Value::Number(number) => numbered_level(number),
                _ => None,
            };
            if self.level.is_some() {
                self.word = match value {
                    Value::Text(_) => (at.0 + 1, at.1 - 1),
                    _ => at,
                };
                return;
            }
        }
        if depth < DEPTH {
            match value {
                Value::Text(text) => self.fields.push(&plain(name), text),
                Value::Number(text) | Value::Word(text) => self.fields.push(&plain(name), text),
                Value::Other => {}
            }
        }
    }
}

/// A name as LogQL can write it.
fn plain(name: &str) -> std::borrow::Cow<'_, str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        return name.into();
    }
    let mut plain: String = name.chars().map(|c| if fits(c) { c } else { '_' }).collect();
    if plain.starts_with(|c: char| c.is_ascii_digit()) {
        plain.insert(0, '_');
    }
    plain.into()
}

/// Bunyan's and pino's numbers.
fn numbered_level(number: &str) -> Option<Level> {
    Some(match number {
        "10" | "20" => Level::Debug,
        "30" => Level::Info,
        "40" => Level::Warning,
        "50" => Level::Error,
        "60" => Level::Critical,
        _ => return None,
    })
}

fn time(value: &Value<'_>) -> Option<When> {
    match value {
        Value::Text(text) => When::written(text),
        Value::Number(number) => When::written(number),
        _ => None,
    }
}
