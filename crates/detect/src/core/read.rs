use super::{Core, Line, Opening};
use crate::{
    Auto, Event, Level, ansi,
    bar::Frame,
    extract, join,
    segment::{End, Segment},
    session,
    shapes::Head,
};

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
            let (part, is_last_part) = (segment.part, segment.end != End::Cut);
            let line = Line { written: text, plain: text, part, is_last_part, end_offset };
            self.further_part(line, emit);
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
                    let (part, is_last_part) = (segment.part, segment.end != End::Cut);
                    let line = Line { written: rest, plain, part, is_last_part, end_offset };
                    self.line(line, emit);
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

    fn line(&mut self, line: Line<'_>, emit: &mut impl FnMut(Event<'_>)) {
        while let Some(over) = self.memory.bars.take_ended() {
            self.bar_is_over(&over, emit);
        }
        let mut auto = std::mem::take(&mut self.buffers.auto);
        auto.clear();
        if let Some(head) = self.memory.shapes.read(line.plain, &mut auto) {
            self.memory.in_traceback = join::is_traceback(head.message);
            self.record(line, &head, &mut auto, emit);
        } else {
            self.headless(line, &mut auto, emit);
        }
        self.buffers.auto = auto;
    }

    /// A record that a shape has read.
    fn record(
        &mut self,
        line: Line<'_>,
        head: &Head<'_>,
        auto: &mut Auto,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        if let Some(level) = head.level
            && level.differs_from(head.word)
        {
            auto.push_bytes("level_raw", head.word);
        }
        extract::fields(head.message, auto);
        let around = if self.memory.is_live { self.now } else { self.memory.mtime };
        let opening = Opening {
            stamp: head.when.and_then(|when| self.clock.nanos(when, around)),
            level: head.level,
            session: session::start(head.message),
        };
        self.begin(line, opening, auto, emit);
    }

    /// A line that no shape has read.
    fn headless(&mut self, line: Line<'_>, auto: &mut Auto, emit: &mut impl FnMut(Event<'_>)) {
        let plain = line.plain;
        let joins = self.memory.joins(self.now);
        self.memory.in_traceback &= joins;
        if join::starts_traceback(plain) && !self.memory.in_traceback {
            self.memory.in_traceback = true;
            let opening = Opening { level: Some(Level::Error), ..Opening::default() };
            self.begin(line, opening, auto, emit);
        } else if joins && (self.memory.in_traceback || join::continues(plain)) {
            extract::continuation_fields(plain, auto);
            if self.memory.in_traceback
                && let Some(exception) = join::exception(plain)
            {
                auto.push_bytes("exception", exception);
                self.memory.in_traceback = false;
            }
            self.join(line, auto, emit);
        } else {
            extract::fields(plain, auto);
            if let Some(warning) = join::warning(plain) {
                auto.push_bytes("warning", warning);
            }
            let opening = Opening {
                stamp: None,
                level: join::is_death(plain).then_some(Level::Critical),
                session: session::start(plain),
            };
            self.begin(line, opening, auto, emit);
        }
    }
}
