use logql::ast::Expr;
use logql::{Direction, Flow, Outcome, Output, Params, QueryError, QueryKind, Read, parse, plan};
use model::{Batch, Sessions, TimeRange, format_duration};

use super::case::Case;
use super::data::{Stream, at};

/// The result of the query, or the error as a terminal shows it.
pub fn result(case: &Case, streams: &[Stream]) -> String {
    match run(case, streams) {
        Ok(outcome) => shown(&outcome),
        Err(error) => error.render(&case.query),
    }
}

/// Evaluates the query over one entry.
pub fn nothing(expr: &Expr) {
    let kind = QueryKind::Range { start: 0, end: 1, step_ns: 1 };
    let direction = Direction::Forward;
    let params = Params { kind, limit: 1, direction, max_series: 1, cursor: None };
    let plan = plan(expr, &params).expect("a query that was read");
    let mut run = plan.start(&Sessions::default());
    let batch = Batch::from_entries(vec![model::Entry::default()]);
    for at in 0..plan.reads().len() {
        run.push(at, &model::Labels::from([("job", "a"), ("a", "b")]), &batch).expect("one entry");
    }
    run.finish().expect("a result");
}

/// What the query looked at, or the error.
pub fn stats(case: &Case, streams: &[Stream]) -> String {
    match run(case, streams) {
        Ok(Outcome { stats, .. }) => format!(
            "entries={} matched={} bytes={}",
            stats.entries, stats.matched, stats.line_bytes
        ),
        Err(error) => error.render(&case.query),
    }
}

/// What the query asks to be read.
pub fn reads(case: &Case) -> String {
    let reads = parse(&case.query).and_then(|expr| {
        let params = params(case, &expr);
        Ok(plan(&expr, &params)?.reads().to_vec())
    });
    match reads {
        Ok(reads) => reads.iter().map(read_shown).collect::<Vec<_>>().join("\n"),
        Err(error) => error.render(&case.query),
    }
}

fn read_shown(read: &Read) -> String {
    let TimeRange { start, end } = read.range;
    let columns = read.columns;
    let named = [
        (columns.arrivals, "arrivals"),
        (columns.lines, "lines"),
        (columns.lengths, "lengths"),
        (columns.metadata, "metadata"),
        (columns.auto, "auto"),
    ];
    let columns: Vec<&str> = named.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect();
    let literals = read
        .literals
        .iter()
        .map(|any| any.iter().map(|l| String::from_utf8_lossy(l)).collect::<Vec<_>>().join(" | "));
    format!(
        "{} {}..{} columns: {} literals: {} fields: {:?} order: {:?}",
        model::selector_text(&read.matchers),
        format_duration(start.0),
        format_duration(end.0),
        columns.join(","),
        literals.collect::<Vec<_>>().join(" & "),
        read.fields,
        read.order,
    )
}

/// Feeds everything through two runs that are merged, so that merging is tested by every case.
pub fn run(case: &Case, streams: &[Stream]) -> Result<Outcome, QueryError> {
    let expr = parse(&case.query)?;
    let plan = plan(&expr, &params(case, &expr))?;
    let sessions = Sessions::default();
    let mut runs = [plan.start(&sessions), plan.start(&sessions)];
    for (at, read) in plan.reads().iter().enumerate() {
        let wanted = streams.iter().filter(|s| read.matchers.iter().all(|m| m.matches(&s.labels)));
        for (number, stream) in wanted.enumerate() {
            for batch in batches(stream, read) {
                let run = &mut runs[number % 2];
                let _: Flow = run.push(at, &stream.labels, &batch)?;
            }
        }
    }
    let [mut first, second] = runs;
    first.merge(second.into_state());
    first.finish()
}

/// Two batches a stream, in the order the read asks for.
fn batches(stream: &Stream, read: &Read) -> Vec<Batch> {
    let whole = Batch::from_entries(stream.entries.clone());
    let entries: Vec<_> = (0..whole.len()).map(|row| whole.entry(row)).collect();
    let (early, late) = entries.split_at(entries.len() / 2);
    let mut batches = vec![Batch::from_entries(early.to_vec()), Batch::from_entries(late.to_vec())];
    if read.order == Some(Direction::Backward) {
        batches.reverse();
    }
    batches.retain(|batch| !batch.is_empty());
    batches
}

/// `start=0s end=1h step=1m limit=100 direction=forward max_series=500 at=1m`, all optional. A
/// metric query without `step` is asked for one instant: `at`, or the end of the range.
fn params(case: &Case, expr: &Expr) -> Params {
    let text = case.section("params").unwrap_or_default();
    let get = |name: &str| {
        text.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    };
    let time = |name: &str, default: &str| at(get(name).unwrap_or(default));
    let (start, end) = (time("start", "0s"), time("end", "1h"));
    let instant = matches!(expr, Expr::Metric(_)) && get("step").is_none();
    let kind = if instant {
        QueryKind::Instant { at: get("at").map_or(end, at) }
    } else {
        QueryKind::Range { start, end, step_ns: time("step", "1m") }
    };
    let number = |name: &str, default| get(name).map_or(default, |n| n.parse().expect("a number"));
    let direction = match get("direction") {
        Some("forward") => Direction::Forward,
        _ => Direction::Backward,
    };
    Params {
        kind,
        limit: number("limit", 100),
        direction,
        max_series: number("max_series", 500),
        cursor: None,
    }
}

fn shown(outcome: &Outcome) -> String {
    let time = |ns: i64| format_duration(ns);
    let mut lines: Vec<String> = match &outcome.output {
        Output::Rows(rows) => rows
            .iter()
            .map(|row| {
                let line = String::from_utf8_lossy(&row.line).replace('\n', "␤");
                format!("{} {} {line}", time(row.timestamp), row.labels).trim_end().to_owned()
            })
            .collect(),
        Output::Matrix(series) => series
            .iter()
            .map(|series| {
                let samples =
                    series.samples.iter().map(|(at, value)| format!(" {}: {value}", time(*at)));
                format!("{}{}", series.labels, samples.collect::<String>())
            })
            .collect(),
        Output::Vector(samples) => {
            samples.iter().map(|s| format!("{} {}", s.labels, s.value)).collect()
        }
        Output::Scalar(value) => vec![value.to_string()],
    };
    lines.extend(outcome.warnings.iter().map(|warning| format!("! {warning}")));
    lines.join("\n")
}
