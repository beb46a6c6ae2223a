use std::collections::BTreeSet;

use super::{Hint, HintKind, nearest};
use crate::ast::{Expr, LabelFormatValue, StageKind};
use crate::template;

/// A field that a template names and that no line of the answer has. `seen` are the names of all
/// labels and fields of the lines shown.
pub fn of_fields(text: &str, expr: &Expr, seen: &BTreeSet<&str>) -> Option<Hint> {
    let Expr::Log(log) = expr else { return None };
    // What a later stage takes away can no longer be seen, but was there.
    let gone = log.pipeline.iter().any(|stage| match &stage.kind {
        StageKind::Drop(_) | StageKind::Keep(_) => true,
        StageKind::LabelFormat(formats) => {
            formats.iter().any(|format| matches!(format.value, LabelFormatValue::Rename(_)))
        }
        _ => false,
    });
    if gone || seen.is_empty() {
        return None;
    }
    for stage in &log.pipeline {
        let templates: Vec<&String> = match &stage.kind {
            StageKind::LineFormat(template) => vec![template],
            StageKind::LabelFormat(formats) => formats
                .iter()
                .filter_map(|format| match &format.value {
                    LabelFormatValue::Template(template) => Some(template),
                    LabelFormatValue::Rename(_) => None,
                })
                .collect(),
            _ => continue,
        };
        for source in templates {
            let Ok(template) = template::parse(source) else { continue };
            let missing = template.expected_names().into_iter().find(|name| !seen.contains(name));
            let Some(name) = missing else { continue };
            let known: Vec<&str> = seen.iter().copied().filter(|name| !is_internal(name)).collect();
            let near = nearest(name, &known);
            let query = near.as_ref().and_then(|near| {
                let span = stage.span.start..stage.span.end;
                let renamed = renamed(text.get(span.clone())?, name, near)?;
                let mut query = text.to_owned();
                query.replace_range(span, &renamed);
                Some(query)
            });
            let kind = HintKind::NoSuchField { name: name.to_owned(), nearest: near };
            return Some(Hint { kind, query });
        }
    }
    None
}

fn is_internal(name: &str) -> bool {
    name.starts_with("__")
}

/// The stage with each `.name` of it called `near`; None where there is none.
fn renamed(stage: &str, name: &str, near: &str) -> Option<String> {
    let is_word = |c: char| c == '_' || c.is_alphanumeric();
    let wanted = format!(".{name}");
    let mut out = String::with_capacity(stage.len());
    let mut rest = stage;
    let mut any = false;
    while let Some(at) = rest.find(&wanted) {
        let (before, found) = rest.split_at(at);
        let (whole, after) = found.split_at(wanted.len());
        out.push_str(before);
        // `$x.name` and `.names` are something else.
        if after.starts_with(is_word) || before.ends_with(is_word) {
            out.push_str(whole);
        } else {
            out.push('.');
            out.push_str(near);
            any = true;
        }
        rest = after;
    }
    out.push_str(rest);
    any.then_some(out)
}
