use std::sync::Arc;

use serde::{Deserialize, Serialize};
use yaml::{Kind as NodeKind, Mark, Marked, Node, Problem, from_node};

use super::compile::{Fault, Place};
use super::place::within;
use super::{Group, Rule, RuleFile, RuleSpec};

/// What is wrong with a rule file, and where, both counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleProblem {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub message: String,
    /// What it belongs to, where that is known.
    pub group: Option<String>,
    pub rule: Option<String>,
    /// What to write instead, where that is known: a whole query.
    pub instead: Option<String>,
}

impl std::fmt::Display for RuleProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        self.instead.as_ref().map_or(Ok(()), |instead| write!(f, "; try: {}", instead.trim()))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    groups: Option<serde::de::IgnoredAny>,
    /// mimirtool and lokitool write it.
    #[serde(default)]
    #[expect(dead_code, reason = "it is accepted and says nothing to us")]
    namespace: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    name: Marked<String>,
    interval: Option<Marked<String>>,
    query_offset: Option<Marked<String>>,
    limit: Option<Marked<usize>>,
    #[serde(default)]
    #[expect(dead_code, reason = "read from the node, for their places")]
    labels: Option<serde::de::IgnoredAny>,
    #[expect(dead_code, reason = "read one by one, so that one can be wrong")]
    rules: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    alert: Option<Marked<String>>,
    record: Option<Marked<String>>,
    expr: Marked<String>,
    #[serde(rename = "for")]
    hold: Option<Marked<String>>,
    keep_firing_for: Option<Marked<String>>,
    #[expect(dead_code, reason = "read from the node, for their places")]
    labels: Option<serde::de::IgnoredAny>,
    #[expect(dead_code, reason = "read from the node, for their places")]
    annotations: Option<serde::de::IgnoredAny>,
}

/// Reads a rule file. What is wrong with one rule keeps no other from being used.
pub fn read(file: &str, text: &str) -> RuleFile {
    let mut reader = Reader { file, text, found: RuleFile::default(), group: None, rule: None };
    match yaml::parse(text) {
        Ok(node) => reader.file(&node),
        Err(problem) => reader.problem(problem),
    }
    reader.found
}

struct Reader<'f> {
    file: &'f str,
    text: &'f str,
    found: RuleFile,
    group: Option<String>,
    rule: Option<String>,
}

impl Reader<'_> {
    fn say(&mut self, mark: Mark, message: impl Into<String>) {
        self.found.problems.push(RuleProblem {
            file: self.file.to_owned(),
            line: mark.line,
            column: mark.column,
            message: message.into(),
            group: self.group.clone(),
            rule: self.rule.clone(),
            instead: None,
        });
    }

    fn problem(&mut self, problem: Problem) {
        self.say(problem.mark.unwrap_or(Mark { line: 1, column: 1 }), problem.message);
    }

    fn file(&mut self, node: &Node) {
        if node.is_null() {
            return;
        }
        // A group by itself is what Loki's API takes; in a file the groups are missing.
        if node.get("rules").is_some() && node.get("groups").is_none() {
            self.say(node.mark, "a file begins with `groups:`, and this group stands in its list");
            return;
        }
        match from_node::<RawFile>(node) {
            Ok(RawFile { groups: None, .. }) if node.get("groups").is_none() => {
                self.say(node.mark, "the key \"groups\" is missing");
            }
            Ok(_) => {}
            Err(problem) => self.problem(problem),
        }
        let Some(groups) = node.get("groups") else { return };
        if !groups.is_null() && !matches!(groups.kind, NodeKind::List(_)) {
            self.say(groups.mark, "`groups` is a list: each group begins with `- name:`");
        }
        for group in groups.items() {
            self.group = group.get("name").and_then(|name| name.text()).map(str::to_owned);
            self.group(group);
            self.group = None;
        }
    }

    fn group(&mut self, node: &Node) {
        let raw = match from_node::<RawGroup>(node) {
            Ok(raw) => raw,
            Err(problem) => return self.problem(problem),
        };
        let name = raw.name.value.clone();
        if name.is_empty() {
            self.say(raw.name.mark, "the name of the group is empty");
        }
        if self.found.groups.iter().any(|group| group.name == name) {
            self.say(raw.name.mark, format!("there is a group {name:?} already in this file"));
            return;
        }
        let interval = raw.interval.and_then(|text| self.duration(&text, "interval"));
        if interval == Some(0) {
            self.say(node.mark, "`interval` is 0: expected one like 1m, or leave it out");
        }
        let offset = raw.query_offset.and_then(|text| self.duration(&text, "query_offset"));
        let shared = self.texts(node, "labels");
        let mut group = Group {
            name,
            interval_ns: interval.filter(|ns| *ns > 0),
            offset_ns: offset.unwrap_or(0),
            limit: raw.limit.map_or(0, |limit| limit.value),
            rules: Vec::new(),
        };
        match node.get("rules") {
            None => self.say(node.mark, "the group has no `rules`"),
            Some(rules) if !rules.is_null() && !matches!(rules.kind, NodeKind::List(_)) => {
                let message = "`rules` is a list: each rule begins with `- alert:` or `- record:`";
                self.say(rules.mark, message);
            }
            Some(rules) => {
                for rule in rules.items() {
                    let named = ["alert", "record"].iter().find_map(|key| rule.get(key));
                    self.rule = named.and_then(|name| name.text()).map(str::to_owned);
                    group.rules.extend(self.rule(rule, &shared));
                    self.rule = None;
                }
            }
        }
        self.found.groups.push(group);
    }

    fn duration(&mut self, text: &Marked<String>, key: &str) -> Option<i64> {
        match model::parse_duration(text) {
            Ok(ns) if ns >= 0 => Some(ns),
            _ if text.value == "0" => Some(0),
            _ => {
                let message = format!(
                    "{:?} is no duration for `{key}`: expected one like 30s, 1m or 1h30m",
                    text.value
                );
                self.say(text.mark, message);
                None
            }
        }
    }

    /// Labels or annotations: names and texts.
    fn texts(&mut self, node: &Node, key: &str) -> Vec<(String, String)> {
        let Some(found) = node.get(key).filter(|found| !found.is_null()) else { return Vec::new() };
        let NodeKind::Map(pairs) = &found.kind else {
            let message =
                format!("`{key}` is a mapping of names to texts, such as `severity: critical`");
            self.say(found.mark, message);
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(pairs.len());
        for (name, value) in pairs {
            match (name.text(), value.text()) {
                (Some(name), Some(_)) if value.is_null() => {
                    texts.push((name.to_owned(), String::new()));
                }
                (Some(name), Some(value)) => texts.push((name.to_owned(), value.to_owned())),
                _ => {
                    let message = "expected a text here; one that begins with `{{` or holds `: ` \
                                   must stand in quotes";
                    self.say(value.mark, message);
                }
            }
        }
        texts
    }

    fn rule(&mut self, node: &Node, shared: &[(String, String)]) -> Option<Rule> {
        let before = self.found.problems.len();
        let labels = self.texts(node, "labels");
        let annotations = self.texts(node, "annotations");
        let raw = match from_node::<RawRule>(node) {
            Ok(raw) => raw,
            Err(problem) => {
                self.problem(problem);
                return None;
            }
        };
        let value = |marked: Option<Marked<String>>| marked.map(|marked| marked.value);
        let mut all: Vec<(String, String)> = shared.to_vec();
        all.retain(|(name, _)| !labels.iter().any(|(own, _)| own == name));
        all.extend(labels);
        let spec = RuleSpec {
            alert: value(raw.alert),
            record: value(raw.record),
            expr: raw.expr.value,
            hold: value(raw.hold),
            keep_firing_for: value(raw.keep_firing_for),
            labels: all,
            annotations,
        };
        match Rule::new(&spec) {
            Ok(rule) if self.found.problems.len() == before => Some(rule),
            Ok(_) => None,
            Err(faults) => {
                for fault in faults {
                    self.fault(node, &spec, fault);
                }
                None
            }
        }
    }

    fn fault(&mut self, node: &Node, spec: &RuleSpec, fault: Fault) {
        let mark = self.mark(node, &fault.place);
        self.say(mark, fault.message);
        if let (Some(fix), Some(problem)) = (fault.fix, self.found.problems.last_mut()) {
            let mut query = spec.expr.clone();
            if query.get(fix.span.start..fix.span.end).is_some() {
                query.replace_range(fix.span.start..fix.span.end, &fix.text);
                problem.instead = Some(query);
            }
        }
    }

    fn mark(&self, node: &Node, place: &Place) -> Mark {
        let inside = |found: Option<&Arc<Node>>, offset: usize| {
            let found = found?;
            Some(within(self.text, found.mark, found.text()?, offset))
        };
        let named = |key: &str, name: &str| {
            let NodeKind::Map(pairs) = &node.get(key)?.kind else { return None };
            pairs.iter().find(|(known, _)| known.text() == Some(name))
        };
        let value_of = |key: &str, name: &str| named(key, name).map(|(_, value)| value);
        let key_of = |key: &str, name: &str| named(key, name).map(|(key, _)| key.mark);
        let found = match place {
            Place::Name => ["alert", "record"].iter().find_map(|key| node.get(key)).map(|n| n.mark),
            Place::Expr(span) => inside(node.get("expr"), span.start),
            Place::For => node.get("for").map(|found| found.mark),
            Place::KeepFiringFor => node.get("keep_firing_for").map(|found| found.mark),
            Place::LabelName(name) => key_of("labels", name),
            Place::AnnotationName(name) => key_of("annotations", name),
            Place::Label(name, offset) => inside(value_of("labels", name), *offset),
            Place::Annotation(name, offset) => inside(value_of("annotations", name), *offset),
        };
        found.unwrap_or(node.mark)
    }
}
