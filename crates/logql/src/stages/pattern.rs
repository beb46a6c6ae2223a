//! ``| pattern `<ip> - <user> [<_>]` ``

use memchr::memmem;

use super::extract::{Extract, Extraction, Next};
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
        let mut found: Vec<(String, String)> = Vec::new();
        let mut rest = pattern;
        while let Some(c) = rest.chars().next() {
            if let Some((name, after)) = capture(rest) {
                if found.last().is_some_and(|(_, end)| end.is_empty()) {
                    return Err(format!(
                        "two captures stand side by side in {pattern:?}, expected text between \
                         them"
                    ));
                }
                if name != "_" && found.iter().any(|(known, _)| known == name) {
                    return Err(format!("the capture <{name}> stands twice in {pattern:?}"));
                }
                found.push((name.to_owned(), String::new()));
                rest = after;
                continue;
            }
            match found.last_mut() {
                Some((_, end)) => end.push(c),
                None => start.push(c),
            }
            rest = rest.get(c.len_utf8()..).unwrap_or("");
        }
        if found.iter().all(|(name, _)| name == "_") {
            return Err(format!("{pattern:?} captures nothing, expected a <name>"));
        }
        let captures = found
            .into_iter()
            .map(|(name, end)| Capture {
                name: (name != "_").then_some(name),
                end: memmem::Finder::new(end.as_bytes()).into_owned(),
            })
            .collect();
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

/// The name of the capture that `text` begins with, and what follows it.
fn capture(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('<')?.split_once('>')?;
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_name = starts_well && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name.then_some((name, after))
}
