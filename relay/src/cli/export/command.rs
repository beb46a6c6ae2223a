use std::fs;
use std::io::{IsTerminal as _, Write as _};

use export::{Pick, Redaction, Telling, compose};
use jiff::tz::TimeZone;
use logql::{Direction, Params, QueryKind};
use report::{Coding, Meter, Viewer};

use super::gather::gather;
use super::origin::Origin;
use super::pack::pack;
use crate::cli::args::ExportArgs;
use crate::cli::client::Client;
use crate::cli::dispatch::{say, written};
use crate::cli::failure::Failure;
use crate::cli::times;
use crate::http::{default_step, now_ns, viewer_of_report};
use crate::limits::DEFAULT_MAX_SERIES;

/// What the page says where no script runs.
const WITHOUT_SCRIPT: &str = "This report needs JavaScript to be searched. What follows are its \
    facts and its most telling lines; `logpane extract` gives all of them.";

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
    let mut redaction = Redaction::new(&args.redact, &args.redact_rules)
        .map_err(|error| Failure::usage(format!("--redact: {error}")))?;
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
    let telling = Telling {
        tool: concat!("Logpane ", env!("CARGO_PKG_VERSION")),
        producer: "cli",
        query: &args.query,
        range: model::TimeRange::new(start, end),
        picked: pick.range,
        title: args.title.as_deref(),
        note: args.note.as_deref(),
        language: "en",
        without_script: WITHOUT_SCRIPT,
        coding: Coding::Dense,
    };
    let viewer = Viewer { script: &parts.script, wasm: &parts.wasm, style: &parts.style };
    let html =
        compose(&telling, &gathered, &mut redaction, viewer, &chunks, &|ns| times::show(ns, &zone))
            .map_err(|error| Failure::failed(format!("the report cannot be written: {error}")))?;
    match &args.output {
        Some(path) => fs::write(path, &html).map_err(|error| {
            Failure::failed(format!("cannot write {}: {error}", path.display()))
        })?,
        None => written(std::io::stdout().write_all(&html))?,
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
