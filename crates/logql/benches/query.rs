//! How long a query of about 1 KB takes to be read, written and made ready:
//!
//! ```text
//! cargo bench -p logql
//! ```

use std::hint::black_box;
use std::time::Instant;

use logql::{Direction, Params, QueryKind};

/// What a query of 1 KB may take to be read and made ready.
const ALLOWED_MICROS: f64 = 200.0;

/// Long enough that one disturbed run does not show in the middle of them.
const ROUNDS: usize = 301;

fn main() {
    println!("{:24} {:>6} {:>9} {:>9} {:>9} {:>9}", "", "bytes", "parse", "plan", "both", "format");
    for (name, query) in queries() {
        let expr = logql::parse(&query).unwrap_or_else(|error| panic!("{}", error.render(&query)));
        let params = params();
        let parse = median_micros(|| drop(black_box(logql::parse(black_box(&query)))));
        let plan = median_micros(|| drop(black_box(logql::plan(black_box(&expr), &params))));
        let format = median_micros(|| drop(black_box(logql::format(black_box(&expr)))));
        let both = parse + plan;
        let verdict = if both <= ALLOWED_MICROS { "" } else { "  over 200 µs" };
        println!(
            "{name:24} {:6} {parse:6.1} µs {plan:6.1} µs {both:6.1} µs {format:6.1} µs{verdict}",
            query.len()
        );
    }
}

fn queries() -> Vec<(&'static str, String)> {
    let selector = r#"{job="cosyvoice3", instance=~"gpu-[0-9]+:9880", level!="debug"}"#;
    let stages = r#" |= "synth done" | logfmt | rtf > 0.5 and took >= 250ms or speaker="中文女""#;
    let formats = r#" | label_format who="{{.speaker | upper}}", ms="{{mulf .took 1000}}" | line_format "{{.req}} {{ if gt .rtf \"1\" }}slow{{ else }}fast{{ end }} {{.text}}""#;
    let regexes =
        r#" |~ "(?i)error|timeout" !~ "health(z|y)?$" | regexp "took=(?P<took>[0-9.]+)s""#;
    let sum = format!(
        "sum by (instance) (rate({selector}{stages} | unwrap duration(took) | __error__=\"\" [5m]))"
    );
    vec![
        ("filters", format!("{selector}{}", r#" |= "generating audio" != "heartbeat""#.repeat(26))),
        ("stages and templates", format!("{selector}{}", [stages, formats].concat().repeat(3))),
        (
            "a dozen expressions",
            format!("{selector}{}{}", regexes.repeat(4), r#" |= "generating audio""#.repeat(30)),
        ),
        ("metric", format!("{sum} / on (instance) {sum} * 100 > {sum} or {sum} unless {sum}")),
    ]
}

fn params() -> Params {
    let day_ns = 86_400_000_000_000;
    Params {
        kind: QueryKind::Range { start: 0, end: day_ns, step_ns: day_ns / 250 },
        limit: 1000,
        direction: Direction::Backward,
        max_series: 500,
        cursor: None,
    }
}

fn median_micros(work: impl Fn()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}
