//! How records look: one file for each family, and the table of all of them.
//!
//! A shape reads the front of a record (without escape sequences) and says when it was written, how
//! severe it is, and where its message starts. To add a shape: a file with a `Shape`, and its line
//! in the table.

mod basic;
mod bracket;
mod chattts;
mod comfy;
mod dated;
mod gin;
mod glog;
mod json;
mod level_first;
mod logfmt;
mod logrus;
mod loguru;
mod nccl;
mod nginx;
mod ort;
mod python;
mod row;
mod stamped;
mod tabbed;
mod trt;
mod uvicorn;

pub(crate) use json::{Scanner, Value};

use std::sync::LazyLock;

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
    pub body: Body<'a>,
}

/// How the message goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Body<'a> {
    /// Further lines of it have no head.
    Text,
    /// Each further line of it starts with these bytes again.
    Repeats(&'a [u8]),
    /// Columns, named by a line before.
    Row,
}

/// One family of records.
pub(crate) struct Shape {
    /// As people know it.
    name: &'static str,
    /// Whether a record can look so whose first byte is this one.
    starts: fn(u8) -> bool,
    /// Reads the front of a record; puts fields into `Auto` only when it succeeds.
    read: for<'a> fn(&Subject<'a>, &mut Auto) -> Option<Head<'a>>,
}

/// The first that fits counts. All but the last resorts exclude each other, so that the shape that
/// fitted last may be tried first.
static SHAPES: [Shape; 20] = [
    loguru::SHAPE,
    python::DASHED,
    python::PLAIN,
    ort::SHAPE,
    bracket::SHAPE,
    chattts::SHAPE,
    trt::SHAPE,
    json::SHAPE,
    uvicorn::SHAPE,
    stamped::SHAPE,
    basic::SHAPE,
    level_first::SHAPE,
    glog::SHAPE,
    gin::SHAPE,
    logfmt::SHAPE,
    logrus::SHAPE,
    tabbed::SHAPE,
    row::SHAPE,
    comfy::SHAPE,
    nccl::SHAPE,
];

/// After all others, and after what may stand in front of a record.
static LAST_RESORTS: [Shape; 2] = [nginx::SHAPE, dated::SHAPE];

/// The shapes, and which of them fitted last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Shapes {
    last: u8,
}

/// By the first byte of a record, the shapes that it can have, a bit for each.
static STARTS: LazyLock<[u32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|byte| {
        let may = |shape: &Shape| u8::try_from(byte).is_ok_and(shape.starts);
        (0..).zip(&SHAPES).map(|(at, shape)| u32::from(may(shape)) << at).sum()
    })
});

/// Which shape read a record: a place among all shapes, the last resorts behind the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShapeId(usize);

impl ShapeId {
    /// How many there are.
    pub(crate) const NUM: usize = SHAPES.len() + LAST_RESORTS.len();

    pub(crate) const fn index(self) -> usize {
        self.0
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        SHAPES.iter().chain(&LAST_RESORTS).map(|shape| shape.name)
    }
}

impl Shapes {
    /// The shape that fitted last.
    pub(crate) fn last(&self) -> ShapeId {
        ShapeId(usize::from(self.last))
    }

    pub(crate) fn read<'a>(&mut self, text: &'a [u8], auto: &mut Auto) -> Option<Head<'a>> {
        let mut possible = STARTS[usize::from(*text.first()?)];
        if possible == 0 {
            return None;
        }
        let subject = Subject::new(text);
        let last = 1_u32 << self.last.min(31);
        if possible & last != 0 {
            if let Some(head) = (SHAPES.get(usize::from(self.last))?.read)(&subject, auto) {
                return Some(head);
            }
            possible &= !last;
        }
        while possible != 0 {
            let at = possible.trailing_zeros();
            possible &= possible - 1;
            let shape = SHAPES.get(usize::try_from(at).ok()?)?;
            if let Some(head) = (shape.read)(&subject, auto) {
                self.last = u8::try_from(at).unwrap_or(0);
                return Some(head);
            }
        }
        None
    }

    /// For what nothing else fits.
    pub(crate) fn last_resort<'a>(text: &'a [u8], auto: &mut Auto) -> Option<(ShapeId, Head<'a>)> {
        let first = *text.first()?;
        let subject = Subject::new(text);
        let all = LAST_RESORTS.iter().enumerate();
        let mut possible = all.filter(|(_, shape)| (shape.starts)(first));
        possible.find_map(|(at, shape)| {
            (shape.read)(&subject, auto).map(|head| (ShapeId(SHAPES.len() + at), head))
        })
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
