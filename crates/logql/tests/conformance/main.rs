//! The engine against recorded answers of Loki (see tests/conformance/README.md): all have to
//! agree, but for the quirks. Natively and in a browser:
//!
//! ```text
//! cargo test -p logql --test conformance
//! cargo test -p logql --test conformance --target wasm32-unknown-unknown
//! ```
#![allow(clippy::unwrap_used, reason = "the recorded data is fixed; a panic fails the test")]

mod answer;
mod case;
mod compare;
mod dataset;

use std::fmt::Write as _;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

macro_rules! texts {
    ($folder:literal, $extension:literal, $($name:literal),* $(,)?) => {
        &[$((
            concat!($name, $extension),
            include_str!(concat!("../../../../tests/conformance/", $folder, "/", $name, $extension)),
        )),*]
    };
}

/// Every file of cases. A browser has no folder to list.
const CASES: &[(&str, &str)] = texts![
    "cases",
    ".json",
    "api_errors",
    "binary_operations",
    "decolorize",
    "drop_keep",
    "format_query",
    "json",
    "label_filters",
    "labels_series_stats",
    "limits_order_pagination",
    "line_filters",
    "line_label_format",
    "logfmt",
    "metric_errors",
    "parse_errors",
    "pattern_regexp_unpack",
    "pipeline_errors",
    "range_aggregations",
    "selectors",
    "structured_metadata",
    "syntax_and_literals",
    "template_functions",
    "unwrap",
    "vector_aggregations",
];

/// In the order in which they are pushed.
const DATASETS: &[(&str, &str)] =
    texts!["datasets", ".jsonl", "access", "edge", "json", "metadata", "packed", "voice"];

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn recorded_answers_are_given() {
    let data = dataset::read(DATASETS);
    let (mut report, mut quirks, mut passed) = (String::new(), Vec::new(), 0);
    for (_, document) in CASES {
        let (topic, cases) = case::read(document);
        for case in cases.iter().filter(|case| case.concerns_the_engine()) {
            match compare::check(case, &answer::answer(case, &data)) {
                Ok(()) => passed += 1,
                Err(_) if case.quirk => quirks.push(case.id.clone()),
                // Writing to a String cannot fail.
                Err(why) => _ = writeln!(report, "{topic}: {}: {why}\n", case.id),
            }
        }
    }
    println!("{passed} answers agree; quirks that differ: {}", quirks.join(" "));
    assert!(report.is_empty(), "answers that differ\n\n{report}");
}

/// A file that nobody runs looks like a passing one.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn every_file_is_listed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/conformance");
    for (folder, listed) in [("cases", CASES), ("datasets", DATASETS)]
        .map(|(name, listed)| (format!("{folder}/{name}"), listed))
    {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let known = listed.iter().any(|(listed, _)| *listed == name);
            assert!(known, "{folder}/{name} is not listed in main.rs");
        }
    }
}
