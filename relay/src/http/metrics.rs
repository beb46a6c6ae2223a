//! `GET /metrics`: the relay's own numbers, in Prometheus' text format.

use std::fmt::Write as _;

use protocol::status::{Severity, Status};
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::{App, status};

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("metrics")
        .and(warp::get())
        .then(move || {
            let app = app.clone();
            async move {
                match status::status(&app).await {
                    Ok(status) => {
                        let text = text(&status, resident_bytes()) + &app.push_counts().text();
                        let kind = "text/plain; version=0.0.4; charset=utf-8";
                        warp::reply::with_header(text, "content-type", kind).into_response()
                    }
                    Err(error) => error.into_response(),
                }
            }
        })
        .boxed()
}

fn text(status: &Status, resident_bytes: Option<u64>) -> String {
    let sum = |value: fn(&protocol::status::Source) -> u64| status.sources.iter().map(value).sum();
    let errors = status.problems.iter().filter(|p| p.severity == Severity::Error).count() as u64;
    let mut text = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, value: u64| {
        writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}").ok();
    };
    metric("logpane_entries", "gauge", "Entries kept.", status.entries);
    metric("logpane_streams", "gauge", "Streams kept.", status.streams);
    metric("logpane_disk_bytes", "gauge", "Bytes on disk.", status.disk_bytes);
    metric("logpane_sources", "gauge", "Files followed.", status.sources.len() as u64);
    metric("logpane_read_bytes_total", "counter", "Bytes read of the files.", sum(|s| s.offset));
    metric(
        "logpane_lag_bytes",
        "gauge",
        "Bytes of the files not read yet.",
        sum(|s| s.size.saturating_sub(s.offset)),
    );
    metric(
        "logpane_invalid_bytes_total",
        "counter",
        "Bytes that were no valid text, kept raw.",
        sum(|s| s.invalid_bytes),
    );
    metric("logpane_errors", "gauge", "Problems that lose or stop something.", errors);
    if let Some(bytes) = resident_bytes {
        metric("process_resident_memory_bytes", "gauge", "Memory of the relay.", bytes);
    }
    text
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
    use super::*;

    #[test]
    fn every_metric_has_help_type_and_value() {
        let status = Status { entries: 7, ..Status::default() };
        let text = text(&status, Some(4096));
        assert!(text.contains("\n# TYPE logpane_entries gauge\nlogpane_entries 7\n"), "{text}");
        assert_eq!(text.lines().count() % 3, 0);
    }
}
