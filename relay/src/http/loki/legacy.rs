//! `/api/prom`: what Loki's API was before it had a version. Old clients still ask here.

use std::collections::BTreeSet;

use logql::{Output, QueryKind};
use model::{Labels, MatchOp, Matcher};
use protocol::loki::{Response as Envelope, StreamResult, StreamValue, TailMessage as Current};
use serde::Serialize;
use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::path;
use warp::reply::Response;

use crate::http::loki::answer::{answer, named};
use crate::http::loki::encode::{Flags, streams};
use crate::http::loki::query::{plan_of_entries, question, work};
use crate::http::loki::request::{self, Range};
use crate::http::loki::{labels, stats};
use crate::http::params::Params;
use crate::http::{ApiError, App};
use crate::query;

/// Answer of `query`.
#[derive(Debug, Serialize)]
struct Found {
    streams: Vec<Stream>,
    stats: serde_json::Value,
    /// Not in the old shape, left out when there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Stream {
    /// As a selector.
    labels: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    /// RFC 3339.
    ts: String,
    line: String,
}

/// Answer of `label` and `label/NAME/values`.
#[derive(Debug, Serialize)]
struct Values {
    values: BTreeSet<String>,
    /// Not in the old shape, left out when there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl From<Envelope<BTreeSet<String>>> for Values {
    fn from(known: Envelope<BTreeSet<String>>) -> Self {
        Self { values: known.data, warnings: known.warnings }
    }
}

/// A message of `tail`.
#[derive(Debug, Serialize)]
pub struct TailMessage {
    streams: Vec<Stream>,
    #[serde(rename = "droppedEntries", skip_serializing_if = "Vec::is_empty")]
    dropped_entries: Vec<Dropped>,
    /// Not in the old shape, left out when there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Dropped {
    timestamp: String,
    labels: String,
}

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let of_label = |app: App, name: String, params: Params| async move {
        labels::values(&app, &name, &params).await.map(Values::from)
    };
    answer(app, path!("api" / "prom" / "query"), find)
        .or(answer(app, path!("api" / "prom" / "label"), names))
        .unify()
        .or(named(app, path!("api" / "prom" / "label" / String / "values"), of_label))
        .unify()
        .or(answer(app, path!("api" / "prom" / "series"), labels::series))
        .unify()
        .boxed()
}

async fn names(app: App, params: Params) -> Result<Values, ApiError> {
    labels::names(&app, &params).await.map(Values::from)
}

async fn find(app: App, params: Params) -> Result<Found, ApiError> {
    let limits = &app.config().limits;
    let Range { start, end } = request::limited_range(&params, &app)?;
    let step_ns = request::default_step(end.saturating_sub(start));
    let kind = QueryKind::Range { start, end, step_ns };
    let mut asked = question(&app, &params, kind, request::limit(&params, limits.max_entries)?)?;
    // What line filters were before there was a language.
    if let Some(regexp) = params.get("regexp") {
        let filter = Matcher::new("line", MatchOp::Regex, regexp)
            .map_err(|error| ApiError::bad_request(format!("regexp: {error}")))?;
        let filter = filter.to_string();
        let quoted = filter.strip_prefix("line=~").unwrap_or_default();
        // On a line of its own: the query may end in a comment.
        asked.text = format!("{}\n|~ {quoted}", asked.text);
    }
    let plan = plan_of_entries(
        &asked,
        "the legacy endpoint answers with streams only, ask /loki/api/v1 for a metric query",
    )?;
    let (outcome, effort) =
        work(&app, move |store, cancel, effort| query::run(store, &plan, cancel, effort)).await?;
    let stats = stats::of(&outcome, &effort);
    let rows = match outcome.output {
        Output::Rows(rows) => rows,
        _ => Vec::new(),
    };
    Ok(Found {
        streams: legacy(streams(rows, Flags::default())),
        stats,
        warnings: outcome.warnings,
    })
}

/// The message in the old shape.
pub fn tail_message(message: Current) -> TailMessage {
    let Current { streams, dropped_entries, warnings } = message;
    let dropped_entries = dropped_entries
        .into_iter()
        .map(|entry| Dropped {
            timestamp: rfc3339(&entry.timestamp),
            labels: selector(&entry.labels),
        })
        .collect();
    TailMessage { streams: legacy(streams), dropped_entries, warnings }
}

fn legacy(streams: Vec<StreamResult>) -> Vec<Stream> {
    let stream = |StreamResult { stream, values }: StreamResult| Stream {
        labels: selector(&stream),
        entries: values
            .into_iter()
            .map(|value| match value {
                StreamValue::Detailed(ts, line, _) | StreamValue::Plain(ts, line) => {
                    Entry { ts: rfc3339(&ts), line }
                }
            })
            .collect(),
    };
    streams.into_iter().map(stream).collect()
}

/// Nanoseconds as RFC 3339.
fn rfc3339(ns: &str) -> String {
    let stamp = ns.parse::<i128>().ok().and_then(|ns| jiff::Timestamp::from_nanosecond(ns).ok());
    stamp.map_or_else(|| ns.to_owned(), |stamp| stamp.to_string())
}

/// `{job="a", level="info"}`.
fn selector(labels: &Labels) -> String {
    let equal = labels.iter().filter_map(|(n, v)| Matcher::new(n, MatchOp::Equal, v).ok());
    model::selector_text(&equal.collect::<Vec<_>>())
}
