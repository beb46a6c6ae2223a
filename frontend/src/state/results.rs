use std::rc::Rc;

use logql::hint::Hint;
use logql::{Output, QueryError, Stats};
use model::Labels;
use yew::Reducible;

use super::hint::{CaseSearch, hints};
use super::whole::{Missing, Whole};
use super::{Asked, Bars, Histogram, Kind, Live, RowId, Rows};
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
    pub histogram: Histogram,
    /// The search ignoring case that is counted beside an exact one.
    pub case: Option<CaseSearch>,
    /// What to say beside the answer; None as long as nobody looked.
    pub hints: Option<Vec<Hint>>,
    pub live: Option<Live>,
    pub whole: Whole,
    main: Option<Id>,
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
    },
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
    /// The query for all of one row.
    Whole(Id, RowId),
    Case(CaseSearch),
    /// The streams there are, as far as they are known, for hints about the query of this id.
    Streams(Id, Vec<Labels>),
    /// What the engine says to the query of this id, and when by the page's clock.
    Event(Id, Box<Event>, f64),
}

impl Results {
    pub const fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running) || self.older.running.is_some()
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
        main.into_iter().chain(older).chain(histogram).collect()
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
        let histogram = &self.histogram;
        let exact = self.asked.as_ref().is_some_and(|asked| asked.has_whole_bars());
        let counted =
            histogram.bars.as_ref().filter(|_| exact && !histogram.running && !histogram.failed);
        counted.map(|bars| bars.sum())
    }

    /// Whether scrolling to the end of the list brings more.
    pub fn has_older(&self) -> bool {
        self.live.is_none()
            && self.phase == Phase::Done
            && self.older == Older::default()
            && self.answer.coverage.stopped_at.is_some()
            && !self.rows.is_empty()
    }

    fn start(&mut self, asked: Rc<Asked>, main: Id, histogram: Option<Id>) {
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
        } else if let Some((_, row)) = self.whole.running.filter(|(whole, _)| *whole == id) {
            self.take_whole(row, event);
        } else if self.histogram.id == Some(id) {
            self.take_histogram(event);
        } else if self.case.as_ref().is_some_and(|case| case.id == id) {
            self.take_case(event);
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

    fn take_main(&mut self, event: Event) {
        match event {
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

    fn take_case(&mut self, event: Event) {
        let Some(case) = &mut self.case else { return };
        match event {
            Event::Output { output: Output::Vector(samples), .. } => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a count"
                )]
                let found = samples.iter().map(|sample| sample.value.max(0.0) as u64).sum();
                case.found = Some(found);
            }
            // Nothing is said then; asked again it would fail again.
            Event::Failed { .. } => case.found = Some(0),
            _ => {}
        }
    }
}

impl Reducible for Results {
    type Action = ResultsAction;

    fn reduce(self: Rc<Self>, action: ResultsAction) -> Rc<Self> {
        let mut next = Rc::unwrap_or_clone(self);
        match action {
            ResultsAction::Start { asked, main, histogram } => next.start(asked, main, histogram),
            ResultsAction::Refuse(error) => {
                next.main = None;
                next.phase = Phase::Failed(Failure::Query(error));
            }
            ResultsAction::StartLive { asked, backlog } => {
                next.start(asked, backlog, None);
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
            ResultsAction::Older(id) => next.older.running = Some((id, next.rows.len())),
            ResultsAction::Whole(id, row) => {
                next.whole = Whole { running: Some((id, row)), missing: None };
            }
            ResultsAction::Case(case) => next.case = Some(case),
            ResultsAction::Streams(id, streams) => next.look_for_hints(id, &streams),
            ResultsAction::Event(id, event, now_ms) => next.take(id, *event, now_ms),
        }
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests {
    use logql::Row;
    use model::{TimeRange, Timestamp};

    use super::*;
    use crate::engine::message::Listed;
    use crate::state::Edges;

    fn asked(text: &str) -> Rc<Asked> {
        Rc::new(Asked::new(text, TimeRange::new(0, 60_000_000_000), Edges::Exact).unwrap())
    }

    fn start(main: Id) -> ResultsAction {
        ResultsAction::Start { asked: asked("{a=\"b\"}"), main, histogram: Some(main + 1) }
    }

    fn event(event: Event) -> ResultsAction {
        ResultsAction::Event(event.id(), Box::new(event), 0.0)
    }

    fn rows(id: Id, from: usize, arrivals: &[u64]) -> ResultsAction {
        let rows: Vec<Row> =
            arrivals.iter().map(|&arrival| Row { arrival, ..Row::default() }).collect();
        let rows = rows.into_iter().map(Listed::from).collect::<Vec<_>>();
        event(Event::Rows { id, from, total: from + rows.len(), rows })
    }

    fn done(id: Id, stopped_at: Option<i64>) -> ResultsAction {
        let coverage = Coverage { stopped_at: stopped_at.map(Timestamp), ..Coverage::default() };
        event(Event::Done { id, done: Done { coverage, ..Done::default() } })
    }

    fn after(actions: Vec<ResultsAction>) -> Rc<Results> {
        actions.into_iter().fold(Rc::new(Results::default()), Reducible::reduce)
    }

    fn arrivals(results: &Results) -> Vec<u64> {
        results.shown_rows().iter().map(|entry| entry.arrival).collect()
    }

    #[test]
    fn the_rows_before_stay_until_the_first_of_the_new_come() {
        let first = vec![start(1), rows(1, 0, &[1, 2]), done(1, None), start(3)];
        let waiting = after(first.clone());
        assert!(waiting.stale);
        assert_eq!(arrivals(&waiting), [1, 2]);
        let answered = after([first.clone(), vec![rows(3, 0, &[9])]].concat());
        assert!(!answered.stale);
        assert_eq!(arrivals(&answered), [9]);
        let empty = after([first, vec![done(3, None)]].concat());
        assert!(arrivals(&empty).is_empty());
    }

    #[test]
    fn what_an_older_query_still_says_is_passed_over() {
        let state = after(vec![start(1), start(3), rows(1, 0, &[1]), done(1, None)]);
        assert_eq!(state.phase, Phase::Running);
        assert!(arrivals(&state).is_empty());
    }

    #[test]
    fn older_rows_follow_those_that_are_there() {
        let page = vec![start(1), rows(1, 0, &[5, 4]), done(1, Some(40))];
        assert!(after(page.clone()).has_older());
        let more = [page, vec![ResultsAction::Older(7)]].concat();
        assert!(!after(more.clone()).has_older());
        let some = [more, vec![rows(7, 0, &[3]), rows(7, 1, &[2]), done(7, Some(20))]].concat();
        assert_eq!(arrivals(&after(some.clone())), [5, 4, 3, 2]);
        assert!(after(some.clone()).has_older());
        let all = after([some, vec![ResultsAction::Older(8), done(8, None)]].concat());
        assert!(!all.has_older());
        assert_eq!(all.num_matches(), Some(4));
    }

    #[test]
    fn a_live_list_starts_with_the_lines_before_in_their_order() {
        let tail = |arrival| {
            let rows = crate::engine::message::TailRows {
                new: vec![Row { arrival, ..Row::default() }.into()],
                ..crate::engine::message::TailRows::default()
            };
            event(Event::TailRows { id: 9, rows })
        };
        let state = after(vec![
            ResultsAction::StartLive { asked: asked("{a=\"b\"}"), backlog: 1 },
            rows(1, 0, &[3, 2]),
            done(1, Some(0)),
            ResultsAction::Tail(9),
            tail(4),
        ]);
        assert_eq!(arrivals(&state), [2, 3, 4]);
        assert!(!state.has_older());
    }

    #[test]
    fn escape_ends_what_runs() {
        assert_eq!(after(vec![start(1)]).running_ids(), [1, 2]);
        assert_eq!(after(vec![start(1), done(1, None)]).running_ids(), [2]);
        assert_eq!(after(vec![]).running_ids(), Vec::<Id>::new());
    }

    #[test]
    fn a_row_that_was_cut_gets_its_texts_when_it_is_opened() {
        let id = RowId { timestamp: 0, arrival: 7 };
        let long = Row { arrival: 7, line: vec![b'x'; 50_000], ..Row::default() };
        let rows = |id, row: Listed| event(Event::Rows { id, from: 0, rows: vec![row], total: 1 });
        let opened = vec![
            start(1),
            rows(1, Listed::cut(long.clone())),
            done(1, None),
            ResultsAction::Whole(3, id),
        ];
        let shown = |results: &Results| {
            let entry = Rc::clone(results.shown_rows().get(0).unwrap());
            (entry.line.len(), entry.num_bytes(), entry.is_whole())
        };
        let waiting = after(opened.clone());
        assert_eq!(shown(&waiting), (16_384, 50_000, false));
        assert_eq!(waiting.whole.missing_of(id), None);
        let came = after([opened.clone(), vec![rows(3, long.into()), done(3, None)]].concat());
        assert_eq!(shown(&came), (50_000, 50_000, true));
        assert_eq!(came.whole.missing_of(id), None);
        let gone = after([opened.clone(), vec![done(3, None)]].concat());
        assert_eq!(gone.whole.missing_of(id), Some(&Missing::Gone));
        let failure = Failure::Offline { detail: String::new() };
        let failed = event(Event::Failed { id: 3, failure: failure.clone() });
        let failed = after([opened, vec![failed]].concat());
        assert_eq!(failed.whole.missing_of(id), Some(&Missing::Failed(failure)));
        assert_eq!(failed.phase, Phase::Done);
    }
}
