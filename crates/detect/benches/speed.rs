//! What detection costs: `cargo bench -p detect -- FILE…` reads each file ten times and prints the
//! fastest pass.

use std::{env, fs, hint::black_box, time::Instant};

use detect::{Context, Detector, Event, Kind, Start};

/// As much as the relay reads at once.
const PIECE: usize = 256 << 10;

fn main() {
    for path in env::args().skip(1).filter(|arg| arg != "--bench") {
        let bytes = fs::read(&path).expect("the file can be read");
        let mut fastest = f64::INFINITY;
        let (mut records, mut bars) = (0_u32, 0_u32);
        for _ in 0..10 {
            (records, bars) = (0, 0);
            let start = Instant::now();
            let mut detector = Detector::new(Context::default(), Start::default());
            let mut emit = |event: Event<'_>| {
                if let Event::Entry(record) = &event {
                    records += u32::from(record.kind == Kind::Line);
                    bars += u32::from(record.kind == Kind::Progress);
                }
                black_box(&event);
            };
            for piece in bytes.chunks(PIECE) {
                detector.feed(piece, 0, &mut emit);
            }
            detector.finish(0, &mut emit);
            fastest = fastest.min(start.elapsed().as_secs_f64());
        }
        #[expect(clippy::cast_precision_loss, reason = "sizes of files")]
        let megabytes = bytes.len() as f64 / 1e6;
        let nanos = fastest * 1e9 / f64::from((records + bars).max(1));
        let speed = megabytes / fastest;
        println!("{path}: {records} records and {bars} bars, {nanos:.0} ns each, {speed:.0} MB/s");
    }
}
