use logql::ast::{Expr, LogExpr};
use logql::hint::{self, IgnoringCase};
use logql::{Direction, Params, QueryError, QueryKind};
use model::TimeRange;

use super::derive::{self, is_words};
use super::{Context, RowId, SAVED_ROWS, round_step};
use crate::engine::message::{Priority, QueryRequest, Wants};
use crate::line::Needles;

/// Rows asked for at a time; more come when the list is scrolled to its end.
pub const PAGE_ROWS: usize = 1_000;
/// Bars of a histogram, points of a chart: about as many as can be told apart.
const BARS: i64 = 100;
const POINTS: i64 = 240;
/// A chart follows short windows down to their own length up to so many points.
const MOST_POINTS: i64 = 3_000;

/// A query as it was run: its text in full, and the moments its range meant then.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// LogQL.
    pub text: String,
    pub expr: Expr,
    pub kind: Kind,
    /// For a metric query on the grid of its steps.
    pub range: TimeRange,
    /// The length of a histogram's bars, or the step of a metric query.
    pub step_ns: i64,
    /// The windows of a metric query do not touch: what lies between them is not shown.
    pub sparse_ns: Option<i64>,
    pub needles: Needles,
    /// The rows are those around this one, whatever the range.
    pub around: Option<RowId>,
}

/// Whether the ends of a range are meant to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edges {
    /// Somebody chose them.
    Exact,
    /// "The last hour" may begin with a full bar of the histogram.
    Rounded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Log,
    Metric,
}

impl Asked {
    /// What `typed` asks for in `range`. Plain words are taken as a search.
    pub fn new(typed: &str, range: TimeRange, edges: Edges) -> Result<Self, QueryError> {
        let text = written_out(typed);
        let expr = logql::parse(&text)?;
        let needles = Needles::of(&expr);
        let asked = match &expr {
            Expr::Log(_) => {
                let step_ns = round_step(range, BARS, 0);
                let range = match edges {
                    Edges::Exact => range,
                    Edges::Rounded => on_grid(range, step_ns),
                };
                let kind = Kind::Log;
                Self { kind, range, step_ns, sparse_ns: None, needles, text, expr, around: None }
            }
            Expr::Metric(metric) => {
                let window = derive::shortest_window(metric);
                let mut step_ns = round_step(range, POINTS, 1_000_000_000);
                let length = range.end.0.saturating_sub(range.start.0);
                if let Some(window) = window.filter(|window| *window < step_ns && *window > 0)
                    && length / window <= MOST_POINTS
                {
                    step_ns = window;
                }
                Self {
                    kind: Kind::Metric,
                    range: on_grid(range, step_ns),
                    step_ns,
                    sparse_ns: window.filter(|window| *window < step_ns),
                    needles,
                    text,
                    expr,
                    around: None,
                }
            }
        };
        Ok(asked)
    }

    /// The bars of the histogram together hold exactly the lines of the range.
    pub fn has_whole_bars(&self) -> bool {
        on_grid(self.range, self.step_ns) == self.range
    }

    /// It looks at lines; `1 + 1` does not.
    pub fn reads_lines(&self) -> bool {
        match &self.expr {
            Expr::Log(_) => true,
            Expr::Metric(metric) => derive::shortest_window(metric).is_some(),
        }
    }

    /// The rows around this one, with what the query before has marked.
    #[must_use]
    pub fn around(mut self, context: &Context) -> Self {
        self.around = Some(context.around);
        if let Ok(expr) = logql::parse(&written_out(&context.query)) {
            self.needles = Needles::of(&expr);
        }
        self
    }

    /// The query itself: the newest rows, the line of a context and what is older, or the samples
    /// of its range.
    pub fn request(&self, base: &str) -> QueryRequest {
        match self.around {
            // The first before a place right after it is the line itself.
            Some(id) => self.older(base, (id.timestamp, id.arrival.saturating_add(1))),
            None => self.over_range(base, self.text.clone(), Priority::Foreground),
        }
    }

    /// The rows after this one, older ones.
    pub fn older(&self, base: &str, cursor: (i64, u64)) -> QueryRequest {
        let mut request = self.over_range(base, self.text.clone(), Priority::Foreground);
        request.params.cursor = Some(cursor);
        if self.around.is_some() {
            let end = cursor.0.saturating_add(1);
            request.params.kind = self.between(i64::MIN, end);
        }
        request
    }

    /// The rows before this one, newer ones, the next of them first.
    pub fn newer(&self, base: &str, cursor: (i64, u64)) -> QueryRequest {
        let mut request = self.older(base, cursor);
        request.params.direction = Direction::Forward;
        request.params.kind = self.between(cursor.0, i64::MAX);
        request
    }

    /// One row with all of its texts: the first before a place right after it.
    pub fn whole(&self, base: &str, id: RowId) -> QueryRequest {
        let mut request = self.older(base, (id.timestamp, id.arrival.saturating_add(1)));
        request.whole = true;
        request.params.limit = 1;
        request.params.kind = self.between(id.timestamp, id.timestamp.saturating_add(1));
        request
    }

    /// Its rows for a file: whole, and as many as one holds.
    pub fn saved(&self, base: &str) -> QueryRequest {
        let mut request = self.over_range(base, self.text.clone(), Priority::Foreground);
        request.whole = true;
        request.params.limit = SAVED_ROWS;
        request
    }

    /// How many lines there are of each level in each bar.
    pub fn histogram(&self, base: &str) -> Option<QueryRequest> {
        let log = derive::log_of(&self.expr)?;
        let text = derive::histogram_text(&self.text, log, self.step_ns);
        // A window counts what is after its start up to and with its end, a bar holds its start
        // and not its end: evaluated a nanosecond early, the two are the same.
        let grid = on_grid(self.range, self.step_ns);
        let range = TimeRange::new(grid.start.0.saturating_sub(1), grid.end.0.saturating_sub(1));
        let grid = Self { range, ..self.clone() };
        Some(grid.over_range(base, text, Priority::Background))
    }

    /// The same query ignoring case, and what counts its lines.
    pub fn ignoring_case(&self, base: &str) -> Option<(IgnoringCase, QueryRequest)> {
        let other = hint::ignoring_case(&self.text, derive::log_of(&self.expr)?)?;
        let text = &other.query;
        let Ok(Expr::Log(ignoring)) = logql::parse(text) else { return None };
        let request = self.count(base, text, &ignoring);
        Some((other, request))
    }

    /// How many lines a log query finds in the same range.
    fn count(&self, base: &str, text: &str, log: &LogExpr) -> QueryRequest {
        let window = self.range.end.0.saturating_sub(self.range.start.0);
        let count = derive::count_text(text, log, window);
        // A window counts what is after its start up to and with its end; a range holds its start
        // and not its end.
        let kind = QueryKind::Instant { at: self.range.end.0.saturating_sub(1) };
        request(base, count, kind, Priority::Background)
    }

    /// What counts the lines of level debug that an empty query leaves out.
    pub fn hidden(&self, base: &str) -> Option<QueryRequest> {
        if self.text != derive::without_debug() || self.around.is_some() {
            return None;
        }
        let Ok(Expr::Log(hidden)) = logql::parse(derive::HIDDEN) else { return None };
        Some(self.count(base, derive::HIDDEN, &hidden))
    }

    fn over_range(&self, base: &str, text: String, priority: Priority) -> QueryRequest {
        let kind = self.between(self.range.start.0, self.range.end.0);
        request(base, text, kind, priority)
    }

    const fn between(&self, start: i64, end: i64) -> QueryKind {
        QueryKind::Range { start, end, step_ns: self.step_ns }
    }
}

/// What all the page's queries have in common.
fn request(base: &str, text: String, kind: QueryKind, priority: Priority) -> QueryRequest {
    QueryRequest {
        text,
        params: Params {
            kind,
            limit: PAGE_ROWS,
            direction: Direction::Backward,
            // The engine leaves out what is too many to show, and says so.
            max_series: usize::MAX,
            cursor: None,
        },
        base: base.to_owned(),
        priority,
        whole: false,
        wants: Wants::Result,
    }
}

/// How many lines of a log query are left after each of its stages.
pub fn count_survivors(base: &str, text: &str, range: TimeRange) -> QueryRequest {
    let kind = QueryKind::Range { start: range.start.0, end: range.end.0, step_ns: 1 };
    let request = request(base, text.to_owned(), kind, Priority::Foreground);
    QueryRequest { wants: Wants::Survivors, ..request }
}

/// LogQL as it is, plain words as the search they mean.
pub fn written_out(typed: &str) -> String {
    let trimmed = typed.trim();
    if trimmed.is_empty() || is_words(trimmed) {
        derive::from_words(trimmed)
    } else {
        trimmed.to_owned()
    }
}

/// The first and last step that together cover the range: steps stand at multiples of their
/// length, so that five minutes are the five minutes of the clock.
fn on_grid(range: TimeRange, step_ns: i64) -> TimeRange {
    let step = step_ns.max(1);
    let start = range.start.0.div_euclid(step).saturating_mul(step);
    let end = range.end.0.saturating_sub(1).div_euclid(step).saturating_add(1).saturating_mul(step);
    TimeRange::new(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000_000;
    const HOUR: i64 = 60 * MINUTE;

    fn asked(text: &str, length: i64) -> Asked {
        Asked::new(text, TimeRange::new(MINUTE / 2, MINUTE / 2 + length), Edges::Exact).unwrap()
    }

    #[test]
    fn steps_stand_on_the_clock() {
        let rate = asked(r#"rate({job="a"}[5m])"#, HOUR);
        assert_eq!(rate.kind, Kind::Metric);
        assert_eq!(rate.step_ns, 15_000_000_000);
        assert_eq!(rate.range, TimeRange::new(MINUTE / 2, HOUR + MINUTE / 2));
        assert_eq!(on_grid(TimeRange::new(1, 61), 60), TimeRange::new(0, 120));
        assert_eq!(on_grid(TimeRange::new(0, 60), 60), TimeRange::new(0, 60));
    }

    #[test]
    fn a_long_range_keeps_short_windows_as_long_as_a_chart_bears_it() {
        let week = asked(r#"count_over_time({job="a"}[5m])"#, 7 * 24 * HOUR);
        assert_eq!((week.step_ns, week.sparse_ns), (5 * MINUTE, None));
        let quarter = asked(r#"count_over_time({job="a"}[5m])"#, 90 * 24 * HOUR);
        assert_eq!((quarter.step_ns, quarter.sparse_ns), (12 * HOUR, Some(5 * MINUTE)));
    }

    #[test]
    fn a_range_nobody_chose_to_the_second_begins_with_a_full_bar() {
        let range = TimeRange::new(MINUTE / 2, HOUR + MINUTE / 2);
        for (edges, start, whole) in [(Edges::Exact, MINUTE / 2, false), (Edges::Rounded, 0, true)]
        {
            let asked = Asked::new("", range, edges).unwrap();
            assert_eq!((asked.range.start.0, asked.has_whole_bars()), (start, whole));
        }
    }

    #[test]
    fn plain_words_are_a_search() {
        assert_eq!(asked("CUDA error", HOUR).text, r#"{job=~".+"} |= "CUDA error""#);
        assert_eq!(asked("", HOUR).text, r#"{job=~".+", level!="debug"}"#);
        assert!(Asked::new("{job=", TimeRange::new(0, 1), Edges::Exact).is_err());
    }

    #[test]
    fn counting_covers_the_same_lines_as_the_rows() {
        let exact = asked(r#"{job="a"} |= "error""#, HOUR);
        let (other, count) = exact.ignoring_case("").unwrap();
        assert_eq!(other.query, r#"{job="a"} |~ "(?i)error""#);
        assert_eq!(count.text, "sum(count_over_time({job=\"a\"} |~ \"(?i)error\"\n[1h]))");
        assert_eq!(count.params.kind, QueryKind::Instant { at: MINUTE / 2 + HOUR - 1 });
        let hidden = asked("", HOUR).hidden("").unwrap();
        assert_eq!(hidden.text, "sum(count_over_time({job=~\".+\", level=\"debug\"}\n[1h]))");
        assert_eq!(hidden.params.kind, count.params.kind);
        assert!(exact.hidden("").is_none());
    }
}
