//! `| logfmt`: `key=value key="a value" flag`

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::escape::unescape;
use super::extract::{Extract, Extraction, Next, push_label_name, set_picked};
use crate::ast;
use crate::pipeline::{Entry, Failure};

/// `| logfmt`, ready to run.
#[derive(Debug)]
pub(crate) struct Logfmt {
    /// A mistake in the line is an error; otherwise the part with the mistake is left out.
    strict: bool,
    /// Keys without a value give empty labels.
    keep_empty: bool,
    /// Only these, from key to label; empty: all.
    picks: Vec<(String, String)>,
    pub(crate) extract: Extract,
}

impl Logfmt {
    pub(crate) fn new(strict: bool, keep_empty: bool, picks: &[ast::Extraction]) -> Self {
        let picks = picks.iter().map(|e| (e.path.clone(), e.name.clone())).collect();
        Self { strict, keep_empty, picks, extract: Extract::default() }
    }

    /// False when a filter on one of the fields drops the entry.
    pub(crate) fn run(&self, entry: &mut Entry<'_>) -> bool {
        entry.with_line(|entry, line| {
            if self.picks.is_empty() { self.all(entry, line) } else { self.picked(entry, line) }
        })
    }

    fn all(&self, entry: &mut Entry<'_>, line: &[u8]) -> bool {
        let mut extraction = Extraction::new(entry, &self.extract);
        let mut name = String::new();
        let read = self.pairs(line, |key, value| {
            if value.is_empty() && !self.keep_empty {
                return ControlFlow::Continue(());
            }
            name.clear();
            push_label_name(&String::from_utf8_lossy(key), &mut name);
            extraction.entry.dodge(&mut name);
            if extraction.wants(&name) {
                extraction.set(&name, &value)
            } else {
                ControlFlow::Continue(())
            }
        });
        match read {
            Ok(ControlFlow::Break(keep)) => keep,
            Ok(ControlFlow::Continue(())) => true,
            Err(reason) => {
                entry.fail(Failure::Logfmt, reason);
                true
            }
        }
    }

    fn picked(&self, entry: &mut Entry<'_>, line: &[u8]) -> bool {
        let mut values: Vec<Option<Cow<'_, str>>> = vec![None; self.picks.len()];
        let mut key_name = String::new();
        let read = self.pairs(line, |key, value| {
            key_name.clear();
            push_label_name(&String::from_utf8_lossy(key), &mut key_name);
            let is_label = self.picks.iter().any(|(_, label)| *label == key_name);
            if is_label || self.extract.is_wanted(&key_name) {
                for ((path, label), slot) in self.picks.iter().zip(&mut values) {
                    if *path == key_name || path.as_bytes() == key || *label == key_name {
                        *slot = Some(value.clone());
                    }
                }
            }
            ControlFlow::Continue(())
        });
        if let Err(reason) = read {
            entry.fail(Failure::Logfmt, reason);
            return true;
        }
        let found = self.picks.iter().zip(&values);
        set_picked(entry, found.map(|((_, label), value)| (label.as_str(), value.as_deref())));
        true
    }

    /// Goes through the pairs of a line. A mistake ends it where the stage is strict, and is
    /// passed over elsewhere.
    fn pairs<'l>(
        &self,
        line: &'l [u8],
        mut each: impl FnMut(&'l [u8], Cow<'l, str>) -> Next,
    ) -> Result<Next, &'static str> {
        for pair in Pairs::new(line) {
            match pair {
                Ok((key, value)) => {
                    if let stop @ ControlFlow::Break(_) = each(key, value) {
                        return Ok(stop);
                    }
                }
                Err(reason) if self.strict => return Err(reason),
                Err(_) => {}
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// The pairs of a line; what cannot be read is an error, and reading goes on after it.
struct Pairs<'l> {
    line: &'l [u8],
    at: usize,
}

type Pair<'l> = (&'l [u8], Cow<'l, str>);

impl<'l> Pairs<'l> {
    const fn new(line: &'l [u8]) -> Self {
        Self { line, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    /// Moves on to the first byte for which `test` holds.
    fn seek(&mut self, test: impl Fn(u8) -> bool) {
        let rest = self.line.get(self.at..).unwrap_or(b"");
        self.at += rest.iter().position(|b| test(*b)).unwrap_or(rest.len());
    }

    fn fail(&mut self, reason: &'static str) -> Result<Pair<'l>, &'static str> {
        self.seek(|b| b <= b' ');
        Err(reason)
    }

    fn quoted(&mut self, key: &'l [u8]) -> Result<Pair<'l>, &'static str> {
        let start = self.at + 1;
        let mut at = start;
        let end = loop {
            let rest = self.line.get(at..).unwrap_or(b"");
            match memchr::memchr2(b'"', b'\\', rest) {
                Some(hit) if rest.get(hit) == Some(&b'"') => break at + hit,
                Some(hit) => at += hit + 2,
                None => {
                    self.at = self.line.len();
                    return Err("a quoted value does not end");
                }
            }
        };
        self.at = end + 1;
        let raw = self.line.get(start..end).unwrap_or(b"");
        if memchr::memchr(b'\\', raw).is_none() {
            return Ok((key, String::from_utf8_lossy(raw)));
        }
        match unescape(raw) {
            Some(value) => Ok((key, Cow::Owned(value))),
            None => self.fail("a quoted value holds an impossible escape"),
        }
    }
}

impl<'l> Iterator for Pairs<'l> {
    type Item = Result<Pair<'l>, &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        self.seek(|b| b > b' ');
        let start = self.at;
        self.peek()?;
        self.seek(|b| b <= b' ' || matches!(b, b'=' | b'"'));
        let key = self.line.get(start..self.at).unwrap_or(b"");
        match self.peek() {
            Some(b'=') if key.is_empty() => return Some(self.fail("a key is missing before =")),
            Some(b'"') => return Some(self.fail("a quote stands in a key")),
            Some(b'=') => self.at += 1,
            _ => return Some(Ok((key, Cow::Borrowed("")))),
        }
        if self.peek() == Some(b'"') {
            return Some(self.quoted(key));
        }
        let start = self.at;
        self.seek(|b| b <= b' ' || matches!(b, b'=' | b'"'));
        if matches!(self.peek(), Some(b'=' | b'"')) {
            return Some(self.fail("= or a quote stands in a value that is not quoted"));
        }
        let value = self.line.get(start..self.at).unwrap_or(b"");
        Some(Ok((key, String::from_utf8_lossy(value))))
    }
}
