use std::fs;
use std::io::{IsTerminal as _, Write as _};

use chunk::ChunkMeta;
use export::{Leave, Pick, Redaction, Telling, compose};
use jiff::tz::TimeZone;
use logql::{Direction, Params, QueryKind};
use report::{Coding, Meter, Suggestion, Viewer};

use super::gather::gather;
use super::origin::Origin;
use super::pack::pack;
use super::review;
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
    if args.output.is_none() && !args.review && std::io::stdout().is_terminal() {
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
        look: "",
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
        _ if args.review => {
            written(std::io::stdout().write_all(review::text(&redaction.findings()).as_bytes()))?;
        }
        Some(path) => fs::write(path, &html).map_err(|error| {
            Failure::failed(format!("cannot write {}: {error}", path.display()))
        })?,
        None => written(std::io::stdout().write_all(&html))?,
    }
    let entries: usize = gathered.streams.values().map(model::Batch::len).sum();
    let size = html.len() as u64;
    say(&format!("{entries} entries, {} MB", megabytes(size)));
    if size > Meter::GITHUB_BYTES {
        say("that is more than the 25 MB GitHub takes as an attachment");
        let metas: Vec<&ChunkMeta> = packed.iter().map(|chunk| &chunk.meta).collect();
        let coded = telling.coding.len(chunks.iter().map(|chunk| chunk.len() as u64).sum());
        let meter = Meter { overhead_bytes: size.saturating_sub(coded), coding: telling.coding };
        for suggestion in export::smaller(meter, Meter::GITHUB_BYTES, &metas) {
            say(&suggested(&suggestion, &|ns| times::show(ns, &zone)));
        }
    }
    Ok(())
}

/// What would make the file smaller, by how much, and how to ask for it.
fn suggested(suggestion: &Suggestion<Leave>, show: &dyn Fn(i64) -> String) -> String {
    let how = match &suggestion.what {
        Leave::Level(level) if level.is_empty() => {
            "without lines that have no level (level!=\"\" in the selector)".to_owned()
        }
        Leave::Level(level) => {
            format!("without {level} lines (level!=\"{level}\" in the selector)")
        }
        Leave::Before(start) => {
            // Whole seconds.
            let start = show(*start);
            let start = start.split_once('.').map_or(start.as_str(), |(start, _)| start);
            format!("with --from '{start}'")
        }
    };
    let Suggestion { saved_bytes, dropped_entries, fits, .. } = suggestion;
    let fits = if *fits { ", which fits" } else { "" };
    format!("{how}: -{} MB, {dropped_entries} entries less{fits}", megabytes(*saved_bytes))
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{}", bytes / 1_000_000, bytes / 100_000 % 10)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggestion_says_what_to_type() {
        let of = |what, fits| Suggestion {
            what,
            saved_bytes: 18_250_000,
            dropped_entries: 812_345,
            fits,
        };
        let show = |ns: i64| times::show(ns, &TimeZone::UTC);
        for (suggestion, expected) in [
            (
                of(Leave::Level("debug".to_owned()), true),
                "without debug lines (level!=\"debug\" in the selector): -18.2 MB, 812345 entries \
                 less, which fits",
            ),
            (
                of(Leave::Level(String::new()), false),
                "without lines that have no level (level!=\"\" in the selector): -18.2 MB, 812345 \
                 entries less",
            ),
            (
                of(Leave::Before(1_734_445_800_000_000_000), true),
                "with --from '2024-12-17 14:30:00': -18.2 MB, 812345 entries less, which fits",
            ),
        ] {
            assert_eq!(suggested(&suggestion, &show), expected);
        }
    }
}
