//! What files say and what is said about them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use serde::Deserialize;
use yaml::{Marked, from_node, parse};

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Server {
    port: u16,
    name: String,
    is_open: bool,
    rate: Option<f64>,
    labels: BTreeMap<String, String>,
    steps: Vec<Step>,
    place: Marked<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    Docker(Empty),
    Keep(Vec<String>),
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Empty {}

#[track_caller]
fn check(text: &str, expected: &str) {
    let found = parse(text).and_then(|node| from_node::<Server>(&node));
    let found = match found {
        Ok(server) => format!("{server:?}"),
        Err(problem) => problem.to_string(),
    };
    assert!(found.contains(expected), "{text}\n{found}\nhas not: {expected}");
}

#[test]
fn scalars_are_what_the_reader_asks_for() {
    check("port: 8080\nname: 42", "port: 8080, name: \"42\"");
    check("port: '80'", "port: 80");
    check("is_open: yes", "is_open: true");
    check("is_open: off", "is_open: false");
    check("rate: .5", "rate: Some(0.5)");
    check("rate: 1", "rate: Some(1.0)");
    check("rate:", "rate: None");
    check("labels: {a: 007, b: true, c: ~}", r#"{"a": "007", "b": "true", "c": ""}"#);
    check("", "port: 0");
    check("name: |\n  a\n  b\n", r#"name: "a\nb\n""#);
}

#[test]
fn a_list_of_one_key_mappings_is_a_list_of_choices() {
    check(
        "steps:\n- docker: {}\n- docker:\n- docker\n- keep: [a]\n",
        r#"[Docker(Empty), Docker(Empty), Docker(Empty), Keep(["a"])]"#,
    );
    check("steps:\n- dokcer: {}\n", r#"2:3: unknown name "dokcer", did you mean "docker"?"#);
    check("steps:\n- docker: {}\n  keep: []\n", "2:3: 2 keys where exactly one is expected");
    check("steps:\n- docker: {a: 1}\n", r#"2:12: unknown key "a""#);
}

#[test]
fn mistakes_have_a_place() {
    check("port: x\n", "1:7: \"x\" where u16 is expected");
    check("port: 70000\n", "1:7: 70000 where u16 is expected");
    check("a: 1\n", "1:1: unknown key \"a\", expected one of port, name");
    check("port: 1\nlabls: {}\n", "2:1: unknown key \"labls\", did you mean \"labels\"?");
    check("name: [a]\n", "1:7: a list where a string is expected");
    check("labels:\n  a: [1]\n", "2:6: a list where a string is expected");
    check("port: 1\nport: 2\n", "2:1: the key \"port\" is there twice");
    check("steps: {}\n", "1:8: a mapping where a sequence is expected");
    check("port: 1\n  name: x\n", "2:");
    check("name: \"a\n", "1:7");
    check("name: *a\n", "1:7");
}

#[test]
fn values_can_be_asked_for_their_place() {
    check(
        "port: 1\nplace: here\n",
        r#"Marked { value: "here", mark: Mark { line: 2, column: 8 } }"#,
    );
}

#[test]
fn anchors_are_repeated_and_merged() {
    check("name: &n x\nplace: *n\n", r#"Marked { value: "x""#);
    check("labels:\n  <<: {a: 1, b: 2}\n  b: 3\n", r#"{"a": "1", "b": "3"}"#);
}

#[test]
fn deep_files_are_refused() {
    check(&"[".repeat(100), "nested deeper than 64 levels");
    check(&"[".repeat(10_000), "recursion limit");
}

/// What is written is read as the same again.
#[test]
fn what_is_printed_is_read_again() {
    for text in [
        "a: 1\nb: [x, 'y: z', {c: d, e: []}]\nf: {}\ng:\nh: \"a\\nb\\u0007\"\n",
        "- - a\n  - b\n- c: |\n    text\n    more\n  d: 'it''s'\n- ~\n- 'yes'\n- '007'\n- ''\n",
        "x: &a {k: v}\ny: *a\n",
    ] {
        let node = parse(text).unwrap();
        let printed = yaml::print(&node, 0);
        let again = parse(&printed).unwrap();
        assert_eq!(shape(&node), shape(&again), "{text}\n{printed}");
    }
}

fn shape(node: &yaml::Node) -> String {
    match &node.kind {
        yaml::Kind::Scalar { text, .. } if node.is_null() => format!("null {text:?}"),
        yaml::Kind::Scalar { text, .. } => format!("{text:?}"),
        yaml::Kind::List(items) => {
            format!("[{}]", items.iter().map(|i| shape(i)).collect::<Vec<_>>().join(","))
        }
        yaml::Kind::Map(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| format!("{}:{}", shape(key), shape(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        }
    }
}
