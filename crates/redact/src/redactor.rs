use std::borrow::Cow;
use std::fmt;

use crate::ansi::{self, Stripped};
use crate::engine::{Engine, KNOWN_MASK};
use crate::known::Known;
use crate::names::Pseudonyms;
use crate::spans::{Hit, settle};
use crate::{
    Family, Finding, Group, RuleError, RuleFindings, RuleRun, RunReport, Sample, Selection, named,
};

/// Samples that are kept of a rule.
const SAMPLES: usize = 5;
/// Bytes of the line on either side of what a sample shows.
const AROUND: usize = 40;

/// Runs the rules over one export. Scan everything first, then rewrite everything; see the
/// [crate's page](crate).
#[derive(Clone)]
pub struct Redactor {
    pub(crate) engine: Engine,
    pub(crate) names: Pseudonyms,
    /// By rule, one more for what is known.
    tallies: Vec<Tally>,
    pub(crate) known: Known,
    /// A private key was seen, so lines that look like the inside of one are.
    pub(crate) saw_private_key: bool,
}

#[derive(Clone, Debug, Default)]
struct Tally {
    found: u64,
    written: u64,
    samples: Vec<Sample>,
}

/// What a pass over a text counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    Scan,
    Rewrite,
}

/// Shows no text that was found.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").field("report", &self.report()).finish_non_exhaustive()
    }
}

impl Redactor {
    pub fn new(selection: &Selection) -> Result<Self, RuleError> {
        let engine = Engine::new(selection)?;
        let tallies = vec![Tally::default(); engine.rules.len() + 1];
        let (names, known) = (Pseudonyms::default(), Known::default());
        Ok(Self { engine, names, tallies, known, saw_private_key: false })
    }

    /// Looks at a line and tells what would be replaced, in the order of the line.
    pub fn scan_line(&mut self, line: &[u8]) -> Vec<Finding> {
        let hits = self.line_hits(line);
        self.count(line, &hits, Pass::Scan);
        hits.into_iter()
            .map(|hit| Finding {
                rule: self.rule_id(hit.rule).to_owned(),
                after: self.pseudonym(line, &hit),
                span: hit.span,
            })
            .collect()
    }

    /// The line without what the rules find.
    pub fn rewrite<'a>(&mut self, line: &'a [u8]) -> Cow<'a, [u8]> {
        let hits = self.line_hits(line);
        self.apply(line, &hits)
    }

    /// The same for text: a file's name, a title, a note.
    pub fn rewrite_text<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        match self.rewrite(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(into_text(bytes)),
        }
    }

    /// The value of a label or a field; its name may say what it is.
    pub fn rewrite_value<'a>(&mut self, name: &str, value: &'a str) -> Cow<'a, str> {
        let hits = self.value_hits(name, value);
        match self.apply(value.as_bytes(), &hits) {
            Cow::Borrowed(_) => Cow::Borrowed(value),
            Cow::Owned(bytes) => Cow::Owned(into_text(bytes)),
        }
    }

    pub(crate) fn scan_value(&mut self, name: &str, value: &str) {
        let hits = self.value_hits(name, value);
        self.count(value.as_bytes(), &hits, Pass::Scan);
    }

    /// What the scan found, by rule, rules without a finding included.
    pub fn findings(&self) -> Vec<RuleFindings> {
        let all = self.tallies.iter().enumerate();
        let shown = all.filter(|(at, tally)| *at < self.engine.rules.len() || tally.found > 0);
        shown
            .map(|(at, tally)| {
                let rule = self.engine.rules.get(at);
                RuleFindings {
                    rule: self.rule_id(at).to_owned(),
                    group: rule.map_or(Group::Default, |rule| rule.group),
                    name_key: rule.map_or("redact.known", |rule| rule.name_key).to_owned(),
                    count: tally.found,
                    samples: tally.samples.clone(),
                }
            })
            .collect()
    }

    /// Which rules ran and how many texts each one replaced in what was rewritten.
    pub fn report(&self) -> RunReport {
        let all = self.tallies.iter().enumerate();
        let rules = all
            .filter(|(at, tally)| *at < self.engine.rules.len() || tally.written > 0)
            .map(|(at, tally)| RuleRun { rule: self.rule_id(at).to_owned(), count: tally.written })
            .collect();
        RunReport { rules }
    }

    fn rule_id(&self, at: usize) -> &str {
        self.engine.rules.get(at).map_or("known", |rule| rule.id.as_str())
    }

    fn line_hits(&mut self, line: &[u8]) -> Vec<Hit> {
        self.refresh();
        let mask = self.engine.mask(line) | KNOWN_MASK;
        self.hits(line, mask)
    }

    pub(crate) fn value_hits(&mut self, name: &str, value: &str) -> Vec<Hit> {
        let mut hits = self.line_hits(value.as_bytes());
        if let Some(hit) = named::hit(&self.engine, name, value) {
            // The name knows better than the look of a part of it, unless that is an address.
            let is_address = hits.iter().any(|h| h.family == Family::Ip);
            let text = value.get(hit.span.clone()).unwrap_or_default();
            let is_done = self.names.reserve(text.trim().as_bytes());
            if !(is_done || is_address && hit.family == Family::Host) {
                hits.push(hit);
                settle(&mut hits);
            }
        }
        hits
    }

    /// What the rules of `mask` find, and what is known, settled.
    pub(crate) fn hits(&mut self, line: &[u8], mask: u64) -> Vec<Hit> {
        let mut hits = Vec::new();
        match ansi::blanked(line) {
            None => self.add_hits(line, mask, &mut hits),
            // Colours are an end of a word to one rule and nothing at all to another.
            Some(blanked) => {
                self.add_hits(&blanked, mask, &mut hits);
                let stripped = Stripped::new(line);
                let mut more = Vec::new();
                self.add_hits(&stripped.text, mask, &mut more);
                let at = |hit: Hit| Some(Hit { span: stripped.in_line(hit.span)?, ..hit });
                hits.extend(more.into_iter().filter_map(at));
            }
        }
        settle(&mut hits);
        hits.retain(|hit| {
            let text = line.get(hit.span.clone()).unwrap_or_default();
            !self.names.reserve(text.trim_ascii())
        });
        hits
    }

    fn add_hits(&self, text: &[u8], mask: u64, hits: &mut Vec<Hit>) {
        self.engine.hits(text, mask, hits);
        if mask & KNOWN_MASK != 0 {
            self.known.hits(text, self.names.known(), self.engine.rules.len(), hits);
        }
    }

    pub(crate) fn refresh(&mut self) {
        self.known.refresh(self.names.known());
    }

    pub(crate) fn pseudonym(&mut self, line: &[u8], hit: &Hit) -> String {
        let original = line.get(hit.span.clone()).unwrap_or_default();
        self.names.of(hit.family, original).to_owned()
    }

    /// Gives what was found its pseudonyms, and counts it.
    pub(crate) fn count(&mut self, line: &[u8], hits: &[Hit], pass: Pass) {
        for hit in hits {
            let after = self.pseudonym(line, hit);
            let needs_sample = self.tallies.get_mut(hit.rule).is_some_and(|tally| match pass {
                Pass::Rewrite => {
                    tally.written += 1;
                    false
                }
                Pass::Scan => {
                    tally.found += 1;
                    let known = |sample: &Sample| sample.after.contains(&after);
                    tally.samples.len() < SAMPLES && !tally.samples.iter().any(known)
                }
            });
            if needs_sample {
                let sample = self.sample(line, hits, hit);
                if let Some(tally) = self.tallies.get_mut(hit.rule) {
                    tally.samples.push(sample);
                }
            }
        }
    }

    fn sample(&mut self, line: &[u8], hits: &[Hit], hit: &Hit) -> Sample {
        let start = hit.span.start.saturating_sub(AROUND);
        let end = line.len().min(hit.span.end.saturating_add(AROUND));
        let window = line.get(start..end).unwrap_or_default();
        let inside = hits.iter().filter(|h| h.span.start >= start && h.span.end <= end);
        let moved: Vec<Hit> = inside
            .map(|h| Hit { span: h.span.start - start..h.span.end - start, ..h.clone() })
            .collect();
        let after = self.replaced(window, &moved);
        let cut = |is_cut: bool| if is_cut { "…" } else { "" };
        let (left, right) = (cut(start > 0), cut(end < line.len()));
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            format!("{left}{}{right}", text.trim_matches('\u{fffd}'))
        };
        Sample { before: text(window), after: text(&after) }
    }

    /// The line with pseudonyms in place of the hits.
    pub(crate) fn apply<'a>(&mut self, line: &'a [u8], hits: &[Hit]) -> Cow<'a, [u8]> {
        if hits.is_empty() {
            return Cow::Borrowed(line);
        }
        self.count(line, hits, Pass::Rewrite);
        Cow::Owned(self.replaced(line, hits))
    }

    fn replaced(&mut self, line: &[u8], hits: &[Hit]) -> Vec<u8> {
        let mut out = Vec::with_capacity(line.len());
        let mut from = 0;
        for hit in hits {
            out.extend_from_slice(line.get(from..hit.span.start).unwrap_or_default());
            out.extend_from_slice(self.pseudonym(line, hit).as_bytes());
            from = hit.span.end;
        }
        out.extend_from_slice(line.get(from..).unwrap_or_default());
        out
    }
}

/// Rules cut text at ASCII or at its ends; a rule of the user may cut anywhere.
fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}
