use model::format_duration;
use yaml::quoted;

use super::{Group, Kind, Rule};
use crate::text::Text;

/// The file these groups would be read from: what `/loki/api/v1/rules` answers. Queries of several
/// lines stay readable.
pub fn print(groups: &[Group]) -> String {
    let mut out = "groups:\n".to_owned();
    for group in groups {
        out.push_str(&format!("  - name: {}\n", quoted(&group.name)));
        if let Some(ns) = group.interval_ns {
            out.push_str(&format!("    interval: {}\n", format_duration(ns)));
        }
        if group.offset_ns != 0 {
            out.push_str(&format!("    query_offset: {}\n", format_duration(group.offset_ns)));
        }
        if group.limit > 0 {
            out.push_str(&format!("    limit: {}\n", group.limit));
        }
        if group.rules.is_empty() {
            out.push_str("    rules: []\n");
        } else {
            out.push_str("    rules:\n");
        }
        for one in &group.rules {
            rule(one, &mut out);
        }
    }
    if groups.is_empty() {
        return "groups: []\n".to_owned();
    }
    out
}

/// The groups of one file as one entry of a mapping of files: what `GET /loki/api/v1/rules`
/// answers is one after the other.
pub fn print_file(file: &str, groups: &[Group]) -> String {
    let text = print(groups);
    format!("{}{}", quoted(file), text.strip_prefix("groups").unwrap_or(&text))
}

/// A group by itself.
pub fn print_group(group: &Group) -> String {
    let text = print(std::slice::from_ref(group));
    let lines = text.lines().skip(1);
    lines.map(|line| format!("{}\n", line.get(4..).unwrap_or_default())).collect()
}

fn rule(rule: &Rule, out: &mut String) {
    let key = match rule.kind {
        Kind::Alert { .. } => "alert",
        Kind::Record => "record",
    };
    out.push_str(&format!("      - {key}: {}\n", quoted(&rule.name)));
    out.push_str(&format!("        expr: {}\n", scalar(&rule.expr, 10)));
    if let Kind::Alert { for_ns, keep_firing_ns, .. } = rule.kind {
        for (key, ns) in [("for", for_ns), ("keep_firing_for", keep_firing_ns)] {
            if ns > 0 {
                out.push_str(&format!("        {key}: {}\n", format_duration(ns)));
            }
        }
    }
    texts("labels", &rule.labels, out);
    if let Kind::Alert { annotations, .. } = &rule.kind {
        texts("annotations", annotations, out);
    }
}

fn texts(key: &str, texts: &[(String, Text)], out: &mut String) {
    if !texts.is_empty() {
        out.push_str(&format!("        {key}:\n"));
    }
    for (name, text) in texts {
        out.push_str(&format!("          {}: {}\n", quoted(name), scalar(text.source(), 12)));
    }
}

/// A text of several lines as a block where a block can say it.
fn scalar(text: &str, indent: usize) -> String {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let is_plain = body.contains('\n')
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\n'])
        && body.chars().all(|c| c == '\n' || !c.is_control());
    if !is_plain {
        return quoted(text);
    }
    let mark = if body.len() == text.len() { "|-" } else { "|" };
    let pad = " ".repeat(indent);
    let lines = body
        .split('\n')
        .map(|line| if line.is_empty() { String::from("\n") } else { format!("\n{pad}{line}") });
    format!("{mark}{}", lines.collect::<String>())
}
