#![no_main]

#[path = "../../../relay/tests/push/bodies.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|body: &[u8]| bodies::loki_protobuf(body));
