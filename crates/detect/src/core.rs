//! What becomes of each segment: a frame, a new record, a continuation, or nothing.

use serde::{Deserialize, Serialize};

use crate::{
    Auto, Event, Extension, Kind, Level, SessionRole, TimeSource, ansi,
    bar::Frame,
    bars::{Bar, Bars},
    draft::Draft,
    encoding::Votes,
    extract, join,
    segment::{End, Segment},
    session,
    shapes::{Head, Shapes},
    stamp::Clock,
};

/// A record stays open for continuation lines for this long after its last line.
const OPEN_NS: i64 = 2_000_000_000;
/// A record of more lines or bytes is cut; the rest is another entry with `part`.
const MAX_JOINED_LINES: u32 = 1000;
const MAX_JOINED_BYTES: usize = 256 << 10;
/// An old file whose first lines have no stamp is read this far for the first one.
const MAX_HELD: usize = 1000;
const MAX_HELD_BYTES: usize = 1 << 20;
/// When so many entries came after a start marker and none had a stamp, none is near.
const MAX_BEHIND_MARKER: usize = 20;

/// Where the last record is, for its continuation lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    /// There is none.
    #[default]
    Nowhere,
    /// In `open`.
    Open,
    /// In `held`, at this index.
    Held(usize),
    /// Out.
    Emitted,
}

/// What is remembered of a file between segments.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    votes: Votes,
    shapes: Shapes,
    bars: Bars,
    mtime: i64,
    /// The end of the file was reached once: what comes now is being written now.
    is_live: bool,
    /// The last time of this file.
    stamp: Option<i64>,
    /// No stamp came for so long that none is expected.
    is_stampless: bool,
    place: Place,
    open: Draft,
    /// Complete entries that wait for a time.
    held: Vec<Draft>,
    held_bytes: usize,
    /// Inside a traceback.
    in_traceback: bool,
    /// Empty lines that belong to the record if another line of it follows.
    blank_lines: usize,
    /// Of the last record: when its last line came, its lines, bytes, level, and the number of its
    /// part if it was cut.
    last_seen: i64,
    num_lines: u32,
    num_bytes: usize,
    level: Option<Level>,
    part: u32,
    /// Records left to look at for fields of the run that started.
    described: u8,
}

impl Memory {
    pub(crate) fn new(mtime: i64) -> Self {
        Self { mtime, ..Self::default() }
    }

    pub(crate) fn newest_bar(&self) -> Option<&Bar> {
        self.bars.newest()
    }

    fn joins(&self, now: i64) -> bool {
        self.place != Place::Nowhere && now.saturating_sub(self.last_seen) <= OPEN_NS
    }
}

/// Memory that is used again for each segment.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub intake: Vec<u8>,
    text: String,
    plain: Vec<u8>,
    auto: Auto,
}

/// One pass over segments.
pub(crate) struct Core<'a> {
    pub memory: &'a mut Memory,
    pub clock: &'a mut Clock,
    pub buffers: &'a mut Buffers,
    pub now: i64,
}

impl Core<'_> {
    pub(crate) fn segment(
        &mut self,
        segment: Segment<'_>,
        end_offset: u64,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        // Both go back at the end; the segment's text may lie in them.
        let mut text_buffer = std::mem::take(&mut self.buffers.text);
        let mut plain_buffer = std::mem::take(&mut self.buffers.plain);
        let text = self.memory.votes.decode(segment.raw, &mut text_buffer);
        if segment.part > 1 {
            self.further_part(text, segment.part, end_offset, emit);
        } else {
            // NULs in front are the hole a truncated file has when its writer does not know.
            let hole = text.iter().take_while(|byte| **byte == 0).count();
            let text = text.get(hole..).unwrap_or(b"");
            let (rest, has_frames) = self.frames(text, segment.end, end_offset, emit);
            if rest.is_empty() {
                if !has_frames && segment.end == End::Line {
                    self.memory.blank_lines += 1;
                }
            } else {
                let plain = ansi::strip(rest, &mut plain_buffer);
                if !plain.is_empty() {
                    self.line(rest, plain, segment.part, end_offset, emit);
                }
            }
        }
        self.buffers.text = text_buffer;
        self.buffers.plain = plain_buffer;
    }

    /// Takes the progress frames off the front. Gives back what is glued behind them, and whether
    /// there were any.
    fn frames<'t>(
        &mut self,
        text: &'t [u8],
        end: End,
        end_offset: u64,
        emit: &mut impl FnMut(Event<'_>),
    ) -> (&'t [u8], bool) {
        let mut rest = text;
        while let Some((frame, len)) = Frame::leading(rest) {
            let (front, behind) = rest.split_at(len);
            if let Some(over) = self.memory.bars.moved(&frame, front, end_offset) {
                self.bar_is_over(&over, emit);
            }
            rest = behind;
        }
        let has_frames = rest.len() < text.len();
        if has_frames && rest.trim_ascii().is_empty() {
            rest = b"";
            if end == End::Line
                && let Some(over) = self.memory.bars.line_ended()
            {
                self.bar_is_over(&over, emit);
            }
        }
        (rest, has_frames)
    }

    fn bar_is_over(&mut self, bar: &Bar, emit: &mut impl FnMut(Event<'_>)) {
        self.flush(emit);
        let Some(progress) = bar.progress() else { return };
        let mut draft = self.draft(bar.end_offset);
        draft.kind = Kind::Progress;
        draft.line.extend_from_slice(&bar.frame);
        draft.auto.push("event", "progress");
        draft.auto.push("desc", &progress.description);
        draft.auto.push("n", &progress.n);
        draft.auto.push("total", &progress.total);
        draft.auto.push("elapsed", &progress.elapsed);
        draft.auto.push("rate", progress.rate.as_deref().unwrap_or(""));
        self.release(&mut draft, emit);
        self.memory.open = draft;
    }

    /// A line that is not a frame: `written` as it stands in the file, `plain` without escapes.
    fn line(
        &mut self,
        written: &[u8],
        plain: &[u8],
        part: u32,
        end_offset: u64,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        while let Some(over) = self.memory.bars.take_ended() {
            self.bar_is_over(&over, emit);
        }
        let mut auto = std::mem::take(&mut self.buffers.auto);
        auto.clear();
        if let Some(head) = self.memory.shapes.read(plain, &mut auto) {
            self.memory.in_traceback = join::is_traceback(head.message);
            self.record(written, &head, &mut auto, part, end_offset, emit);
        } else {
            self.headless(written, plain, &mut auto, part, end_offset, emit);
        }
        self.buffers.auto = auto;
    }

    /// A record that a shape has read.
    fn record(
        &mut self,
        written: &[u8],
        head: &Head<'_>,
        auto: &mut Auto,
        part: u32,
        end_offset: u64,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        if let Some(level) = head.level
            && level.differs_from(head.word)
        {
            auto.push_bytes("level_raw", head.word);
        }
        extract::fields(head.message, auto);
        let session = session::start(head.message);
        self.begin(written, head.level, auto, session, part, end_offset, emit);
        let around = if self.memory.is_live { self.now } else { self.memory.mtime };
        self.memory.open.stamp = head.when.and_then(|when| self.clock.nanos(when, around));
    }

    /// A line that no shape has read.
    fn headless(
        &mut self,
        written: &[u8],
        plain: &[u8],
        auto: &mut Auto,
        part: u32,
        end_offset: u64,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        let joins = self.memory.joins(self.now);
        self.memory.in_traceback &= joins;
        let starts_traceback = join::starts_traceback(plain);
        if starts_traceback && !self.memory.in_traceback {
            self.memory.in_traceback = true;
            self.begin(written, Some(Level::Error), auto, None, part, end_offset, emit);
        } else if joins && (self.memory.in_traceback || join::continues(plain)) {
            extract::continuation_fields(plain, auto);
            if self.memory.in_traceback
                && let Some(exception) = join::exception(plain)
            {
                auto.push_bytes("exception", exception);
                self.memory.in_traceback = false;
            }
            self.join(written, auto, end_offset, emit);
        } else {
            extract::fields(plain, auto);
            if let Some(warning) = join::warning(plain) {
                auto.push_bytes("warning", warning);
            }
            let level = join::is_death(plain).then_some(Level::Critical);
            self.begin(written, level, auto, session::start(plain), part, end_offset, emit);
        }
    }

    /// Starts a new record.
    #[expect(clippy::too_many_arguments, reason = "each belongs to the record that starts")]
    fn begin(
        &mut self,
        written: &[u8],
        level: Option<Level>,
        auto: &mut Auto,
        mut session: Option<(SessionRole, Auto)>,
        part: u32,
        end_offset: u64,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        if let Some((_, fields)) = &session {
            self.memory.described = session::DESCRIBED_RECORDS;
            auto.extend(fields);
            // The bars of the process before are over.
            while let Some(over) = self.memory.bars.take_any() {
                self.bar_is_over(&over, emit);
            }
        } else if self.memory.described > 0 {
            self.memory.described -= 1;
            session = session::description(auto).map(|fields| (SessionRole::Describes, fields));
        }
        self.flush(emit);
        let mut draft = self.draft(end_offset);
        draft.line.extend_from_slice(written);
        if part > 0 {
            auto.push("part", &part.to_string());
        }
        std::mem::swap(&mut draft.auto, auto);
        draft.level = level;
        draft.session = session;
        self.memory.open = draft;
        self.memory.place = Place::Open;
        self.memory.blank_lines = 0;
        self.memory.last_seen = self.now;
        self.memory.num_lines = 1;
        self.memory.num_bytes = written.len();
        self.memory.level = level;
        self.memory.part = part;
    }

    /// Adds a line to the last record.
    fn join(
        &mut self,
        written: &[u8],
        auto: &mut Auto,
        end_offset: u64,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        let blank_lines = std::mem::take(&mut self.memory.blank_lines);
        let num_lines = u32::try_from(blank_lines).unwrap_or(u32::MAX).saturating_add(1);
        let num_bytes = written.len() + blank_lines + 1;
        let memory = &mut *self.memory;
        if memory.num_lines.saturating_add(num_lines) > MAX_JOINED_LINES
            || memory.num_bytes + num_bytes > MAX_JOINED_BYTES
        {
            let (level, part) = (memory.level, memory.part.max(1) + 1);
            self.begin(written, level, auto, None, part, end_offset, emit);
            return;
        }
        memory.num_lines += num_lines;
        memory.num_bytes += num_bytes;
        memory.last_seen = self.now;
        let draft = match memory.place {
            Place::Held(at) => memory.held.get_mut(at),
            Place::Open => Some(&mut memory.open),
            Place::Nowhere | Place::Emitted => None,
        };
        let append = |line: &mut Vec<u8>| {
            line.resize(line.len() + blank_lines, b'\n');
            line.extend_from_slice(written);
        };
        if let Some(draft) = draft {
            draft.line.push(b'\n');
            append(&mut draft.line);
            draft.auto.extend(auto);
            draft.end_offset = end_offset;
        } else if blank_lines == 0 {
            emit(Event::Extend(Extension { text: written, auto, end_offset }));
        } else {
            let mut text = Vec::new();
            append(&mut text);
            emit(Event::Extend(Extension { text: &text, auto, end_offset }));
        }
    }

    /// The second and later parts of a line that is too long: entries like the first.
    fn further_part(
        &mut self,
        text: &[u8],
        part: u32,
        end_offset: u64,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        if text.is_empty() {
            return;
        }
        let level = self.memory.level;
        let mut auto = std::mem::take(&mut self.buffers.auto);
        auto.clear();
        self.begin(text, level, &mut auto, None, part, end_offset, emit);
        self.buffers.auto = auto;
    }

    /// An empty draft with the times of this moment.
    fn draft(&mut self, end_offset: u64) -> Draft {
        let mut draft = std::mem::take(&mut self.memory.open);
        draft.reset();
        draft.arrival = if self.memory.is_live { self.now } else { self.memory.mtime };
        draft.end_offset = end_offset;
        draft
    }

    /// Gives the open record its time and lets it go. It can still be continued.
    fn flush(&mut self, emit: &mut impl FnMut(Event<'_>)) {
        if self.memory.place != Place::Open {
            return;
        }
        let mut draft = std::mem::take(&mut self.memory.open);
        let num_held = self.memory.held.len();
        self.memory.place =
            if self.release(&mut draft, emit) { Place::Emitted } else { Place::Held(num_held) };
        self.memory.open = draft;
    }

    /// Emits a complete entry, or holds it until a stamp comes. Whether it is out.
    fn release(&mut self, draft: &mut Draft, emit: &mut impl FnMut(Event<'_>)) -> bool {
        if let Some(stamp) = draft.stamp {
            self.let_go(Some(stamp), emit);
            self.memory.stamp = Some(stamp);
            self.memory.is_stampless = false;
            draft.emit(stamp, TimeSource::Parsed, emit);
            return true;
        }
        let memory = &mut *self.memory;
        let expects_stamp = memory.stamp.is_none() && !memory.is_live && !memory.is_stampless;
        // A file that never had a stamp will not have one for a start marker either.
        let waits = draft.waits() && (memory.stamp.is_some() || !memory.is_live);
        if waits || expects_stamp || !memory.held.is_empty() {
            memory.held_bytes += draft.line.len();
            memory.held.push(std::mem::take(draft));
            if memory.held.len() >= MAX_HELD || memory.held_bytes >= MAX_HELD_BYTES {
                memory.is_stampless = true;
                self.let_go(None, emit);
                return true;
            }
            return false;
        }
        match memory.stamp {
            Some(stamp) => draft.emit(stamp, TimeSource::Inherited, emit),
            None => draft.emit(draft.arrival, TimeSource::Arrival, emit),
        }
        true
    }

    /// Emits what was held: with the stamp that came or, when none came, with the last one if this
    /// is history, and the time of arrival if it is not.
    fn let_go(&mut self, stamp: Option<i64>, emit: &mut impl FnMut(Event<'_>)) {
        let stamp = stamp.or(self.memory.stamp.filter(|_| !self.memory.is_live));
        for draft in &mut self.memory.held {
            match stamp {
                Some(stamp) => draft.emit(stamp, TimeSource::Inherited, emit),
                None => draft.emit(draft.arrival, TimeSource::Arrival, emit),
            }
        }
        self.memory.held.clear();
        self.memory.held_bytes = 0;
        if matches!(self.memory.place, Place::Held(_)) {
            self.memory.place = Place::Emitted;
        }
    }

    pub(crate) fn settle(&mut self, emit: &mut impl FnMut(Event<'_>)) {
        self.flush(emit);
        // A start marker at the end of the file waits a little for the next stamp.
        let now = self.now;
        let waits = |draft: &Draft| draft.waits() && now.saturating_sub(draft.arrival) < OPEN_NS;
        if !self.memory.held.iter().rev().take(MAX_BEHIND_MARKER).any(waits) {
            self.let_go(None, emit);
        }
        self.memory.is_live = true;
    }

    pub(crate) fn finish(&mut self, emit: &mut impl FnMut(Event<'_>)) {
        while let Some(over) = self.memory.bars.take_any() {
            self.bar_is_over(&over, emit);
        }
        self.flush(emit);
        self.let_go(None, emit);
        self.memory.is_live = true;
    }
}
