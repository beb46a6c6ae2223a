#![no_main]

#[path = "../../../../crates/logql/tests/fuzz/bodies.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|text: &str| bodies::query(text));
