//! Random and nearly right texts for the language, the templates and the stages. Natively only.
#![cfg(not(target_arch = "wasm32"))]

mod bodies;
mod pieces;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use pieces::{LINE, QUERY, TEMPLATE};

/// Words put together, with or without blanks.
fn of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let word = prop_oneof![9 => select(words).prop_map(str::to_owned), 1 => any::<String>()];
    let between = select(vec![" ", " ", ""]);
    vec((word, between), 0..24)
        .prop_map(|words| words.into_iter().map(|(word, between)| word + between).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_query_breaks_the_engine(text in prop_oneof![of(QUERY), any::<String>()]) {
        bodies::query(&text);
    }

    #[test]
    fn no_template_breaks_the_engine(text in prop_oneof![of(TEMPLATE), any::<String>()]) {
        bodies::template(&text);
    }

    #[test]
    fn no_line_breaks_a_stage(line in prop_oneof![of(LINE), any::<String>()]) {
        bodies::stages(&line);
    }
}

/// What was found this way once.
#[test]
fn what_broke_the_engine_no_longer_does() {
    for text in [
        "",
        "{job=\"a\"} | unwrap",
        "{job=\"a\"} | a > 0GB",
        "{job=\"a\"} | a > 47250001us",
        "1E588",
        "1 ^ -0",
        "0 * -1",
        "vector(1) / 0 > bool -0",
    ] {
        bodies::query(text);
    }
    for text in ["{{", "{{-", "{{/*", "{{.", "{{\"", "{{'", "{{$", "{{define", "{{range $}}"] {
        bodies::template(text);
    }
    for line in ["", "{", "{\"", "{\"a\\", "=", "a=\"\\", "\u{1b}", "\u{1b}[", "\"\\ud83d"] {
        bodies::stages(line);
    }
}
