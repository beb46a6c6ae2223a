use super::{
    Core, Line, Opening,
    front::{Stripped, hash},
};
use crate::{
    Auto, Event, Level, ansi,
    bar::Frame,
    bare, extract, join,
    segment::{End, Segment},
    session,
    shapes::{Body, Head},
    stretch::Stretch,
};

impl Core<'_> {
    pub(crate) fn segment(
        &mut self,
        segment: Segment<'_>,
        at: Stretch,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        // Both go back at the end; the segment's text may lie in them.
        let mut text_buffer = std::mem::take(&mut self.buffers.text);
        let mut plain_buffer = std::mem::take(&mut self.buffers.plain);
        let text = self.memory.votes.decode(segment.raw, &mut text_buffer);
        let (part, is_last_part) = (segment.part, segment.end != End::Cut);
        let is_as_written = std::ptr::eq(text.as_ptr(), segment.raw.as_ptr());
        let at = Stretch { is_plain: at.is_plain && is_as_written, ..at };
        let mut line = Line { written: text, plain: text, part, is_last_part, at, writer: 0 };
        if segment.part > 1 {
            line.writer = self.memory.writer;
            self.further_part(line, emit);
        } else {
            self.tally.text(self.memory.votes.last());
            // NULs in front are the hole a truncated file has when its writer does not know.
            let hole = text.iter().take_while(|byte| **byte == 0).count();
            let written = text;
            let text = text.get(hole..).unwrap_or(b"");
            let at = at.part(hole, text.len());
            let (rest, has_frames) = self.frames(text, segment.end, at, emit);
            if rest.is_empty() {
                if !has_frames && segment.end == End::Line {
                    self.tally.blank += 1;
                    self.memory.blank_lines += 1;
                }
            } else {
                let plain = ansi::strip(rest, &mut plain_buffer);
                if !plain.is_empty() {
                    line.written = rest;
                    line.plain = plain;
                    line.at = line.at.part(written.len() - rest.len(), rest.len());
                    self.line(line, segment.end, emit);
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
        at: Stretch,
        emit: &mut impl FnMut(Event<'_>),
    ) -> (&'t [u8], bool) {
        let mut rest = text;
        while let Some((frame, len)) = Frame::leading(rest) {
            let (front, behind) = rest.split_at(len);
            let at = at.part(text.len() - rest.len(), len);
            if let Some(over) = self.memory.bars.moved(&frame, front, at, self.since) {
                self.bar_is_over(&over, emit);
            }
            self.tally.frames += 1;
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

    fn line(&mut self, mut line: Line<'_>, end: End, emit: &mut impl FnMut(Event<'_>)) {
        let mut auto = std::mem::take(&mut self.buffers.auto);
        auto.clear();
        let mut stripped = self.strip(line.plain, &mut auto);
        line.writer = stripped.writer;
        if stripped.text.len() < line.plain.len() && stripped.head.is_none() {
            // Behind a prefix too, a line can be blank, or a frame.
            let inside = Stretch { is_plain: false, ..line.at };
            let (rest, has_frames) = self.frames(stripped.text, end, inside, emit);
            if rest.trim_ascii().is_empty() {
                self.memory.blank_lines += usize::from(!has_frames);
                self.tally.blank += u64::from(!has_frames);
                self.buffers.auto = auto;
                return;
            }
            if has_frames {
                stripped.text = rest;
                stripped.head = self.memory.shapes.read(rest, &mut auto);
                stripped.shape = self.memory.shapes.last();
            }
        }
        while let Some(over) = self.memory.bars.take_ended() {
            self.bar_is_over(&over, emit);
        }
        match stripped.head {
            Some(head) => self.record(line, &stripped, &head, &mut auto, emit),
            None => self.headless(line, &stripped, &mut auto, emit),
        }
        self.buffers.auto = auto;
    }

    /// A record that a shape has read.
    fn record(
        &mut self,
        line: Line<'_>,
        stripped: &Stripped<'_>,
        head: &Head<'_>,
        auto: &mut Auto,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        self.tally.shaped(stripped.shape);
        let lead = match head.body {
            Body::Repeats(lead) => hash(0, lead),
            Body::Text | Body::Row => 0,
        };
        if lead != 0
            && lead == self.memory.lead
            && line.writer == self.memory.writer
            && self.memory.joins(self.now)
            && (self.memory.in_traceback || join::continues(head.message))
        {
            return self.continuation(line, head.message, auto, emit);
        }
        self.leave(line.writer);
        if self.memory.interrupted == Some(line.writer) {
            self.memory.interrupted = None;
        }
        self.memory.in_traceback = join::is_traceback(head.message);
        if let Some(level) = head.level
            && level.differs_from(head.word)
        {
            auto.push_bytes("level_raw", head.word);
        }
        match head.body {
            Body::Row => extract::row(&self.memory.columns, head.message, auto),
            Body::Text | Body::Repeats(_) => extract::fields(head.message, auto),
        }
        let opening = Opening {
            stamp: self.stamp(head.when, stripped.when),
            lead,
            level: head.level.or(stripped.level).or_else(|| self.implied(head.message)),
            session: session::start(head.message),
        };
        self.begin(line, opening, auto, emit);
    }

    /// The level of a record that has none of its own, by what it says.
    fn implied(&self, message: &[u8]) -> Option<Level> {
        if self.memory.in_traceback { Some(Level::Error) } else { bare::level(message) }
    }

    /// A line that no shape has read.
    fn headless(
        &mut self,
        line: Line<'_>,
        stripped: &Stripped<'_>,
        auto: &mut Auto,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        let text = stripped.text;
        let continues = join::continues(text);
        // A line of another writer is no continuation; one that does not say its writer may be.
        let joins = self.memory.joins(self.now)
            && (line.writer == self.memory.writer || line.writer == 0 && continues);
        if !joins {
            self.leave(line.writer);
        }
        let goes_on = !joins && self.memory.interrupted == Some(line.writer);
        if goes_on || join::starts_traceback(text) && !self.memory.in_traceback {
            self.tally.tracebacks += 1;
            let exception = join::exception(text).filter(|_| goes_on);
            auto.push_bytes("exception", exception.unwrap_or(b""));
            // All lines of a group are indented.
            self.memory.in_traceback = exception.is_none() && (goes_on || !continues);
            self.memory.interrupted = None;
            let stamp = self.stamp(None, stripped.when);
            let opening = Opening { stamp, level: Some(Level::Error), ..Opening::default() };
            self.begin(line, opening, auto, emit);
        } else if joins && (self.memory.in_traceback || continues && !stripped.is_record) {
            self.continuation(line, text, auto, emit);
        } else {
            self.memory.in_traceback = false;
            self.tally.bare(stripped.is_record);
            extract::fields(text, auto);
            if let Some(warning) = join::warning(text) {
                auto.push_bytes("warning", warning);
            }
            if let Some(columns) = extract::columns(text) {
                self.memory.columns = columns;
            }
            let opening = Opening {
                stamp: self.stamp(None, stripped.when),
                lead: 0,
                level: stripped.level.or_else(|| self.implied(text)),
                session: session::start(text),
            };
            self.begin(line, opening, auto, emit);
        }
    }

    /// A line of `writer` starts a record: whoever was inside a traceback is cut off.
    fn leave(&mut self, writer: u64) {
        let before = self.memory.writer;
        if self.memory.in_traceback && writer != before && before != 0 {
            self.memory.interrupted = Some(before);
        }
        self.memory.in_traceback = false;
    }

    /// A further line of the last record, whose text behind its prefixes is `text`.
    fn continuation(
        &mut self,
        line: Line<'_>,
        text: &[u8],
        auto: &mut Auto,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        self.tally.continued += 1;
        extract::continuation_fields(text, auto);
        if self.memory.in_traceback
            && let Some(exception) = join::exception(text)
        {
            auto.push_bytes("exception", exception);
            self.memory.in_traceback = false;
        } else if let Some(exception) = text.strip_prefix(b"  | ").and_then(join::exception) {
            // Of a group.
            auto.push_bytes("exception", exception);
        }
        self.join(line, auto, emit);
    }
}
