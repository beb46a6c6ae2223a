//! ``| pattern `<ip> - <user> [<_>]` ``

use memchr::memmem;

use super::extract::{Extract, Extraction, Next};
use crate::parse::{PatternPart, stage_pattern};
use crate::pipeline::Entry;

/// `| pattern`, ready to run.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// What stands before the first capture.
    start: Vec<u8>,
    captures: Vec<Capture>,
    pub(crate) extract: Extract,
}

/// A capture and the text that ends it.
#[derive(Debug)]
struct Capture {
    /// None for `<_>`.
    name: Option<String>,
    /// Empty for the last one: it takes the rest.
    end: memmem::Finder<'static>,
}

impl Pattern {
    /// An error is a sentence about the pattern.
    pub(crate) fn new(pattern: &str) -> Result<Self, String> {
        let mut start = String::new();
        let mut captures: Vec<Capture> = Vec::new();
        for part in stage_pattern(pattern)? {
            match (part, captures.last_mut()) {
                (PatternPart::Capture(name), _) => {
                    captures.push(Capture { name, end: memmem::Finder::new(b"").into_owned() });
                }
                (PatternPart::Literal(text), Some(before)) => {
                    before.end = memmem::Finder::new(text.as_bytes()).into_owned();
                }
                (PatternPart::Literal(text), None) => start = text,
            }
        }
        Ok(Self { start: start.into_bytes(), captures, extract: Extract::default() })
    }

    /// False when a filter on one of the captures drops the entry. Where a text of the pattern
    /// does not come, the capture before it takes the rest of the line and nothing follows.
    pub(crate) fn run(&self, entry: &mut Entry<'_>) -> bool {
        entry.with_line(|entry, line| {
            let Some(mut rest) = line.strip_prefix(self.start.as_slice()) else { return true };
            let mut extraction = Extraction::new(entry, &self.extract);
            let mut label = String::new();
            for capture in &self.captures {
                let len = capture.end.needle().len();
                let end = if len == 0 { None } else { capture.end.find(rest) };
                let value = rest.get(..end.unwrap_or(rest.len())).unwrap_or(b"");
                if let Some(name) = &capture.name {
                    label.clear();
                    label.push_str(name);
                    extraction.entry.dodge(&mut label);
                    if extraction.wants(&label)
                        && let Next::Break(keep) =
                            extraction.set(&label, &String::from_utf8_lossy(value))
                    {
                        return keep;
                    }
                }
                match end {
                    Some(end) => rest = rest.get(end + len..).unwrap_or(b""),
                    None => break,
                }
            }
            true
        })
    }
}
