use std::collections::BTreeSet;

use model::{Labels, MatchOp, Matcher};

use super::{Hint, HintKind, nearest};
use crate::ast::Expr;
use crate::edit::logs;

/// Why a selector matches none of all the `streams` there are. None where each selector of the
/// query matches some.
pub fn of_selector(text: &str, expr: &Expr, streams: &[Labels]) -> Option<Hint> {
    let log = logs(expr).into_iter().find(|log| {
        !streams.iter().any(|labels| log.selector.iter().all(|matcher| matcher.matches(labels)))
    })?;
    let kind = reason(&log.selector, streams);
    let replaced = match &kind {
        HintKind::NoSuchLabel { name, nearest: Some(nearest) } => with(&log.selector, |matcher| {
            let renamed = (matcher.name == *name).then_some((nearest, &matcher.value))?;
            Matcher::new(renamed.0, matcher.op, renamed.1).ok()
        }),
        HintKind::NoSuchValue { name, value, nearest: Some(nearest) } => {
            with(&log.selector, |matcher| {
                let wrong = matcher.name == *name && matcher.value == *value;
                wrong.then(|| Matcher::new(name, MatchOp::Equal, nearest).ok()).flatten()
            })
        }
        _ => return Some(Hint { kind, query: None }),
    };
    let mut query = text.to_owned();
    let span = log.selector_span.start..log.selector_span.end;
    query.get(span.clone())?;
    query.replace_range(span, &model::selector_text(&replaced));
    Some(Hint { kind, query: Some(query) })
}

fn with(selector: &[Matcher], change: impl Fn(&Matcher) -> Option<Matcher>) -> Vec<Matcher> {
    selector.iter().map(|matcher| change(matcher).unwrap_or_else(|| matcher.clone())).collect()
}

fn reason(selector: &[Matcher], streams: &[Labels]) -> HintKind {
    // A label that is missing is the first thing to say: no value of it can be right.
    let names: BTreeSet<&str> =
        streams.iter().flat_map(Labels::iter).map(|(name, _)| name).collect();
    let needs = |matcher: &&Matcher| !matcher.matches(&Labels::new());
    for matcher in selector.iter().filter(needs) {
        if !names.contains(matcher.name.as_str()) {
            let known: Vec<&str> = names.iter().copied().collect();
            let nearest = nearest(&matcher.name, &known);
            return HintKind::NoSuchLabel { name: matcher.name.clone(), nearest };
        }
    }
    for matcher in selector {
        let is_other = |other: &&Matcher| *other != matcher;
        if streams.iter().any(|labels| matcher.matches(labels)) {
            continue;
        }
        // What the other matchers leave is nearer than what there is elsewhere.
        let values = |left: &dyn Fn(&Labels) -> bool| -> BTreeSet<&str> {
            let streams = streams.iter().filter(|labels| left(labels));
            streams.filter_map(|labels| labels.get(&matcher.name)).collect()
        };
        let mut known =
            values(&|labels| selector.iter().filter(is_other).all(|other| other.matches(labels)));
        if known.is_empty() {
            known = values(&|_| true);
        }
        let known: Vec<&str> = known.into_iter().collect();
        return HintKind::NoSuchValue {
            name: matcher.name.clone(),
            value: matcher.value.clone(),
            nearest: nearest_value(matcher, &known),
        };
    }
    HintKind::NoSuchCombination
}

/// A value that a matcher may have meant: nobody means the one value it excludes.
fn nearest_value(matcher: &Matcher, known: &[&str]) -> Option<String> {
    match matcher.op {
        MatchOp::Equal => {
            let lower = matcher.value.to_lowercase();
            let contains =
                |value: &&&str| !lower.is_empty() && value.to_lowercase().contains(&lower);
            let part = || known.iter().find(contains).map(|value| (*value).to_owned());
            nearest(&matcher.value, known).or_else(part)
        }
        MatchOp::Regex => known
            .iter()
            .find(|value| value.to_lowercase() == matcher.value.to_lowercase())
            .map(|value| (*value).to_owned()),
        MatchOp::NotEqual | MatchOp::NotRegex => None,
    }
}
