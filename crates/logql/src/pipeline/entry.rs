//! One entry on its way through the stages.

use std::borrow::Cow;

use model::{Batch, Labels, Session, Sessions};

use super::pool::Pool;
use crate::Origin;
use crate::limits::MAX_TEMPLATE_WORK;

/// The name of the label that says why a stage could not do its work on an entry.
pub(crate) const ERROR: &str = "__error__";
/// What exactly went wrong, in words.
pub(crate) const ERROR_DETAILS: &str = "__error_details__";
/// Asked for in a grouping, lets entries with an error through.
pub(crate) const PRESERVE_ERROR: &str = "__preserve_error__";

/// What a parsed label is called when the stream or its metadata has the name already.
const SUFFIX: &str = "_extracted";

/// What `__error__` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Json,
    Logfmt,
    LabelFilter,
    Template,
    SampleExtraction,
}

impl Failure {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "JSONParserErr",
            Self::Logfmt => "LogfmtParserErr",
            Self::LabelFilter => "LabelFilterErr",
            Self::Template => "TemplateFormatErr",
            Self::SampleExtraction => "SampleExtractionErr",
        }
    }
}

/// One entry on its way through the stages: its line and labels as they are by now. Made once for
/// a batch and moved from row to row, so that what it holds is allocated once.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    stream: &'a Labels,
    batch: &'a Batch,
    /// None when the stream's job has none.
    sessions: Option<&'a Sessions>,
    row: usize,
    line: Vec<u8>,
    line_changed: bool,
    /// Labels that the stages set and the metadata, in order of their coming.
    set: Pool<Item>,
    /// Names of the stream's labels (and auto fields) that are gone.
    gone: Pool<String>,
    /// After `keep`, auto fields other than these are gone as well.
    kept: Option<&'a [String]>,
    error: Option<Cow<'static, str>>,
    error_details: String,
    /// How much work templates may still do for the entries of the batch.
    pub(crate) template_work: usize,
}

#[derive(Debug, Default)]
struct Item {
    name: String,
    value: String,
    parsed: bool,
}

/// Far more than templates do that somebody reads, and little enough to end within seconds.
fn template_work(batch: &Batch) -> usize {
    let num_bytes = batch.lines.as_ref().map_or(0, |lines| lines.bytes.len());
    MAX_TEMPLATE_WORK
        .saturating_add(batch.len().saturating_mul(64 << 10))
        .saturating_add(num_bytes.saturating_mul(64))
}

impl<'a> Entry<'a> {
    pub(crate) fn new(stream: &'a Labels, batch: &'a Batch, sessions: &'a Sessions) -> Self {
        let has_sessions = stream.get("job").is_some_and(|job| sessions.0.contains_key(job));
        Self {
            stream,
            batch,
            sessions: has_sessions.then_some(sessions),
            row: 0,
            line: Vec::new(),
            line_changed: false,
            set: Pool::default(),
            gone: Pool::default(),
            kept: None,
            error: None,
            error_details: String::new(),
            template_work: template_work(batch),
        }
    }

    /// Starts with entry `row` as it was stored.
    pub(crate) fn load(&mut self, row: usize) {
        self.row = row;
        self.line_changed = false;
        self.set.clear();
        self.gone.clear();
        self.kept = None;
        self.error = None;
        self.error_details.clear();
        if !self.batch.metadata.is_empty() {
            self.load_metadata();
        }
    }

    fn load_metadata(&mut self) {
        let row = u32::try_from(self.row).unwrap_or(u32::MAX);
        let (stream, batch) = (self.stream, self.batch);
        for (name, value) in batch.metadata.row(row) {
            if value.is_empty() {
                continue;
            }
            if name == ERROR {
                self.error = Some(Cow::Owned(value.to_owned()));
                continue;
            }
            let item = self.set.push();
            item.name.clear();
            item.name.push_str(name);
            if stream.get(name).is_some() {
                item.name.push_str(SUFFIX);
            }
            item.value.clear();
            item.value.push_str(value);
            item.parsed = false;
        }
    }

    pub(crate) const fn row(&self) -> usize {
        self.row
    }

    pub(crate) const fn stream(&self) -> &'a Labels {
        self.stream
    }

    pub(crate) const fn batch(&self) -> &'a Batch {
        self.batch
    }

    pub(crate) fn timestamp(&self) -> i64 {
        self.batch.timestamps.get(self.row).copied().unwrap_or_default()
    }

    /// 0 when arrivals were not read.
    pub(crate) fn arrival(&self) -> u64 {
        self.batch.arrivals.get(self.row).copied().unwrap_or_default()
    }

    pub(crate) fn line(&self) -> &[u8] {
        if self.line_changed { &self.line } else { self.batch.line(self.row) }
    }

    /// The line as text; bytes that are none become U+FFFD.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.line())
    }

    pub(crate) fn line_len(&self) -> usize {
        if self.line_changed { self.line.len() } else { self.batch.line_len(self.row) }
    }

    pub(crate) const fn line_changed(&self) -> bool {
        self.line_changed
    }

    /// Hands out the line while labels are set; `read` does not change the line.
    pub(crate) fn with_line<R>(&mut self, read: impl FnOnce(&mut Self, &[u8]) -> R) -> R {
        if self.line_changed {
            let line = std::mem::take(&mut self.line);
            let result = read(self, &line);
            self.line = line;
            result
        } else {
            let batch = self.batch;
            read(self, batch.line(self.row))
        }
    }

    pub(crate) fn set_line(&mut self, line: &[u8]) {
        self.line.clear();
        self.line.extend_from_slice(line);
        self.line_changed = true;
    }

    pub(crate) fn swap_line(&mut self, line: &mut Vec<u8>) {
        std::mem::swap(&mut self.line, line);
        self.line_changed = true;
    }

    /// The value of a label, as Loki has it: without auto and session fields.
    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        match name {
            ERROR => return self.error.as_deref(),
            ERROR_DETAILS => {
                return Some(self.error_details.as_str()).filter(|details| !details.is_empty());
            }
            _ => {}
        }
        if let Some(item) = self.item(name) {
            return Some(&item.value);
        }
        if self.is_gone(name) {
            return None;
        }
        self.stream.get(name)
    }

    /// The value of a name that the query says: a label, otherwise an auto field, otherwise a
    /// field of the entry's session.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.label(name).or_else(|| self.auto(name))
    }

    /// An auto field, otherwise a field of the entry's session.
    pub(crate) fn auto(&self, name: &str) -> Option<&str> {
        if self.batch.auto.is_empty() && self.sessions.is_none() {
            return None;
        }
        let hidden =
            self.is_gone(name) || self.kept.is_some_and(|kept| !kept.iter().any(|k| k == name));
        if hidden {
            return None;
        }
        let row = u32::try_from(self.row).unwrap_or(u32::MAX);
        self.batch.auto.get(row, name).or_else(|| self.session()?.field(name))
    }

    pub(crate) fn session(&self) -> Option<&'a Session> {
        self.sessions?.of(self.stream, self.timestamp(), self.arrival())
    }

    /// Whether the stream or its metadata has the label: a parsed one of that name is renamed.
    pub(crate) fn is_base(&self, name: &str) -> bool {
        self.stream.get(name).is_some()
            || self.set.iter().any(|item| !item.parsed && item.name == name)
    }

    /// Whether a parser stage has set the label already.
    pub(crate) fn is_parsed(&self, name: &str) -> bool {
        self.set.iter().any(|item| item.parsed && item.name == name)
    }

    /// Makes `name` what a parser may call its label here.
    pub(crate) fn dodge(&self, name: &mut String) {
        if self.is_base(name) {
            name.push_str(SUFFIX);
        }
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        match name {
            ERROR => {
                self.error = (!value.is_empty()).then(|| Cow::Owned(value.to_owned()));
                return;
            }
            ERROR_DETAILS => {
                self.error_details.clear();
                self.error_details.push_str(value);
                return;
            }
            _ => {}
        }
        let item = match self.set.position(|item| item.name == name) {
            Some(at) => self.set.at(at),
            None => {
                let item = self.set.push();
                item.name.clear();
                item.name.push_str(name);
                item
            }
        };
        item.parsed = true;
        item.value.clear();
        item.value.push_str(value);
    }

    /// How many labels are set, to go back to.
    pub(crate) const fn mark(&self) -> usize {
        self.set.len()
    }

    /// Takes back the labels that were newly set since `mark`.
    pub(crate) fn roll_back(&mut self, mark: usize) {
        self.set.truncate(mark);
    }

    pub(crate) fn remove(&mut self, name: &str) {
        match name {
            ERROR => return self.error = None,
            ERROR_DETAILS => return self.error_details.clear(),
            _ => {}
        }
        if let Some(at) = self.set.position(|item| item.name == name) {
            self.set.remove(at);
        }
        if !self.is_gone(name) {
            let gone = self.gone.push();
            gone.clear();
            gone.push_str(name);
        }
    }

    /// Hides all auto and session fields but these.
    pub(crate) fn keep_auto(&mut self, names: &'a [String]) {
        self.kept = Some(names);
    }

    pub(crate) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    pub(crate) fn fail(&mut self, failure: Failure, details: &str) {
        self.error = Some(Cow::Borrowed(failure.as_str()));
        self.error_details.clear();
        self.error_details.push_str(details);
    }

    /// All labels in order of their names, those of an error included.
    pub(crate) fn labels(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<(&str, &str)> = self
            .stream
            .iter()
            .filter(|(name, _)| self.item(name).is_none() && !self.is_gone(name))
            .collect();
        // Details alone, of an error that was dropped, are no change.
        if self.set.is_empty() && self.gone.is_empty() && self.error.is_none() {
            return all;
        }
        all.extend(self.set.iter().map(|item| (item.name.as_str(), item.value.as_str())));
        if let Some(error) = &self.error {
            all.push((ERROR, error));
        }
        if !self.error_details.is_empty() {
            all.push((ERROR_DETAILS, &self.error_details));
        }
        all.sort_unstable();
        all
    }

    /// Where one of `labels` is from.
    pub(crate) fn origin(&self, name: &str) -> Origin {
        match self.item(name) {
            _ if matches!(name, ERROR | ERROR_DETAILS) => Origin::Parsed,
            None => Origin::Stream,
            Some(item) if item.parsed => Origin::Parsed,
            Some(_) => Origin::Metadata,
        }
    }

    fn item(&self, name: &str) -> Option<&Item> {
        self.set.iter().find(|item| item.name == name)
    }

    fn is_gone(&self, name: &str) -> bool {
        self.gone.iter().any(|gone| gone == name)
    }
}
