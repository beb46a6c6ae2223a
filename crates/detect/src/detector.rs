use std::fmt;

use crate::{
    Context, Event, Progress, Start, State, Zone,
    bar::Frame,
    core::{Buffers, Core},
    envelope,
    prefix::Family,
    segment::Segment,
    stamp::Clock,
    stretch::Stretch,
    tally::Tally,
};

/// Reads one file. See the crate's page for how it is driven.
pub struct Detector {
    state: State,
    clock: Clock,
    max_line: usize,
    buffers: Buffers,
    tally: Tally,
}

impl Detector {
    /// For a file that is read for the first time.
    pub fn new(context: Context, start: Start) -> Self {
        Self::restore(context, State::new(start))
    }

    /// Stamps that do not say theirs are of this zone from now on.
    pub fn set_zone(&mut self, zone: Zone) {
        self.clock = Clock::new(zone);
    }

    /// Goes on where `state` was taken.
    pub fn restore(context: Context, state: State) -> Self {
        Self {
            state,
            clock: Clock::new(context.zone),
            max_line: context.max_line,
            buffers: Buffers::default(),
            tally: Tally::default(),
        }
    }

    /// Turns to another file that is read for the first time; buffers stay.
    pub fn restart(&mut self, start: Start) {
        let memory = std::mem::take(&mut self.state.memory);
        self.state = State::new(start);
        self.state.memory.take_buffers(memory);
        self.tally = Tally::default();
    }

    /// Gives memory back that was needed for much at once.
    pub fn shrink(&mut self) {
        self.state = self.state.clone();
        self.buffers = Buffers::default();
    }

    /// What became of the lines so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The encoding of the file, as far as its start and its lines tell: `ASCII`, `UTF-8`,
    /// `GB18030`, `UTF-16LE`, `UTF-16BE`.
    pub fn encoding(&self) -> &'static str {
        let State { intake, memory, .. } = &self.state;
        intake.wide_name().unwrap_or_else(|| memory.encoding())
    }

    /// For a snapshot.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The offset in the file of the next byte to feed.
    pub fn offset(&self) -> u64 {
        self.state.fed
    }

    /// Takes the next bytes of the file, which may end anywhere. `now` is the time in nanoseconds
    /// since 1970 and does not run backwards. Entries come out once they are complete; the last one
    /// waits for [`settle`](Self::settle).
    pub fn feed(&mut self, bytes: &[u8], now: i64, emit: &mut impl FnMut(Event<'_>)) {
        self.state.fed += bytes.len() as u64;
        let mut buffer = std::mem::take(&mut self.buffers.intake);
        let had_mark = self.state.intake.mark_len();
        let text = self.state.intake.pass(bytes, &mut buffer);
        self.state.read += self.state.intake.mark_len() - had_mark;
        self.split(text, false, now, emit);
        self.buffers.intake = buffer;
    }

    /// Tells that the end of the file is reached for now: all complete lines become visible. Call
    /// it after the last `feed` of a burst, and once a second while the file is quiet: a start
    /// marker without a stamp, and what stands behind it, waits two seconds for the next stamp.
    pub fn settle(&mut self, now: i64, emit: &mut impl FnMut(Event<'_>)) {
        self.core(now).settle(emit);
    }

    /// Tells that the file has ended for good: an unfinished last line becomes an entry, and
    /// nothing waits any longer.
    pub fn finish(&mut self, now: i64, emit: &mut impl FnMut(Event<'_>)) {
        let text = self.state.intake.finish();
        self.split(&text, true, now, emit);
        self.core(now).finish(emit);
    }

    /// The progress bar that moved last and has not ended; where the last line of the file is an
    /// unfinished frame, that one.
    pub fn progress(&self) -> Option<Progress> {
        let State { splitter, envelopes, memory, tail_at, .. } = &self.state;
        let [stderr, stdout] = envelopes.tails();
        match [splitter.tail(), stderr, stdout].into_iter().find_map(Frame::leading) {
            Some((frame, _)) => Some(frame.to_progress(*tail_at)),
            None => memory.newest_bar()?.progress(),
        }
    }

    fn core(&mut self, now: i64) -> Core<'_> {
        Core {
            memory: &mut self.state.memory,
            clock: &mut self.clock,
            buffers: &mut self.buffers,
            tally: &mut self.tally,
            now,
            since: now,
            outer: None,
        }
    }

    fn split(&mut self, text: &[u8], is_end: bool, now: i64, emit: &mut impl FnMut(Event<'_>)) {
        let max = self.max_line;
        let mut inside = std::mem::take(&mut self.buffers.inside);
        let State { splitter, envelopes, intake, memory, read, tail_at, .. } = &mut self.state;
        let (clock, buffers, tally) = (&mut self.clock, &mut self.buffers, &mut self.tally);
        if splitter.tail().is_empty() {
            *tail_at = now;
        }
        let mut core = Core { memory, clock, buffers, tally, now, since: *tail_at, outer: None };
        let mut take = |segment: Segment<'_>| {
            let start = *read;
            *read += intake.file_len(segment.raw, segment.end_len);
            let (next, end) = (*read, *read - intake.file_len(b"", segment.end_len));
            let at = Stretch { start, end, next, is_plain: intake.is_plain() };
            core.outer = envelope::open(&segment, &mut inside);
            match core.outer {
                None => core.segment(segment, at, emit),
                Some(outer) => {
                    let is_json = segment.raw.starts_with(b"{");
                    core.tally.wrapped(if is_json { Family::Docker } else { Family::Cri });
                    let at = Stretch { is_plain: false, ..at };
                    let mut take_inside =
                        |segment: Segment<'_>, at: Stretch| core.segment(segment, at, emit);
                    envelopes.feed(outer.output, &inside, at, max, &mut take_inside);
                }
            }
            core.since = now;
            *tail_at = now;
        };
        splitter.feed(text, max, &mut take);
        if is_end {
            splitter.finish(max, &mut take);
            let mut take_inside =
                |segment: Segment<'_>, at: Stretch| core.segment(segment, at, emit);
            envelopes.finish(max, &mut take_inside);
        }
        self.buffers.inside = inside;
    }
}

impl Clone for Detector {
    fn clone(&self) -> Self {
        Self {
            state: self.state.clone(),
            clock: self.clock.clone(),
            max_line: self.max_line,
            buffers: Buffers::default(),
            tally: self.tally.clone(),
        }
    }
}

impl fmt::Debug for Detector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detector").field("state", &self.state).finish_non_exhaustive()
    }
}
