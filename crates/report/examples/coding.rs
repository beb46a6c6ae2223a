//! What the text codings cost: `cargo run --release -p report --example coding` encodes and decodes
//! 22 MB that do not repeat, five times, and prints the fastest pass.

use std::hint::black_box;
use std::time::Instant;

use report::Coding;

fn main() {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    let bytes: Vec<u8> = (0..22_000_000).map(|_| next()).collect();
    for coding in [Coding::Base64, Coding::Dense] {
        let (mut encode, mut decode) = (f64::INFINITY, f64::INFINITY);
        let mut len = 0;
        for _ in 0..5 {
            let start = Instant::now();
            let text = coding.encode(&bytes);
            encode = encode.min(start.elapsed().as_secs_f64());
            let start = Instant::now();
            black_box(coding.decode(text.as_bytes(), bytes.len()).expect("it was just encoded"));
            decode = decode.min(start.elapsed().as_secs_f64());
            len = text.len();
        }
        let rate = |seconds: f64| bytes.len() as f64 / 1e6 / seconds;
        let more = len as f64 / bytes.len() as f64;
        println!(
            "{coding:?}: × {more:.3}, encode {:.0} MB/s, decode {:.0} MB/s",
            rate(encode),
            rate(decode)
        );
    }
}
