use std::borrow::Cow;
use std::collections::BTreeMap;

use model::Labels;

use crate::Value;

/// A line on its way through the stages.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub labels: Labels,
    /// Nanoseconds since 1970: when the line was read, until a stage knows better.
    pub timestamp: i64,
    /// Not always UTF-8.
    pub line: Vec<u8>,
    pub metadata: Vec<(String, String)>,
    /// What stages took out of it; in the beginning the labels.
    pub extracted: BTreeMap<String, Value>,
    /// The lines that are in it.
    pub origins: Vec<Origin>,
}

/// Where a line stands, for who has to know which lines are done with. The pipeline only carries
/// it along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    pub file: u64,
    /// Offset of its first byte, and of the first byte of its line end.
    pub start: u64,
    pub end: u64,
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Entry(Entry),
    Dropped { origins: Vec<Origin>, reason: String },
}

impl Entry {
    pub fn new(labels: Labels, timestamp: i64, line: impl Into<Vec<u8>>) -> Self {
        let (line, metadata) = (line.into(), Vec::new());
        let extracted = BTreeMap::new();
        Self { labels, timestamp, line, metadata, extracted, origins: Vec::new() }
    }

    /// The same from a known place.
    #[must_use]
    pub fn from(mut self, origin: Origin) -> Self {
        self.origins.push(origin);
        self
    }

    /// The line as text; what is no UTF-8 in it is replaced.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.line)
    }

    /// What a stage reads: an extracted value or, where it names none, the line. None: there is no
    /// such value.
    pub(crate) fn input(&self, source: Option<&str>) -> Option<Cow<'_, [u8]>> {
        match source.filter(|source| !source.is_empty()) {
            None => Some(Cow::Borrowed(&self.line)),
            Some(source) => match self.extracted.get(source)? {
                Value::Text(text) => Some(Cow::Borrowed(text.as_bytes())),
                value => Some(Cow::Owned(value.text()?.into_bytes())),
            },
        }
    }

    pub(crate) fn extract(&mut self, name: &str, value: Value) {
        self.extracted.insert(name.to_owned(), value);
    }

    /// The text of an extracted value.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        self.extracted.get(name)?.text()
    }

    /// The same bytes as text in a value.
    pub(crate) fn lossy(bytes: &[u8]) -> Value {
        Value::Text(String::from_utf8_lossy(bytes).into_owned())
    }
}
