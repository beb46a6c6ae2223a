//! `logpane query`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use jiff::tz::TimeZone;
use logql::ast::Expr;
use logql::{Direction, Outcome, Output, Params, QueryKind, Row, Sample, Series, Stats};
use model::Labels;
use protocol::loki::{
    DETAILS_FLAG, FLAGS_HEADER, QueryData, QueryResult, Response, StreamResult, StreamValue,
};
use protocol::place::FileRange;

use crate::cli::args::{DirectionArg, OutputFormat, QueryArgs};
use crate::cli::client::Client;
use crate::cli::dispatch::written;
use crate::cli::failure::Failure;
use crate::cli::{print, remarks, times};
use crate::http::{Flags, default_step, encode_response};
use crate::limits::DEFAULT_MAX_SERIES;
use crate::query::{self, Effort, Question};
use crate::store::Store;

/// Where the answer comes from.
pub(super) enum From {
    Folder(PathBuf),
    Relay(Client),
}

pub fn run(args: &QueryArgs) -> Result<(), Failure> {
    let expr = logql::parse(&args.query).map_err(|error| Failure::query(&args.query, &error))?;
    let zone = TimeZone::system();
    let params = params(args, &expr, &zone)?;
    let from = source(args)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if args.output == OutputFormat::Json {
        let body = body(&from, &args.query, &params)?;
        remarks::say_warnings(&body);
        return written(writeln!(out, "{}", body.trim_end()).and_then(|()| out.flush()));
    }
    let Answer { outcome, places, .. } = ask(&from, &args.query, &params)?;
    remarks::say_all(&from, &args.query, &expr, &params, &outcome);
    written(
        print::outcome(&mut out, &outcome, places, args.output, &zone).and_then(|()| out.flush()),
    )
}

/// Loki's JSON, as the relay sent it or would have.
fn body(from: &From, text: &str, params: &Params) -> Result<String, Failure> {
    if let From::Relay(client) = from {
        return client.get(path(params), &asked(text, params), None);
    }
    let Answer { outcome, effort, .. } = ask(from, text, params)?;
    let answer = encode_response(outcome, &effort, at(params), Flags::default());
    serde_json::to_string(&answer)
        .map_err(|error| Failure::failed(format!("cannot write JSON: {error}")))
}

/// `--addr` or `--data`; a flag beats an environment variable.
fn source(args: &QueryArgs) -> Result<From, Failure> {
    let Some(dir) = &args.data else {
        return Ok(From::Relay(Client::new(&args.client)?));
    };
    let addr_typed = is_typed("LOKI_ADDR", args.client.addr.as_deref());
    match (addr_typed, is_typed("LOGPANE_DATA", dir.to_str())) {
        (false, _) => Ok(From::Folder(dir.clone())),
        (true, false) => Ok(From::Relay(Client::new(&args.client)?)),
        (true, true) => {
            Err(Failure::usage("--addr and --data are two sources, expected one of them"))
        }
    }
}

/// Whether a setting was given by a flag, not only by its twin in the environment.
fn is_typed(twin: &str, value: Option<&str>) -> bool {
    value.is_some_and(|value| std::env::var(twin).map_or(true, |set| set != value))
}

fn params(args: &QueryArgs, expr: &Expr, zone: &TimeZone) -> Result<Params, Failure> {
    let now = i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX);
    let time = |flag, text: &str| times::parse(flag, text, now, zone);
    let duration = |flag: &str, text: &str| {
        model::parse_duration(text)
            .map_err(|error| Failure::usage(format!("--{flag}: {error}")))
            .and_then(|ns| match ns {
                1.. => Ok(ns),
                _ => Err(Failure::usage(format!("--{flag} must be longer than zero"))),
            })
    };
    if args.limit == 0 {
        return Err(Failure::usage("--limit must be at least 1"));
    }
    let typed = Typed::of(args);
    if typed.at && typed.range {
        return Err(Failure::usage(
            "--at names one time, --since, --from, --to and --step a range: expected one of both",
        ));
    }
    if typed.since && typed.from {
        return Err(Failure::usage("--since and --from are two starts, expected one of them"));
    }
    let kind = if let Some(at) = args.at.as_ref().filter(|_| typed.at || !typed.range) {
        if query::is_log_query(expr) {
            return Err(Failure::usage(
                "--at is for metric queries: a log query gives the entries of a range, expected \
                 --since or --from and --to",
            ));
        }
        QueryKind::Instant { at: time("at", at)? }
    } else {
        let from = args.from.as_deref().filter(|_| !typed.since);
        let span = || match &args.since {
            Some(since) => duration("since", since),
            None => Ok(3_600_000_000_000),
        };
        let (start, end) = times::between(from, args.to.as_deref(), now, zone, span)?;
        if end < start {
            return Err(Failure::usage("--from lies after --to"));
        }
        let length = end.saturating_sub(start);
        let step_ns = args
            .step
            .as_deref()
            .map_or_else(|| Ok(default_step(length)), |step| step_of(step, &duration))?;
        QueryKind::Range { start, end, step_ns }
    };
    Ok(Params {
        kind,
        limit: args.limit,
        direction: match args.direction {
            DirectionArg::Backward => Direction::Backward,
            DirectionArg::Forward => Direction::Forward,
        },
        max_series: DEFAULT_MAX_SERIES,
        cursor: None,
    })
}

/// Which settings of time were typed: those beat the ones of the environment.
struct Typed {
    at: bool,
    since: bool,
    from: bool,
    /// Any of those that make a range.
    range: bool,
}

impl Typed {
    fn of(args: &QueryArgs) -> Self {
        let since = is_typed("LOGPANE_SINCE", args.since.as_deref());
        let from = is_typed("LOGPANE_FROM", args.from.as_deref());
        let to = is_typed("LOGPANE_TO", args.to.as_deref());
        let step = is_typed("LOGPANE_STEP", args.step.as_deref());
        let at = is_typed("LOGPANE_AT", args.at.as_deref());
        Self { at, since, from, range: since || from || to || step }
    }
}

/// A step may be a bare number of seconds, as in Loki's API.
fn step_of(
    text: &str,
    duration: &impl Fn(&str, &str) -> Result<i64, Failure>,
) -> Result<i64, Failure> {
    let bare = text.bytes().all(|b| b.is_ascii_digit());
    duration("step", &if bare { format!("{text}s") } else { text.to_owned() })
}

const fn at(params: &Params) -> i64 {
    match params.kind {
        QueryKind::Instant { at } | QueryKind::Range { end: at, .. } => at,
    }
}

/// The answer, and what it took where that is known.
pub(super) struct Answer {
    pub outcome: Outcome,
    pub effort: Effort,
    /// Where entries stand in their files, by arrival.
    pub places: BTreeMap<u64, FileRange>,
}

pub(super) fn ask(from: &From, text: &str, params: &Params) -> Result<Answer, Failure> {
    match from {
        From::Folder(dir) => ask_folder(dir, text, params),
        From::Relay(client) => ask_relay(client, text, params),
    }
}

fn ask_folder(dir: &Path, text: &str, params: &Params) -> Result<Answer, Failure> {
    if !dir.is_dir() {
        return Err(Failure::failed(format!("there is no data folder: {}", dir.display())));
    }
    let store = Store::open_read_only(dir)?;
    let asked = Question {
        text: text.to_owned(),
        params: params.clone(),
        limits: logql::Limits::default(),
    };
    let plan = asked.plan().map_err(|error| Failure::query(text, &error))?;
    let mut effort = Effort::default();
    match query::run(&store, &plan, &AtomicBool::new(false), &mut effort) {
        Ok(outcome) => {
            let places = match &outcome.output {
                Output::Rows(rows) => {
                    store.places(rows.iter().map(|row| (&row.stream, row.timestamp, row.arrival)))
                }
                _ => BTreeMap::new(),
            };
            let places = places.iter().map(|(arrival, place)| (*arrival, place.into())).collect();
            Ok(Answer { outcome, effort, places })
        }
        Err(query::RunError::Query(error)) => Err(Failure::query(text, &error)),
        Err(error) => Err(error.into()),
    }
}

fn ask_relay(client: &Client, text: &str, params: &Params) -> Result<Answer, Failure> {
    let body =
        client.get(path(params), &asked(text, params), Some((FLAGS_HEADER, DETAILS_FLAG)))?;
    let response: Response<QueryData> = serde_json::from_str(&body).map_err(|error| {
        Failure::failed(format!("{} gave an answer that cannot be read: {error}", client.addr()))
    })?;
    let places = places(&response.data.result);
    let outcome = outcome(response, params.direction);
    Ok(Answer { outcome, effort: Effort::default(), places })
}

const fn path(params: &Params) -> &'static str {
    match params.kind {
        QueryKind::Instant { .. } => "/loki/api/v1/query",
        QueryKind::Range { .. } => "/loki/api/v1/query_range",
    }
}

/// The parameters of Loki's API for a query.
fn asked(text: &str, params: &Params) -> Vec<(&'static str, String)> {
    let mut asked = vec![("query", text.to_owned()), ("limit", params.limit.to_string())];
    match params.kind {
        QueryKind::Instant { at } => asked.push(("time", at.to_string())),
        QueryKind::Range { start, end, step_ns } => {
            asked.push(("start", start.to_string()));
            asked.push(("end", end.to_string()));
            // Milliseconds, as Grafana sends it; finer only where it was asked for.
            let step = match step_ns % 1_000_000 {
                0 => format!("{}ms", step_ns / 1_000_000),
                _ => format!("{step_ns}ns"),
            };
            asked.push(("step", step));
            let direction = match params.direction {
                Direction::Backward => "backward",
                Direction::Forward => "forward",
            };
            asked.push(("direction", direction.to_owned()));
        }
    }
    asked
}

/// The engine's outcome back from Loki's JSON.
fn outcome(response: Response<QueryData>, direction: Direction) -> Outcome {
    let output = match response.data.result {
        QueryResult::Streams(streams) => Output::Rows(rows(streams, direction)),
        QueryResult::Matrix(series) => Output::Matrix(
            series
                .into_iter()
                .map(|series| Series {
                    labels: series.metric,
                    samples: series.values.iter().map(|(ts, v)| (ns(*ts), number(v))).collect(),
                })
                .collect(),
        ),
        QueryResult::Vector(samples) => Output::Vector(
            samples
                .into_iter()
                .map(|sample| Sample {
                    labels: sample.metric,
                    timestamp: ns(sample.value.0),
                    value: number(&sample.value.1),
                })
                .collect(),
        ),
        QueryResult::Scalar((_, value)) => Output::Scalar(number(&value)),
    };
    Outcome { output, stats: Stats::default(), warnings: response.warnings }
}

fn places(result: &QueryResult) -> BTreeMap<u64, FileRange> {
    let QueryResult::Streams(streams) = result else { return BTreeMap::new() };
    let values = streams.iter().flat_map(|stream| &stream.values);
    let placed = values.filter_map(|value| match value {
        StreamValue::Detailed(_, _, details) => {
            Some((details.arrival.parse().ok()?, details.file.clone()?))
        }
        StreamValue::Plain(..) => None,
    });
    placed.collect()
}

fn rows(streams: Vec<StreamResult>, direction: Direction) -> Vec<Row> {
    let mut rows: Vec<Row> = streams
        .into_iter()
        .flat_map(|StreamResult { stream, values }| {
            values.into_iter().map(move |value| row(&stream, value))
        })
        .collect();
    let key = |row: &Row| (row.timestamp, row.arrival);
    match direction {
        Direction::Forward => rows.sort_by_key(key),
        Direction::Backward => rows.sort_by_key(|row| std::cmp::Reverse(key(row))),
    }
    rows
}

fn row(stream: &Labels, value: StreamValue) -> Row {
    let (ts, line, details) = match value {
        StreamValue::Detailed(ts, line, details) => (ts, line, details),
        StreamValue::Plain(ts, line) => (ts, line, protocol::loki::EntryDetails::default()),
    };
    Row {
        timestamp: ts.parse().unwrap_or_default(),
        arrival: details.arrival.parse().unwrap_or_default(),
        line: line.into_bytes(),
        labels: stream.clone(),
        auto: details.fields.into_iter().collect(),
        ..Row::default()
    }
}

fn ns(seconds: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and is only shown")]
    let ms = (seconds * 1000.0).round() as i64;
    ms.saturating_mul(1_000_000)
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}
