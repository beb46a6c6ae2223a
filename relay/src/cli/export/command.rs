use std::fs;
use std::io::{IsTerminal as _, Write as _};

use jiff::tz::TimeZone;
use logql::{Direction, Params, QueryKind};
use report::{Coding, Manifest, Meter, Summary, Viewer};

use super::gather::gather;
use super::origin::Origin;
use super::pack::pack;
use super::pick::Pick;
use super::redaction::Redaction;
use super::story;
use crate::cli::args::ExportArgs;
use crate::cli::client::Client;
use crate::cli::dispatch::{say, written};
use crate::cli::failure::Failure;
use crate::cli::times;
use crate::http::{default_step, now_ns, viewer_of_report};
use crate::limits::DEFAULT_MAX_SERIES;

/// Writes the report.
pub fn run(args: &ExportArgs) -> Result<(), Failure> {
    let expr = logql::parse(&args.query).map_err(|error| Failure::query(&args.query, &error))?;
    let zone = TimeZone::system();
    let (start, end) = times(args, &zone)?;
    if args.output.is_none() && std::io::stdout().is_terminal() {
        return Err(Failure::usage("a report is a file of megabytes, expected -o report.html"));
    }
    let parts = viewer_of_report().ok_or_else(|| {
        Failure::failed(
            "the viewer is not in this build of Logpane: build the whole program with `cargo \
             xtask dist`",
        )
    })?;
    let mut redaction = Redaction::new(&args.redact, &args.redact_rules)?;
    let params = Params {
        kind: QueryKind::Range { start, end, step_ns: default_step(end - start) },
        limit: usize::MAX,
        direction: Direction::Backward,
        max_series: DEFAULT_MAX_SERIES,
        cursor: None,
    };
    let pick = Pick::new(&expr, &params).map_err(|error| Failure::query(&args.query, &error))?;
    let origin = match &args.data {
        Some(dir) => Origin::folder(dir)?,
        None => Origin::Relay(Client::new(&args.client)?),
    };
    let gathered = redaction.apply(gather(&origin, &pick)?);
    if gathered.streams.is_empty() {
        return Err(Failure::failed(
            "nothing matches in this time: a report of it would be empty (--since, --from and \
             --to say which time)",
        ));
    }
    for warning in &gathered.warnings {
        say(warning);
    }
    let packed = pack(&gathered.streams)?;
    let chunks: Vec<&[u8]> = packed.iter().map(|chunk| chunk.bytes.as_slice()).collect();
    let query = redaction.query(&args.query);
    // A query has its own way to hide things: what is escaped in it looks otherwise.
    let title = args.title.as_deref().map_or_else(|| query.clone(), |title| redaction.text(title));
    let mut facts = story::facts(&gathered, pick.range, &zone);
    facts.extend(args.note.as_deref().map(|note| ("note".to_owned(), redaction.text(note))));
    let with = |name: &str, value: &str| {
        let first = (name.to_owned(), value.to_owned());
        std::iter::once(first).chain(facts.iter().cloned()).collect::<Vec<_>>()
    };
    let range = model::TimeRange::new(start, end);
    let manifest = Manifest {
        tool: format!("Logpane {}", env!("CARGO_PKG_VERSION")),
        producer: "cli".to_owned(),
        view: fragment(&query, start, end),
        facts: with("title", &title),
        query: query.clone(),
        range,
        sessions: gathered.sessions.clone(),
        redaction: redaction.runs(),
        coding: Coding::Dense,
        ..Manifest::default()
    };
    let summary = Summary {
        language: "en".to_owned(),
        title,
        note: "This report needs JavaScript to be searched. What follows are its facts and its \
               most telling lines; `logpane extract` gives all of them."
            .to_owned(),
        facts: with("query", &query),
        lines: story::key_lines(&gathered.streams, &zone),
    };
    let viewer = Viewer { script: &parts.script, wasm: &parts.wasm, style: &parts.style };
    let html = report::write(manifest, &summary, viewer, &chunks)
        .map_err(|error| Failure::failed(format!("the report cannot be written: {error}")))?;
    let html = html.as_ref();
    match &args.output {
        Some(path) => fs::write(path, html).map_err(|error| {
            Failure::failed(format!("cannot write {}: {error}", path.display()))
        })?,
        None => written(std::io::stdout().write_all(html))?,
    }
    let entries: usize = gathered.streams.values().map(model::Batch::len).sum();
    let size = html.len() as u64;
    say(&format!("{entries} entries, {}.{} MB", size / 1_000_000, size / 100_000 % 10));
    if size > Meter::GITHUB_BYTES {
        say(
            "that is more than the 25 MB GitHub takes as an attachment: narrow the time, or leave \
             debug lines out with level!=\"debug\" in the selector",
        );
    }
    Ok(())
}

/// The range that was typed, in nanoseconds since 1970.
fn times(args: &ExportArgs, zone: &TimeZone) -> Result<(i64, i64), Failure> {
    const HOUR_NS: i64 = 3_600_000_000_000;
    let now = now_ns();
    if args.since.is_some() && args.from.is_some() {
        return Err(Failure::usage("--since and --from are two starts, expected one of them"));
    }
    let span = || match &args.since {
        Some(since) => model::parse_duration(since)
            .map_err(|error| Failure::usage(format!("--since: {error}"))),
        None => Ok(HOUR_NS),
    };
    let (start, end) = times::between(args.from.as_deref(), args.to.as_deref(), now, zone, span)?;
    if start >= end {
        return Err(Failure::usage("the range is empty: it starts at its end or after it"));
    }
    Ok((start, end))
}

/// The view that a reader finds: the query over its range.
fn fragment(query: &str, start: i64, end: i64) -> String {
    let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
    format!("v=1&q={query}&from={start}&to={end}")
}
