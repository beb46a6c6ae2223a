use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use logql::parse;
use regex::Regex;

use super::*;
use crate::i18n::Texts;
use crate::state::Language;

const ZH: &str = include_str!("../../../../static/locales/zh-phrases.json");

/// Where sentences are said that a person reads in the viewer.
const SOURCES: &[&str] = &[
    "crates/assist/src",
    "crates/detect/src/labels/path.rs",
    "crates/detect/src/prefix/mod.rs",
    "crates/detect/src/shapes",
    "crates/detect/src/tally.rs",
    "crates/logql/src/hint",
    "crates/logql/src/ip.rs",
    "crates/logql/src/limits.rs",
    "crates/logql/src/line",
    "crates/logql/src/metric",
    "crates/logql/src/parse",
    "crates/logql/src/pipeline",
    "crates/logql/src/plan",
    "crates/logql/src/run",
    "crates/logql/src/stages/format.rs",
    "crates/logql/src/stages/label_filter.rs",
    "crates/logql/src/stages/pattern.rs",
    "crates/logql/src/stages/regexp.rs",
    "crates/logql/src/template/lex.rs",
    "crates/logql/src/template/parse.rs",
    "crates/model/src/go_regex",
    "crates/model/src/units.rs",
    "frontend/src/engine",
    "relay/src/http/share",
    "relay/src/ingest/said.rs",
    "relay/src/doctor",
    "relay/src/ingest/behind.rs",
    "relay/src/http/status.rs",
    "relay/src/ingest/follow.rs",
    "relay/src/ingest/lost.rs",
    "relay/src/ingest/post.rs",
    "relay/src/ingest/thread.rs",
    "relay/src/share",
    "relay/src/source/paths.rs",
    "relay/src/store/open.rs",
    "relay/src/store/status.rs",
];

/// What looks like a sentence there and is none for the viewer: LogQL, and the relay's own log.
const NOT_SAID: &[&str] = &[
    "curl -sG {0} --data-urlencode {1} -d start={2} -d end={3} -d limit=5000",
    "logcli query {0} --addr={1} --from={2} --to={3} --limit=5000",
    "logpane export {0} --addr {1} --from {2} --to {3} -o report.html",
    "logpane query {0} --addr {1} --from {2} --to {3}",
    "** ComfyUI startup time: ",
    "rotated files cannot be unpacked",
    "{} cannot be read",
    "by ()",
    "without ()",
    "pattern `<_> <name>`",
    "regexp `(?P<name>)`",
    "sum {0} ({1})",
    "{0} offset {1}",
    " offset {0})",
    " of the configuration",
    "not a regular expression: ",
    "not a template: ",
    "a frame of a shared live tail cannot be written",
    "a frame of a shared live tail failed",
    "a head stays as it is",
    "a share could not be written down",
    "it is not written down that a shared link was used",
    "reading goes on",
    "reading has stopped",
    "shutting down",
    "the damaged journal cannot be copied",
    "the sizes of files are not written down",
    "the journal cannot be synced to the disk",
    "the journal is damaged",
    "the journal was cut at a torn record",
    "the file of shared links cannot be read: none works",
    "the file of shared links cannot be read: none works any more",
    "version {0} is not known, expected {1}",
    "write the journal",
];

/// Regular expressions of which the `regex` crate says in its words what is wrong.
const PATTERNS: &[&str] = &[
    "[",
    "(",
    ")",
    "*",
    "a{",
    "a{,1}",
    "a{2,1}",
    "a{99999999999}",
    "[b-a]",
    "[a-\\pL]",
    "[\\b]",
    "\\",
    "\\q",
    "\\1",
    "\\x{",
    "\\xq",
    "\\x{}",
    "\\x{110000}",
    "\\p{Nope}",
    "\\p{sc=Nope}",
    "\\p{=}",
    "(?P<a",
    "(?P<>a)",
    "(?P<a>x)(?P<a>y)",
    "(?P<é->a)",
    "(?=a)",
    "(?",
    "(?i",
    "(?z)",
    "(?ii)",
    "(?i--m)",
    "(?i-)",
];

/// The system's words, as the relay hands them on.
const SYSTEM: &[&str] = &[
    "Input/output error (os error 5)",
    "Is a directory (os error 21)",
    "No space left on device (os error 28)",
    "No such file or directory (os error 2)",
    "Permission denied (os error 13)",
    "Read-only file system (os error 30)",
    "Too many open files (os error 24)",
];

fn table() -> BTreeMap<String, String> {
    serde_json::from_str(ZH).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path, found: &mut Vec<(String, bool)>) {
    if path.is_dir() {
        let mut inside: Vec<_> = fs::read_dir(path).unwrap().map(|at| at.unwrap().path()).collect();
        inside.sort();
        inside.iter().filter(|at| !at.ends_with("tests.rs")).for_each(|at| read(at, found));
        return;
    }
    let source = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let literal = Regex::new(r##"(?s)//[^\n]*|'(?:\\.|[^'\\])'|r#"(.*?)"#|"((?:[^"\\]|\\.)*)""##);
    let literal = literal.unwrap();
    let of_format = Regex::new(r"((format|write|writeln)!\(\s*(\w+,\s*)?|#\[error\()$").unwrap();
    let hidden = Regex::new(r"(\.expect\(|reason = )\s*$").unwrap();
    let broken = Regex::new(r"\\\n\s*").unwrap();
    let hole = Regex::new(r"\{\{|\}\}|\{[^{}]*\}").unwrap();
    for at in literal.captures_iter(source) {
        let raw = at.get(1).map(|text| text.as_str().to_owned());
        let plain = at.get(2).map(|text| {
            let text = broken.replace_all(text.as_str(), "");
            text.replace("\\\"", "\"").replace("\\n", "\n").replace("\\\\", "\\")
        });
        let Some(text) = raw.or(plain) else { continue };
        let before = &source[..at.get(0).unwrap().start()];
        let before = &before[before.len().saturating_sub(80)..];
        if hidden.is_match(before) {
            continue;
        }
        let is_format = of_format.is_match(before);
        let mut holes = 0..;
        let text = if is_format {
            let numbered = hole.replace_all(&text, |found: &regex::Captures<'_>| match &found[0] {
                "{{" => "{".to_owned(),
                "}}" => "}".to_owned(),
                _ => format!("{{{}}}", holes.next().unwrap()),
            });
            numbered.into_owned()
        } else {
            text
        };
        found.push((text, is_format));
    }
}

/// Whether people read this: words, not a name or a piece of syntax.
fn is_sentence(text: &str, is_format: bool) -> bool {
    let words = Regex::new("[a-z]{2,},? [a-z`(=|{]").unwrap();
    let beside = Regex::new(r#"\{\d\}[`"?]* [a-z]{2,}|[a-z]{2,} [`"\[(]*\{\d\}"#).unwrap();
    let without = Regex::new(r"\{\d\}").unwrap().replace_all(text, "").into_owned();
    words.is_match(&without) || (is_format && beside.is_match(text))
}

/// Fails on words that stayed English: quoted text, labels and LogQL aside.
fn check_translated(sentence: &str) {
    let said = Texts::load(Language::Chinese).said(sentence);
    assert_ne!(said, sentence);
    let quoted = Regex::new("`[^`]*`|\"[^\"]*\"|\\{[^}]*\\}|\\[[^\\]]*\\]|os error").unwrap();
    let rest = quoted.replace_all(&said, "").into_owned();
    let english = Regex::new("[a-z]{2,} [a-z]{2,} [a-z]{2,}").unwrap();
    let english = english.find(&rest).map(|found| found.as_str());
    // Names of functions that stand side by side in an explanation are no English.
    assert_eq!(english, None, "{sentence:?}: {said:?}");
}

#[test]
fn every_sentence_has_a_translation() {
    let mut literals = Vec::new();
    SOURCES.iter().for_each(|path| read(&root().join(path), &mut literals));
    let table = table();
    let missing: BTreeSet<&str> = literals
        .iter()
        .filter(|(text, is_format)| is_sentence(text, *is_format))
        .map(|(text, _)| text.as_str())
        .filter(|text| !NOT_SAID.contains(text) && !table.contains_key(*text))
        .collect();
    assert!(missing.is_empty(), "add to static/locales/zh-phrases.json: {missing:#?}");

    let said: BTreeSet<&str> = literals.iter().map(|(text, _)| text.as_str()).collect();
    let foreign: Vec<String> = PATTERNS.iter().filter_map(|pattern| refusal(pattern)).collect();
    let is_foreign = |key: &str| {
        let phrase = Phrase::new(key, String::new());
        let system = SYSTEM.iter().map(|said| (*said).to_owned());
        foreign.iter().cloned().chain(system).any(|said| phrase.values(&said).is_some())
    };
    let unused: Vec<&String> =
        table.keys().filter(|key| !said.contains(key.as_str()) && !is_foreign(key)).collect();
    assert!(unused.is_empty(), "nobody says any more: {unused:#?}");
}

/// What is wrong with `pattern`, after "not a regular expression: ".
fn refusal(pattern: &str) -> Option<String> {
    let quoted = serde_json::to_string(pattern).unwrap();
    let error = parse(&format!("{{a=\"b\"}} |~ {quoted}")).err()?;
    error.message.strip_prefix("not a regular expression: ").map(str::to_owned)
}

#[test]
fn what_others_say_is_translated_too() {
    for pattern in PATTERNS {
        if let Some(refusal) = refusal(pattern) {
            check_translated(&format!("not a regular expression: {refusal}"));
        }
    }
    SYSTEM.iter().for_each(|said| check_translated(&format!("cannot read on in /a: {said}")));
}

/// Every mistake that the language's own tests know, as the page shows it.
#[test]
fn every_known_mistake_is_explained_in_chinese() {
    let cases = root().join("crates/logql/tests/golden/errors.txt");
    let cases = fs::read_to_string(cases).unwrap();
    let mut num_errors = 0;
    for case in cases.split("\n=== ").skip(1) {
        let (_, case) = case.split_once('\n').unwrap();
        let query = case.split("\n--- ").next().unwrap();
        let Err(error) = parse(query) else { continue };
        num_errors += 1;
        check_translated(&error.message);
        if let Some(fix) = error.fix {
            check_translated(&fix.title);
        }
    }
    assert!(num_errors > 150, "{num_errors}");
}

#[test]
fn a_translation_has_the_values_of_its_sentence() {
    let hole = Regex::new(r"\{\d\}").unwrap();
    for (key, translation) in table() {
        let holes = |text: &str| -> BTreeSet<String> {
            hole.find_iter(text).map(|found| found.as_str().to_owned()).collect()
        };
        // A value may be said twice in English and once in Chinese, never the other way round.
        assert!(holes(&translation).is_subset(&holes(&key)), "{key}");
        assert!(Phrase::new(&key, String::new()).num_bytes() > 1, "{key}");
    }
}

/// Every step of queries that use all of the language, as the page explains it.
#[test]
fn every_step_is_explained_in_chinese() {
    for query in [
        r#"{job="a and b", level=~"x or y|z"} |= "out of memory" or "is it" | json | status>=500 and rtf<1 | line_format "{{.a}} and more""#,
        r#"sum by (job, level) (rate({job!="a", x="y"} !~ "b" | logfmt | drop x [5m] offset 1h)) / sum(count_over_time({job=~".+"}[5m])) > bool 2"#,
        r#"topk(3, quantile_over_time(0.95, {job="a"} | unwrap duration(took) [1m]) by (job))"#,
        r#"avg_over_time({job="a"} | pattern "<_> <x>" | unwrap x [1m]) and absent_over_time({job="b"}[1m])"#,
    ] {
        for step in assist::explain(&parse(query).unwrap()) {
            check_translated(&step.text);
        }
    }
}

#[test]
fn values_move_into_the_translation() {
    let texts = Texts::load(Language::Chinese);
    for (sentence, expected) in [
        ("unexpected `x y`, expected a text in quotes", "此处不应为 `x y`，应为加引号的文本"),
        ("the query ends here, expected `,` or `}`", "查询到此为止，缺少 `,` 或 `}`"),
        ("unexpected `remove it`, expected `)`", "此处不应为 `remove it`，应为 `)`"),
        ("Keep a value only where it is over 5", "只保留满足条件的值：它大于 5"),
        ("Give 1 where the first is at most the second, else 0", "前者不大于后者时为 1，否则为 0"),
        ("Keep lines whose `rtf` is over 1.5", "保留满足条件的行：`rtf` 大于 1.5"),
        ("{{end}} ends nothing", "{{end}} 没有可结束的内容"),
        ("use `sum`", "改用 `sum`"),
        (
            "cannot read on in /a: Permission denied (os error 13)",
            "无法继续读取 /a：没有权限（os error 13）",
        ),
        (
            r#"Keep lines that contain "out of memory and more" or "it is b""#,
            r#"保留包含 "out of memory and more" 或 "it is b" 的行"#,
        ),
        (
            "Take the lines whose `a` is \"b and c\" and `d` matches \"e or f\"",
            "取满足条件的行：`a` 是 \"b and c\" 且 `d` 匹配 \"e or f\"",
        ),
        ("a sentence that nobody knows", "a sentence that nobody knows"),
        ("", ""),
    ] {
        assert_eq!(texts.said(sentence), expected);
    }
    let english = "unexpected `x`, expected a text in quotes";
    assert_eq!(Texts::load(Language::English).said(english), english);
}
