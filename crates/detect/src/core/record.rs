use super::{
    Core, Line, Opening,
    memory::{MAX_JOINED_BYTES, MAX_JOINED_LINES, Place},
};
use crate::{Auto, Event, Extension, SessionRole, draft::Draft, session, stretch::Stretch};

impl Core<'_> {
    /// Starts a new record; `auto` comes back with another record's buffers.
    pub(super) fn begin(
        &mut self,
        line: Line<'_>,
        opening: Opening,
        auto: &mut Auto,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        let Opening { stamp, lead, level, mut session } = opening;
        if let Some(stream) = self.outer.map(|outer| outer.output.as_str()) {
            auto.push("stream", stream);
        }
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
        if line.part > 0 {
            auto.push("part", &part(line));
        }
        let draft = self.draft(line.at);
        draft.line.extend_from_slice(line.written);
        std::mem::swap(&mut draft.auto, auto);
        draft.stamp = stamp;
        draft.level = level;
        draft.session = session;
        self.memory.place = Place::Open;
        self.memory.blank_lines = 0;
        self.memory.last_seen = self.now;
        self.memory.num_lines = 1;
        self.memory.num_bytes = line.written.len();
        self.memory.level = level;
        self.memory.part = line.part;
        self.memory.writer = line.writer;
        self.memory.lead = lead;
    }

    /// Adds a line to the last record.
    pub(super) fn join(
        &mut self,
        line: Line<'_>,
        auto: &mut Auto,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        let Line { written, at, .. } = line;
        let blank_lines = std::mem::take(&mut self.memory.blank_lines);
        let num_lines = u32::try_from(blank_lines).unwrap_or(u32::MAX).saturating_add(1);
        let num_bytes = written.len() + blank_lines + 1;
        let memory = &mut *self.memory;
        if memory.num_lines.saturating_add(num_lines) > MAX_JOINED_LINES
            || memory.num_bytes + num_bytes > MAX_JOINED_BYTES
        {
            let opening = Opening { level: memory.level, ..Opening::default() };
            let part = memory.part.max(1) + 1;
            // Whether more lines follow is not known.
            self.begin(Line { part, is_last_part: false, ..line }, opening, auto, emit);
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
            (draft.at.end, draft.at.next) = (at.end, at.next);
        } else if blank_lines == 0 {
            emit(Event::Extend(extension(written, auto, at)));
        } else {
            let mut text = Vec::new();
            append(&mut text);
            emit(Event::Extend(extension(&text, auto, at)));
        }
    }

    /// The second and later parts of a line that is too long: entries like the first.
    pub(super) fn further_part(&mut self, line: Line<'_>, emit: &mut impl FnMut(Event<'_>)) {
        if line.written.is_empty() {
            return;
        }
        let opening = Opening { level: self.memory.level, ..Opening::default() };
        let mut auto = std::mem::take(&mut self.buffers.auto);
        auto.clear();
        self.begin(line, opening, &mut auto, emit);
        self.buffers.auto = auto;
    }

    /// The open draft, emptied, with the times of this moment. What was in it is out.
    pub(super) fn draft(&mut self, at: Stretch) -> &mut Draft {
        let draft = &mut self.memory.open;
        draft.reset();
        draft.arrival = if self.memory.is_live { self.now } else { self.memory.mtime };
        draft.at = at;
        draft
    }
}

const fn extension<'a>(text: &'a [u8], auto: &'a Auto, at: Stretch) -> Extension<'a> {
    Extension { text, auto, text_end: at.end, end_offset: at.next }
}

/// A line is taken while it is written, so how many parts it has is known with the last only.
fn part(line: Line<'_>) -> String {
    match line.is_last_part {
        true => format!("{0}/{0}", line.part),
        false => line.part.to_string(),
    }
}
