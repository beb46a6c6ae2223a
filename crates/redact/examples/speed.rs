//! What redaction costs: `cargo run --release -p redact --example speed -- FILE…` scans and rewrites
//! each file five times and prints the fastest pass of each.

use std::{env, fs, hint::black_box, time::Instant};

use model::{Batch, Labels, Lines};
use redact::{Redactor, Selection};

fn main() {
    // `default,hosts` costs what a plain export costs, `prompts` more.
    let names = env::var("RULES").unwrap_or_else(|_| "default,hosts".into());
    for path in env::args().skip(1) {
        let bytes = fs::read(&path).expect("the file can be read");
        let mut lines = Lines::default();
        bytes.split(|b| *b == b'\n').for_each(|line| lines.push(line));
        let timestamps = vec![0; lines.len()];
        let batch = Batch { timestamps, lines: Some(lines), ..Batch::default() };
        let (mut scan, mut rewrite, mut found) = (f64::INFINITY, f64::INFINITY, 0);
        for _ in 0..5 {
            let mut redactor = Redactor::new(&Selection::parse(&names)).expect("the rules stand");
            let start = Instant::now();
            redactor.scan(&Labels::new(), &batch);
            scan = scan.min(start.elapsed().as_secs_f64());
            let start = Instant::now();
            black_box(redactor.rewrite_batch(&batch));
            rewrite = rewrite.min(start.elapsed().as_secs_f64());
            found = redactor.findings().iter().map(|f| f.count).sum();
        }
        let rate = |seconds: f64| bytes.len() as f64 / 1e6 / seconds;
        println!(
            "{path}: {found} findings, scan {:.0} MB/s, rewrite {:.0} MB/s",
            rate(scan),
            rate(rewrite)
        );
    }
}
