//! What a person should know about an answer, on stderr: nothing of it is in the answer.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use logql::ast::Expr;
use logql::hint::{self, Hint, HintKind};
use logql::{Direction, Outcome, Output, Params, QueryKind};
use model::{Labels, TimeRange};
use protocol::loki::Response;
use protocol::status::Status;
use serde::Deserialize;

use crate::cli::dispatch::say;
use crate::cli::query::{Answer, From, ask};
use crate::cli::times;
use crate::store::Store;

/// With fewer entries than this, an exact search may have missed what was meant.
const FEW: usize = 10;

pub fn say_all(from: &From, text: &str, expr: &Expr, params: &Params, outcome: &Outcome) {
    warn(&outcome.warnings);
    say_range(from, params, outcome);
    for Hint { kind, query } in hints(from, text, expr, params, outcome) {
        say(&format!("hint: {kind}"));
        if let Some(query) = query {
            say(&format!("      {query}"));
        }
    }
}

/// The warnings in a body of Loki's API: a script that reads the numbers may never look there.
pub fn say_warnings(body: &str) {
    #[derive(Deserialize)]
    struct Warned {
        #[serde(default)]
        warnings: Vec<String>,
    }
    // What is no such body is printed as it is.
    if let Ok(Warned { warnings }) = serde_json::from_str(body) {
        warn(&warnings);
    }
}

fn warn(warnings: &[String]) {
    for warning in warnings {
        say(&format!("warning: {warning}"));
    }
}

/// Where the answer ends before the entries do.
fn say_range(from: &From, params: &Params, outcome: &Outcome) {
    let full = matches!(&outcome.output, Output::Rows(rows) if rows.len() >= params.limit);
    if full {
        let which = match params.direction {
            Direction::Backward => "newest",
            Direction::Forward => "oldest",
        };
        say(&format!("the {which} {} entries; there may be more (--limit)", params.limit));
    }
    if let (true, QueryKind::Range { start, end, .. }) = (outcome.output.is_empty(), params.kind) {
        say(&nothing(status(from), start, end));
    }
}

/// Why there is nothing between `start` and `end`.
fn nothing(status: Option<Status>, start: i64, end: i64) -> String {
    let zone = TimeZone::system();
    let (oldest, newest) = status.map_or((None, None), |status| (status.oldest, status.newest));
    match (oldest, newest) {
        (_, Some(newest)) if newest.0 < start => {
            let newest = times::show(newest.0, &zone);
            format!("nothing in this range; the newest entry is of {newest} (--from, --to)")
        }
        (Some(oldest), _) if oldest.0 >= end => {
            let oldest = times::show(oldest.0, &zone);
            format!("nothing in this range; the oldest entry is of {oldest} (--from, --to)")
        }
        _ => {
            let (start, end) = (times::show(start, &zone), times::show(end, &zone));
            format!("nothing matches between {start} and {end}")
        }
    }
}

fn status(from: &From) -> Option<Status> {
    match from {
        From::Folder(dir) => Some(Store::open_read_only(dir).ok()?.status()),
        From::Relay(client) => client.status(),
    }
}

fn hints(from: &From, text: &str, expr: &Expr, params: &Params, outcome: &Outcome) -> Vec<Hint> {
    if matches!(outcome.output, Output::Scalar(_)) {
        return Vec::new();
    }
    let is_empty = outcome.output.is_empty();
    let streams = if is_empty || matches!(expr, Expr::Metric(_)) { streams(from) } else { None };
    let mut seen = BTreeSet::new();
    if let Output::Rows(rows) = &outcome.output {
        seen.extend(rows.iter().flat_map(|row| row.labels.iter().map(|(name, _)| name)));
        seen.extend(rows.iter().flat_map(|row| row.auto.iter().map(|(name, _)| name.as_str())));
    }
    let mut hints = hint::of_answer(text, expr, is_empty, &seen, &streams.unwrap_or_default());
    if let (Output::Rows(rows), Expr::Log(log)) = (&outcome.output, expr)
        && rows.len() < FEW.min(params.limit)
        && hints.is_empty()
        && let Some(other) = hint::ignoring_case(text, log)
        && let Ok(Answer { outcome: Outcome { output: Output::Rows(more), .. }, .. }) =
            ask(from, &other.query, params)
    {
        let (exact, found) = (rows.len() as u64, more.len() as u64);
        let kind = HintKind::of_counts(&other.words, exact, found);
        hints.extend(kind.map(|kind| Hint { kind, query: Some(other.query) }));
    }
    hints
}

/// The labels of all streams there are, as far as they can be had.
fn streams(from: &From) -> Option<Vec<Labels>> {
    match from {
        From::Folder(dir) => {
            Some(Store::open_read_only(dir).ok()?.streams(&[], TimeRange::new(i64::MIN, i64::MAX)))
        }
        From::Relay(client) => {
            let range = [("start", "0".to_owned()), ("end", i64::MAX.to_string())];
            let body = client.get("/loki/api/v1/series", &range, None).ok()?;
            Some(serde_json::from_str::<Response<Vec<Labels>>>(&body).ok()?.data)
        }
    }
}
