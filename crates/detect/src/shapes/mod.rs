//! How records look: one file for each family, and the table of all of them.
//!
//! A shape reads the front of a record (without escape sequences) and says when it was written, how
//! severe it is, and where its message starts. To add a shape: a file with a `Shape`, and its line
//! in the table.

mod bracket;
mod chattts;
mod dated;
mod json;
mod loguru;
mod ort;
mod python;
mod syslog;
mod trt;
mod uvicorn;

use serde::{Deserialize, Serialize};

use crate::{Auto, Level, stamp::Stamp, stamp::When};

/// What a shape reads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub text: &'a [u8],
    /// The ISO time that `text` starts with, and its length: half of all shapes start so.
    pub iso: Option<(Stamp, usize)>,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        let iso = text.first().filter(|b| b.is_ascii_digit()).and_then(|_| Stamp::iso(text));
        Self { text, iso }
    }

    /// The time at the start and what follows it.
    fn dated(&self) -> Option<(Stamp, &'a [u8])> {
        let (stamp, len) = self.iso?;
        Some((stamp, self.text.get(len..)?))
    }
}

/// What a shape found at the front of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Head<'a> {
    pub when: Option<When>,
    pub level: Option<Level>,
    /// The word or letter that stood for the level.
    pub word: &'a [u8],
    /// The rest of the record's first line; empty when the shape took all there is to find.
    pub message: &'a [u8],
}

/// One family of records.
pub(crate) struct Shape {
    /// Whether a record can look so whose first byte is this one.
    starts: fn(u8) -> bool,
    /// Reads the front of a record; puts fields into `Auto` only when it succeeds.
    read: for<'a> fn(&Subject<'a>, &mut Auto) -> Option<Head<'a>>,
}

/// The first that fits counts. All but the last resorts exclude each other, so that the shape that
/// fitted last may be tried first.
static SHAPES: [Shape; 10] = [
    loguru::SHAPE,
    python::DASHED,
    python::PLAIN,
    ort::SHAPE,
    bracket::SHAPE,
    chattts::SHAPE,
    trt::SHAPE,
    json::SHAPE,
    uvicorn::SHAPE,
    syslog::SHAPE,
];

/// After all others.
static LAST_RESORTS: [Shape; 1] = [dated::SHAPE];

/// The shapes, and which of them fitted last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Shapes {
    last: u8,
}

impl Shapes {
    pub(crate) fn read<'a>(&mut self, text: &'a [u8], auto: &mut Auto) -> Option<Head<'a>> {
        let first = *text.first()?;
        let subject = Subject::new(text);
        let last = usize::from(self.last);
        if let Some(head) = SHAPES.get(last).and_then(|shape| shape.try_read(first, &subject, auto))
        {
            return Some(head);
        }
        for (at, shape) in SHAPES.iter().enumerate().filter(|(at, _)| *at != last) {
            if let Some(head) = shape.try_read(first, &subject, auto) {
                self.last = u8::try_from(at).unwrap_or(0);
                return Some(head);
            }
        }
        LAST_RESORTS.iter().find_map(|shape| shape.try_read(first, &subject, auto))
    }
}

impl Shape {
    fn try_read<'a>(&self, first: u8, subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
        if (self.starts)(first) { (self.read)(subject, auto) } else { None }
    }
}

fn digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

fn bracket(byte: u8) -> bool {
    byte == b'['
}

fn capital(byte: u8) -> bool {
    byte.is_ascii_uppercase()
}

/// `text` up to `mark` and after it.
fn split<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memchr::memmem::find(text, mark)?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

#[cfg(test)]
mod tests;
