use std::rc::Rc;

use logql::hint::Hint;
use logql::{Output, QueryError, Stats};
use model::Labels;
use yew::Reducible;

use super::context::Newer;
use super::hint::{CaseSearch, hints};
use super::whole::{Missing, Whole};
use super::{Asked, Bars, Counting, Histogram, Kind, Live, RowId, Rows};
use crate::engine::message::{Coverage, Done, Event, Failure, Id};
use crate::line::{Entry, Interner};

/// What the engine has answered so far. Every part of it is cheap to clone and to compare.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// The query this answers.
    pub asked: Option<Rc<Asked>>,
    pub phase: Phase,
    /// What is shown still belongs to the query before.
    pub stale: bool,
    pub answer: Answer,
    pub rows: Rows,
    pub output: Option<Rc<Output>>,
    pub older: Older,
    pub newer: Newer,
    /// Rows that were put above the first ones of a context: those are so much further down.
    pub front: usize,
    pub histogram: Histogram,
    /// The search ignoring case that is counted beside an exact one.
    pub case: Option<CaseSearch>,
    /// The lines of level debug that an empty query leaves out.
    pub hidden: Option<Counting>,
    /// What to say beside the answer; None as long as nobody looked.
    pub hints: Option<Vec<Hint>>,
    pub live: Option<Live>,
    pub whole: Whole,
    main: Option<Id>,
    /// The answer that a context was opened from.
    before: Option<Rc<Self>>,
    interner: Interner,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing was asked yet.
    #[default]
    Idle,
    Running,
    Done,
    Failed(Failure),
}

impl Phase {
    /// For tools that drive the page.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed(_) => "failed",
        }
    }
}

/// What the answer rests on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub stats: Stats,
    pub coverage: Rc<Coverage>,
    pub warnings: Vec<String>,
    pub elapsed_ms: u64,
}

/// The older rows that are fetched when the list is scrolled to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Older {
    /// The query under way, and how many rows stood before it.
    pub running: Option<(Id, usize)>,
    /// There are none.
    pub exhausted: bool,
    pub failed: Option<Failure>,
}

/// The ids are the page's own: it gives one to each query before it sends it.
#[derive(Clone, Debug)]
pub enum ResultsAction {
    /// A query is about to be sent: under these ids its parts will answer.
    Start {
        asked: Rc<Asked>,
        main: Id,
        histogram: Option<Id>,
        /// Of a context: what is newer than its line.
        newer: Option<Id>,
    },
    /// Back from a context to the answer it was opened from.
    Return,
    /// The text cannot be run.
    Refuse(QueryError),
    /// The live list begins with what this query brings.
    StartLive {
        asked: Rc<Asked>,
        backlog: Id,
    },
    /// The lines before are there, and the tail goes on from them.
    Tail(Id),
    Hold(bool),
    Older(Id),
    Newer(Id),
    /// The query for all of one row.
    Whole(Id, RowId),
    Case(CaseSearch),
    /// The hidden lines of level debug are counted by this query.
    Hidden(Id),
    /// The streams there are, as far as they are known, for hints about the query of this id.
    Streams(Id, Vec<Labels>),
    /// What the engine says to the query of this id, and when by the page's clock.
    Event(Id, Box<Event>, f64),
}

impl Results {
    pub const fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running)
            || self.older.running.is_some()
            || self.newer.running.is_some()
    }

    /// Another one for each query, from the moment it is sent.
    pub const fn id(&self) -> Option<Id> {
        self.main
    }

    pub fn kind(&self) -> Kind {
        self.asked.as_ref().map_or(Kind::Log, |asked| asked.kind)
    }

    /// The queries under way, for Escape.
    pub fn running_ids(&self) -> Vec<Id> {
        let main = self.main.filter(|_| self.phase == Phase::Running);
        let older = self.older.running.map(|(id, _)| id);
        let histogram = self.histogram.id.filter(|_| self.histogram.running);
        main.into_iter().chain(older).chain(self.newer.running).chain(histogram).collect()
    }

    /// The rows of the list: the live ones while it is live.
    pub fn shown_rows(&self) -> &Rows {
        self.live.as_ref().map_or(&self.rows, |live| &live.rows)
    }

    /// All matches in the range where they are known: a log query that stopped at its limit has
    /// seen only the newest, but the histogram has counted all.
    pub fn num_matches(&self) -> Option<u64> {
        if self.answer.coverage.stopped_at.is_none() && self.phase == Phase::Done {
            return Some(self.answer.coverage.matched);
        }
        let exact = self.asked.as_ref().is_some_and(|asked| asked.has_whole_bars());
        self.histogram.counted().filter(|_| exact)
    }

    /// Whether scrolling to the end of the list brings more.
    pub fn has_older(&self) -> bool {
        self.live.is_none()
            && self.phase == Phase::Done
            && self.older == Older::default()
            && self.answer.coverage.stopped_at.is_some()
            && !self.rows.is_empty()
    }

    /// Whether scrolling to the start of a context brings more.
    pub fn has_newer(&self) -> bool {
        let Newer { running, exhausted, failed, .. } = &self.newer;
        self.asked.as_ref().is_some_and(|asked| asked.around.is_some())
            && self.phase == Phase::Done
            && running.is_none()
            && !exhausted
            && failed.is_none()
    }

    /// Whether the answer that the context was opened from is there still.
    pub const fn can_return(&self) -> bool {
        self.before.is_some()
    }

    fn start(&mut self, asked: Rc<Asked>, main: Id, histogram: Option<Id>, newer: Option<Id>) {
        let is_context = asked.around.is_some();
        let was_context = self.asked.as_ref().is_some_and(|asked| asked.around.is_some());
        if !is_context {
            self.before = None;
        } else if !was_context {
            // What was under way for it ends now.
            let is_whole = self.phase == Phase::Done
                && self.live.is_none()
                && self.older.running.is_none()
                && !self.histogram.running;
            let before = || Self { whole: Whole::default(), ..self.clone() };
            self.before = is_whole.then(|| Rc::new(before()));
        }
        self.newer = newer.map_or_else(Newer::default, Newer::started);
        self.front = 0;
        // What was there stays until the first of the new comes, unless it is of another kind.
        if self.kind() == asked.kind && self.live.is_none() {
            self.stale = true;
        } else {
            self.rows = Rows::default();
            self.output = None;
            self.histogram = Histogram::default();
        }
        if histogram.is_none() {
            self.histogram = Histogram::default();
        }
        self.histogram.id = histogram;
        self.histogram.running = histogram.is_some();
        self.histogram.failed = false;
        self.histogram.entries = None;
        self.asked = Some(asked);
        self.phase = Phase::Running;
        self.answer = Answer::default();
        self.older = Older::default();
        self.case = None;
        self.hidden = None;
        self.hints = None;
        self.live = None;
        self.whole = Whole::default();
        self.main = Some(main);
    }

    fn take(&mut self, id: Id, event: Event, now_ms: f64) {
        if self.main == Some(id) {
            self.take_main(event);
        } else if self.older.running.is_some_and(|(older, _)| older == id) {
            self.take_older(event);
        } else if self.newer.running == Some(id) {
            self.newer.take(event, &mut self.interner);
            if self.newer.running.is_some() {
                return;
            }
            if self.phase == Phase::Running {
                self.join();
            } else {
                self.put_above();
            }
        } else if let Some((_, row)) = self.whole.running.filter(|(whole, _)| *whole == id) {
            self.take_whole(row, event);
        } else if self.histogram.id == Some(id) {
            self.take_histogram(event);
        } else if let Some(case) = self.case.as_mut().filter(|case| case.count.id == id) {
            case.count.take(event);
        } else if let Some(hidden) = self.hidden.as_mut().filter(|hidden| hidden.id == id) {
            hidden.take(event);
        } else if let Some(live) = &mut self.live
            && live.tail == Some(id)
        {
            match event {
                Event::TailRows { rows, .. } => live.take(rows, now_ms, &mut self.interner),
                Event::TailState { state, .. } => live.set_state(state),
                Event::Failed { failure, .. } => self.phase = Phase::Failed(failure),
                _ => {}
            }
        }
        // Anything else belongs to a query that was replaced in the meantime.
    }

    /// The first word of an answer replaces what the query before has left.
    fn refresh(&mut self) {
        if std::mem::take(&mut self.stale) {
            self.rows = Rows::default();
            self.output = None;
        }
    }

    /// Both sides of a context's line, once both are there: the list moves once.
    fn join(&mut self) {
        if let Some((rows, done)) = self.newer.joined() {
            self.refresh();
            self.rows = rows;
            self.finish(done);
        }
    }

    fn put_above(&mut self) {
        let above = self.newer.above();
        self.front += above.len();
        if let Some((_, base)) = &mut self.older.running {
            *base += above.len();
        }
        self.rows.edit(|rows| drop(rows.splice(0..0, above.iter().cloned())));
    }

    fn take_main(&mut self, event: Event) {
        let is_context = self.asked.as_ref().is_some_and(|asked| asked.around.is_some());
        match event {
            Event::Rows { from, rows, .. } if is_context => {
                self.newer.take_below(from, rows, &mut self.interner);
            }
            Event::Done { done, .. } if is_context => {
                self.newer.end_below(done);
                self.join();
            }
            Event::Progress { progress, .. } => {
                self.answer.stats = progress.stats;
                self.answer.coverage = Rc::new(progress.coverage);
                self.answer.elapsed_ms = progress.elapsed_ms;
            }
            Event::Rows { from, rows, .. } => {
                self.refresh();
                self.rows.replace_from(from, rows, &mut self.interner);
            }
            Event::Output { output, .. } => {
                self.refresh();
                self.output = Some(Rc::new(output));
            }
            Event::Done { done, .. } => {
                self.refresh();
                self.finish(done);
                if let Some(live) = &mut self.live {
                    live.rows = self.rows.reversed();
                }
            }
            Event::Failed { failure, .. } => {
                self.refresh();
                self.phase = Phase::Failed(failure);
            }
            Event::TailRows { .. } | Event::TailState { .. } => {}
        }
    }

    fn finish(&mut self, done: Done) {
        let Done { stats, coverage, warnings, elapsed_ms, .. } = done;
        self.answer = Answer { stats, coverage: Rc::new(coverage), warnings, elapsed_ms };
        self.phase = Phase::Done;
    }

    fn take_older(&mut self, event: Event) {
        let Some((_, base)) = self.older.running else { return };
        match event {
            Event::Rows { from, rows, .. } => {
                self.rows.replace_from(base + from, rows, &mut self.interner);
            }
            Event::Done { done, .. } => {
                self.older.running = None;
                let coverage = done.coverage;
                self.older.exhausted = coverage.stopped_at.is_none();
                // The list now reaches as far as both answers together.
                let mut whole = (*self.answer.coverage).clone();
                whole.stopped_at = coverage.stopped_at;
                whole.first = coverage.first.into_iter().chain(whole.first).min();
                whole.bytes_read += coverage.bytes_read;
                whole.bytes_kept += coverage.bytes_kept;
                whole.bytes_skipped += coverage.bytes_skipped;
                // One page looks at lines again that another has seen: their number is known
                // only for all of them together, from the histogram.
                let counted = self.histogram.entries.filter(|_| self.older.exhausted);
                whole.entries = counted.unwrap_or(0);
                whole.entries_at_most = false;
                whole.matched = u64::try_from(self.rows.len()).unwrap_or(u64::MAX);
                for gap in coverage.gaps {
                    if !whole.gaps.contains(&gap) {
                        whole.gaps.push(gap);
                    }
                }
                self.answer.coverage = Rc::new(whole);
                self.answer.elapsed_ms += done.elapsed_ms;
                if !self.older.exhausted {
                    self.older = Older::default();
                }
            }
            Event::Failed { failure, .. } => {
                self.older.running = None;
                self.older.failed = Some(failure);
            }
            _ => {}
        }
    }

    fn take_whole(&mut self, id: RowId, event: Event) {
        match event {
            Event::Rows { rows, .. } => {
                for listed in rows {
                    let entry = Rc::new(Entry::new(listed, &mut self.interner));
                    match &mut self.live {
                        Some(live) => live.put(&entry),
                        None => self.rows.put(&entry),
                    }
                }
            }
            Event::Done { .. } => {
                let came = |entry: &Rc<Entry>| entry.id() == id && entry.is_whole();
                let came = self.shown_rows().iter().any(came);
                let missing = (!came).then_some((id, Missing::Gone));
                self.whole = Whole { running: None, missing };
            }
            Event::Failed { failure, .. } => {
                let missing = Some((id, Missing::Failed(failure)));
                self.whole = Whole { running: None, missing };
            }
            _ => {}
        }
    }

    fn take_histogram(&mut self, event: Event) {
        let Some(asked) = self.asked.clone() else { return };
        match event {
            Event::Output { output, .. } => {
                self.histogram.bars = Some(Rc::new(Bars::new(&output, asked.range, asked.step_ns)));
            }
            Event::Done { done, .. } => {
                self.histogram.running = false;
                self.histogram.entries = Some(done.coverage.entries);
            }
            Event::Failed { .. } => {
                self.histogram.running = false;
                self.histogram.failed = true;
                self.histogram.bars = None;
            }
            _ => {}
        }
    }

    fn look_for_hints(&mut self, id: Id, streams: &[Labels]) {
        if let (true, Some(asked)) = (self.main == Some(id), &self.asked) {
            self.hints = Some(hints(asked, &self.rows, self.output.as_deref(), streams));
        }
    }
}

impl Reducible for Results {
    type Action = ResultsAction;

    fn reduce(self: Rc<Self>, action: ResultsAction) -> Rc<Self> {
        let mut next = Rc::unwrap_or_clone(self);
        match action {
            ResultsAction::Start { asked, main, histogram, newer } => {
                next.start(asked, main, histogram, newer);
            }
            ResultsAction::Return => {
                if let Some(before) = next.before.take() {
                    return before;
                }
            }
            ResultsAction::Refuse(error) => {
                next.main = None;
                next.phase = Phase::Failed(Failure::Query(error));
            }
            ResultsAction::StartLive { asked, backlog } => {
                next.start(asked, backlog, None, None);
                next.rows = Rows::default();
                next.output = None;
                next.stale = false;
                next.histogram = Histogram::default();
                next.live = Some(Live::default());
            }
            ResultsAction::Tail(id) => {
                if let Some(live) = &mut next.live {
                    live.tail = Some(id);
                }
            }
            ResultsAction::Hold(held) => {
                if let Some(live) = &mut next.live
                    && live.held != held
                {
                    live.hold(held);
                }
            }
            ResultsAction::Newer(id) => next.newer = Newer::started(id),
            ResultsAction::Older(id) => next.older.running = Some((id, next.rows.len())),
            ResultsAction::Whole(id, row) => {
                next.whole = Whole { running: Some((id, row)), missing: None };
            }
            ResultsAction::Case(case) => next.case = Some(case),
            ResultsAction::Hidden(id) => next.hidden = Some(Counting::new(id)),
            ResultsAction::Streams(id, streams) => next.look_for_hints(id, &streams),
            ResultsAction::Event(id, event, now_ms) => next.take(id, *event, now_ms),
        }
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests;
