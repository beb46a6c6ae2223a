use super::{
    Core,
    memory::{MAX_BEHIND_MARKER, MAX_HELD, MAX_HELD_BYTES, OPEN_NS, Place},
};
use crate::{Event, Kind, TimeSource, bar::Bar, draft::Draft};

impl Core<'_> {
    /// A bar has had its last frame: that is its entry.
    pub(super) fn bar_is_over(&mut self, bar: &Bar, emit: &mut impl FnMut(Event<'_>)) {
        self.flush(emit);
        let Some(progress) = bar.progress() else { return };
        let draft = self.draft(bar.at);
        draft.kind = Kind::Progress;
        draft.line.extend_from_slice(&bar.frame);
        draft.auto.push("event", "progress");
        draft.auto.push("desc", &progress.description);
        draft.auto.push("n", &progress.n);
        let rest =
            [("total", progress.total), ("elapsed", progress.elapsed), ("rate", progress.rate)];
        for (name, value) in rest {
            draft.auto.push(name, value.as_deref().unwrap_or(""));
        }
        let mut draft = std::mem::take(draft);
        self.release(&mut draft, emit);
        self.memory.open = draft;
    }

    /// Gives the open record its time and lets it go. It can still be continued.
    pub(super) fn flush(&mut self, emit: &mut impl FnMut(Event<'_>)) {
        if self.memory.place != Place::Open {
            return;
        }
        let memory = &mut *self.memory;
        if let Some(stamp) = memory.open.stamp
            && memory.held.is_empty()
        {
            // Nearly always; then nothing needs to be moved.
            memory.stamp = Some(stamp);
            memory.is_stampless = false;
            memory.place = Place::Emitted;
            return memory.open.emit(stamp, TimeSource::Parsed, emit);
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
