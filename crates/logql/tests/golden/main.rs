//! Golden cases: plain text in `*.txt` beside this file, its format told in `README.md`. One
//! function runs them all, natively and in a browser:
//!
//! ```text
//! cargo test -p logql --test golden
//! cargo test -p logql --test golden --target wasm32-unknown-unknown
//! ```
//!
//! `UPDATE_GOLDEN=1` natively rewrites what is expected by what comes out; read the diff.

mod case;
mod data;
mod evaluate;
mod hints;
mod outputs;

use case::Case;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

macro_rules! texts {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!($name))),*] };
}

/// Every file of cases. A browser has no folder to list.
const FILES: &[(&str, &str)] = texts![
    "edit.txt",
    "errors.txt",
    "format.txt",
    "highlight.txt",
    "hints.txt",
    "language.txt",
    "print.txt",
    "results.txt"
];

/// Named data sets.
const DATA: &[(&str, &str)] = texts!["data/points.txt", "data/voice.txt"];

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn every_case_gives_what_its_file_says() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1");
    let mut differences = Vec::new();
    for (file, text) in FILES {
        let mut cases = Case::read_all(text);
        assert!(!cases.is_empty(), "{file} has no case");
        for case in &mut cases {
            let name = format!("{file}: {}", case.title);
            for section in &case.expected_sections() {
                let expected = case.section(section).unwrap_or_default().to_owned();
                let actual = outputs::output(case, section, DATA);
                if expected != actual {
                    differences.push(format!(
                        "{name}\n{}\n--- {section}, expected\n{expected}\n--- {section}, actual\n{actual}\n",
                        case.query
                    ));
                    case.set(section, actual);
                }
            }
        }
        if update {
            let path = format!("{}/tests/golden/{file}", env!("CARGO_MANIFEST_DIR"));
            std::fs::write(&path, Case::write_all(text, &cases)).expect(&path);
        }
    }
    assert!(
        update || differences.is_empty(),
        "{} differ\n\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// The longest and deepest queries that are read, and longer ones that are not: neither may take
/// more stack than a browser's worker has.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn long_queries_are_read_or_refused() {
    let chain = |first: &str, next: &str, times: usize| format!("{first}{}", next.repeat(times));
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    let sums = |depth: usize| format!("{}vector(1){}", "sum(".repeat(depth), ")".repeat(depth));
    let template = |open: &str, close: &str, depth: usize| {
        let (open, close) = (open.repeat(depth), close.repeat(depth));
        format!("{{job=\"a\"}} | line_format `{open}x{close}`")
    };
    for (query, good) in [
        (chain("1", " ^ 1", 1000), true),
        (chain("1", " + 1", 1000), true),
        (chain("vector(1)", " or vector(1)", 1000), true),
        (chain("{job=\"a\"} | a>1", ", a>1", 450), true),
        (chain("{job=\"a\"} | a>1", " or a>1", 450), true),
        (chain("{job=\"a\"} | a>1", " and a>1", 450), true),
        (chain("{job=\"a\"}", " |= \"x\"", 5000), true),
        (template("{{if .a}}", "{{end}}", 99), true),
        (template("{{with .a}}{{range 2}}", "{{end}}{{end}}", 49), true),
        (template("{{if .a}}", "{{end}}", 10_000), false),
        (format!("{{job=\"a\"}} | line_format `{{{{{}}}}}`", nested(90)), true),
        (format!("{{job=\"a\"}} | line_format `{{{{{}}}}}`", nested(101)), false),
        (nested(100), true),
        (sums(99), true),
        (chain("1", " ^ 1", 1001), false),
        (chain("{job=\"a\"} | a>1", " a>1", 60_000), false),
        (nested(60_000), false),
        (sums(20_000), false),
        ("{job=\"a\"} |= \"x\"".repeat(20_000), false),
        ("-".repeat(100_000), false),
        ("|".repeat(100_000), false),
        ("{".repeat(100_000), false),
    ] {
        let head = query.get(..40).unwrap_or_default();
        match logql::parse(&query) {
            Ok(expr) => {
                assert!(good, "{head}… is read");
                assert!(!logql::format(&expr).is_empty(), "{head}…");
                evaluate::nothing(&expr);
            }
            Err(error) => assert!(!good, "{head}…: {}", error.message),
        }
    }
}

/// A file that nobody runs looks like a passing one.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn every_file_is_listed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    for (folder, listed) in [(folder.to_owned(), FILES), (format!("{folder}/data"), DATA)] {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let known = listed.iter().any(|(listed, _)| listed.ends_with(&name));
            assert!(known || !name.ends_with(".txt"), "{folder}/{name} is not listed in main.rs");
        }
    }
}
