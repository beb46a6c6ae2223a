//! What becomes of each segment: a frame, a new record, a continuation, or nothing; and when an
//! entry goes out, with which time.

mod front;
mod memory;
mod read;
mod record;
mod release;

pub(crate) use memory::{Buffers, Memory};

use crate::{
    Auto, Level, SessionRole, envelope::Outer, stamp::Clock, stretch::Stretch, tally::Tally,
};

/// One pass over segments.
pub(crate) struct Core<'a> {
    pub memory: &'a mut Memory,
    pub clock: &'a mut Clock,
    pub buffers: &'a mut Buffers,
    pub tally: &'a mut Tally,
    /// The time that the caller gave.
    pub now: i64,
    /// When the first bytes of the segment came.
    pub since: i64,
    /// What a container's runtime says about the segment.
    pub outer: Option<Outer>,
}

/// A line without the frames in front of it.
#[derive(Clone, Copy)]
struct Line<'a> {
    /// As it stands in the file.
    written: &'a [u8],
    /// Without escape sequences.
    plain: &'a [u8],
    /// 0: whole; else the number of the part of a line that was cut.
    part: u32,
    /// No further part follows.
    is_last_part: bool,
    at: Stretch,
    /// Which of the writers of the file it comes from, where lines say so; else 0.
    writer: u64,
}

/// What is known about a record when it starts, besides its fields.
#[derive(Default)]
struct Opening {
    stamp: Option<i64>,
    /// What each further line of the record starts with, as a hash; else 0.
    lead: u64,
    level: Option<Level>,
    session: Option<(SessionRole, Auto)>,
}
