//! `GET /metrics`: the relay's own numbers, in Prometheus' text format.

use std::fmt::Write as _;

use protocol::forward::Forward;
use protocol::status::{Severity, Source, Status};
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::alert;
use crate::http::{ApiError, App, status};
use crate::store::Figures;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("metrics")
        .and(warp::get())
        .then(move || {
            let app = app.clone();
            async move {
                match answer(&app).await {
                    Ok(text) => {
                        let kind = "text/plain; version=0.0.4; charset=utf-8";
                        warp::reply::with_header(text, "content-type", kind).into_response()
                    }
                    Err(error) => error.into_response(),
                }
            }
        })
        .boxed()
}

async fn answer(app: &App) -> Result<String, ApiError> {
    let status = status::status(app).await?;
    let store = app.store()?;
    let text = text(&status, &store.figures(), resident_bytes()) + &app.push_counts().text();
    let alerts = app.alerts().map(|alerts| alerts_text(&alerts.figures())).unwrap_or_default();
    Ok(text + &alerts + &store.pipeline_metrics())
}

fn text(status: &Status, figures: &Figures, resident_bytes: Option<u64>) -> String {
    let mut page = Page::default();
    counters(&mut page, figures);
    kept(&mut page, status, figures);
    followed(&mut page, status);
    if !status.forwards.is_empty() {
        forwards(&mut page, &status.forwards);
    }
    if let Some(bytes) = resident_bytes {
        page.gauge("process_resident_memory_bytes", "Memory of the relay.", bytes);
    }
    page.text
}

/// Of a relay that has rules.
fn alerts_text(figures: &alert::Figures) -> String {
    let mut page = Page::default();
    page.gauge("logpane_rules", "Rules that are evaluated.", figures.rules);
    page.counter(
        "logpane_rule_evaluations_total",
        "Evaluations of rules, each rule counted.",
        figures.evaluations,
    );
    page.counter(
        "logpane_rule_evaluation_failures_total",
        "Evaluations that failed; alerts stay as they were.",
        figures.failures,
    );
    page.counter(
        "logpane_alert_deliveries_total",
        "Messages that a receiver or an Alertmanager took.",
        figures.delivered,
    );
    page.counter(
        "logpane_alert_delivery_failures_total",
        "Tries that were refused or not answered; what can be tried again is.",
        figures.undelivered,
    );
    page.gauge(
        "logpane_alerts_waiting",
        "Alerts that some receiver has not heard of yet.",
        figures.waiting,
    );
    page.text
}

/// What was done since the relay started.
fn counters(page: &mut Page, figures: &Figures) {
    page.counter(
        "logpane_read_bytes_total",
        "Bytes read of files and standard input.",
        figures.read_bytes,
    );
    page.counter(
        "logpane_invalid_bytes_total",
        "Bytes read that were no valid text; they are kept as they are.",
        figures.invalid_bytes,
    );
    page.counter(
        "logpane_lost_bytes_total",
        "Bytes seen in a file that was truncated or deleted before they were read.",
        figures.lost_bytes,
    );
    page.counter(
        "logpane_read_entries_total",
        "Entries found in files and standard input.",
        figures.read_entries,
    );
    page.counter(
        "logpane_tail_dropped_entries_total",
        "Entries that a live tail left out for a slow reader; they are kept and can be queried.",
        figures.tail_dropped_entries,
    );
}

/// All destinations together.
fn forwards(page: &mut Page, all: &[Forward]) {
    page.counter(
        "logpane_forwarded_entries_total",
        "Entries that another Loki took.",
        all.iter().map(|to| to.sent).sum(),
    );
    page.counter(
        "logpane_forward_refused_entries_total",
        "Entries that it would not take; they are kept.",
        all.iter().map(|to| to.refused).sum(),
    );
    page.gauge(
        "logpane_forward_waiting_entries",
        "Entries that were not sent on yet.",
        all.iter().map(|to| to.waiting).sum(),
    );
}

fn kept(page: &mut Page, status: &Status, figures: &Figures) {
    page.gauge("logpane_entries", "Entries kept.", status.entries);
    page.gauge("logpane_streams", "Streams kept.", status.streams);
    page.gauge("logpane_chunks", "Chunks kept.", figures.chunks);
    page.counter(
        "logpane_merged_chunks_total",
        "Chunks that became part of a larger one.",
        figures.merged_chunks,
    );
    page.gauge("logpane_chunk_bytes", "Bytes of chunks on disk.", figures.chunk_bytes);
    page.gauge("logpane_journal_bytes", "Bytes of the journal on disk.", figures.journal_bytes);
    page.gauge("logpane_disk_bytes", "Bytes on disk, chunks and journal.", status.disk_bytes);
    page.gauge(
        "logpane_corrupt_chunks",
        "Damaged chunks that were set aside.",
        figures.corrupt_chunks,
    );
    page.gauge(
        "logpane_corrupt_entries",
        "Entries lost with damaged chunks, as far as their number is known.",
        figures.corrupt_entries,
    );
    let errors = status.problems.iter().filter(|p| p.severity == Severity::Error).count() as u64;
    page.gauge("logpane_errors", "Problems that lose or stop something.", errors);
}

fn followed(page: &mut Page, status: &Status) {
    let lag = |source: &Source| source.size.saturating_sub(source.offset);
    page.gauge("logpane_sources", "Files followed.", status.sources.len() as u64);
    page.gauge(
        "logpane_lag_bytes",
        "Bytes of all files that are not read yet.",
        status.sources.iter().map(lag).sum(),
    );
    if !status.sources.is_empty() {
        let help = "Bytes of a file that are not read yet.";
        page.head("logpane_file_lag_bytes", "gauge", help);
        for source in &status.sources {
            page.labelled("logpane_file_lag_bytes", "filename", &source.path, lag(source));
        }
    }
}

/// Metrics in the making.
#[derive(Debug, Default)]
struct Page {
    text: String,
}

// Writing to a string does not fail.
impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}").ok();
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, "gauge", help);
        writeln!(self.text, "{name} {value}").ok();
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, "counter", help);
        writeln!(self.text, "{name} {value}").ok();
    }

    fn labelled(&mut self, name: &str, label: &str, label_value: &str, value: u64) {
        let quoted = label_value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
        writeln!(self.text, "{name}{{{label}=\"{quoted}\"}} {value}").ok();
    }
}

/// As Linux tells it; elsewhere the metric is left out.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn filled() -> String {
        let source = |path: &str, offset| Source {
            path: path.to_owned(),
            offset,
            size: 10,
            ..Source::default()
        };
        let sources = vec![source("/a.log", 10), source("/odd \"\\\n.log", 4)];
        let status = Status { entries: 7, sources, ..Status::default() };
        let figures = Figures { read_bytes: 14, lost_bytes: 3, ..Figures::default() };
        text(&status, &figures, Some(4096)) + &alerts_text(&alert::Figures::default())
    }

    #[test]
    fn every_sample_has_help_and_type_and_the_name_its_type_asks_for() {
        let text = filled();
        let (mut helped, mut typed, mut kind) = (BTreeSet::new(), BTreeSet::new(), "");
        for line in text.lines() {
            let words: Vec<&str> = line.splitn(4, ' ').collect();
            match words.as_slice() {
                ["#", "HELP", name, help] => {
                    assert!(helped.insert(*name), "twice: {line}");
                    assert!(help.ends_with('.'), "{line}");
                }
                ["#", "TYPE", name, found] => {
                    assert!(helped.contains(name) && typed.insert(*name), "{line}");
                    kind = found;
                    assert_eq!(*found == "counter", name.ends_with("_total"), "{line}");
                }
                [sample, ..] => {
                    let name = sample.split('{').next().unwrap();
                    assert!(typed.contains(name), "{line}");
                    assert!(["counter", "gauge"].contains(&kind));
                    assert!(line.rsplit(' ').next().unwrap().parse::<u64>().is_ok(), "{line}");
                }
                [] => panic!("an empty line"),
            }
        }
        assert!(typed.len() > 15, "{text}");
    }

    #[test]
    fn samples_say_what_is_known() {
        let text = filled();
        for expected in [
            "logpane_entries 7",
            "logpane_read_bytes_total 14",
            "logpane_lost_bytes_total 3",
            "logpane_lag_bytes 6",
            "logpane_file_lag_bytes{filename=\"/a.log\"} 0",
            r#"logpane_file_lag_bytes{filename="/odd \"\\\n.log"} 6"#,
            "process_resident_memory_bytes 4096",
        ] {
            assert!(text.lines().any(|line| line == expected), "{expected} in\n{text}");
        }
    }
}
