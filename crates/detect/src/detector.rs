use crate::{Auto, Context, Event, Kind, Progress, Record, Start, State, TimeSource};

/// Reads one file. See the crate's page for how it is driven.
#[derive(Clone, Debug)]
pub struct Detector {
    #[expect(dead_code, reason = "the next commit reads times")]
    context: Context,
    state: State,
}

impl Detector {
    /// For a file that is read for the first time.
    pub fn new(context: Context, start: Start) -> Self {
        let state = State { offset: start.offset, mtime: start.mtime, ..State::default() };
        Self { context, state }
    }

    /// Goes on where `state` was taken.
    pub fn restore(context: Context, state: State) -> Self {
        Self { context, state }
    }

    /// For a snapshot.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The offset in the file of the next byte to feed.
    pub fn offset(&self) -> u64 {
        self.state.offset
    }

    /// Takes the next bytes of the file, which may end anywhere. `now` is the time in nanoseconds
    /// since 1970 and does not run backwards. Entries come out once they are complete; the last one
    /// waits for [`settle`](Self::settle).
    pub fn feed(&mut self, bytes: &[u8], now: i64, emit: &mut impl FnMut(Event<'_>)) {
        for &byte in bytes {
            self.state.offset += 1;
            if byte == b'\n' { self.line(now, emit) } else { self.state.tail.push(byte) }
        }
    }

    /// Tells that the end of the file is reached for now: all complete lines become visible. Call
    /// it after the last `feed` of a burst, and once a second while the file is quiet (lines that
    /// wait for a stamp do so for two seconds).
    pub fn settle(&mut self, _now: i64, _emit: &mut impl FnMut(Event<'_>)) {}

    /// Tells that the file has ended for good: an unfinished last line becomes an entry.
    pub fn finish(&mut self, now: i64, emit: &mut impl FnMut(Event<'_>)) {
        self.line(now, emit);
    }

    /// The progress bar that moved last and has not ended.
    pub fn progress(&self) -> Option<Progress> {
        None
    }

    fn line(&mut self, now: i64, emit: &mut impl FnMut(Event<'_>)) {
        if self.state.tail.is_empty() {
            return;
        }
        emit(Event::Entry(Record {
            timestamp: now.max(self.state.mtime),
            time: TimeSource::Arrival,
            kind: Kind::Line,
            level: None,
            line: &self.state.tail,
            auto: &Auto::default(),
            end_offset: self.state.offset,
        }));
        self.state.tail.clear();
    }
}
