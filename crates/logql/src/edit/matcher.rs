use model::{MatchOp, Matcher};

use super::place::{Change, in_every_log, label_name, literal};
use crate::ast::LogExpr;
use crate::parse::{Kind, Word, lex};
use crate::{QueryError, Span};

/// Narrows every selector of `text` to streams whose label `name` is `value`, or with `negated`
/// to those where it is not. What the selector already says about that label and that would
/// contradict is replaced. An empty text becomes a selector.
pub fn add_label_matcher(
    text: &str,
    name: &str,
    value: &str,
    negated: bool,
) -> Result<String, QueryError> {
    let name = &label_name(name);
    if text.trim().is_empty() {
        let more = if negated { format!("{name}=~\".+\", ") } else { String::new() };
        return Ok(format!("{{{more}{}}}", written(name, value, negated)));
    }
    in_every_log(text, |log| changes(text, log, name, value, negated))
}

fn written(name: &str, value: &str, negated: bool) -> String {
    format!("{name}{}{}", if negated { "!=" } else { "=" }, literal(value))
}

fn changes(text: &str, log: &LogExpr, name: &str, value: &str, negated: bool) -> Vec<Change> {
    let keeps = |matcher: &Matcher| matcher.name != name || stays(matcher, value, negated);
    let said = |m: &Matcher| {
        let op = if negated { MatchOp::NotEqual } else { MatchOp::Equal };
        m.name == name && m.op == op && m.value == value
    };
    if log.selector.iter().any(said) && log.selector.iter().all(|m| said(m) || keeps(m)) {
        return Vec::new();
    }
    let mut addition = written(name, value, negated);
    let narrowed = !negated && !value.is_empty()
        || log.selector.iter().any(|matcher| keeps(matcher) && !matcher.matches_empty());
    if !narrowed {
        // A selector of nothing but negations is refused.
        addition = format!("{name}=~\".+\", {addition}");
    }
    let spans = matcher_spans(text, log.selector_span);
    let gone: Vec<Span> = log
        .selector
        .iter()
        .zip(spans)
        .filter(|(matcher, _)| !keeps(matcher))
        .map(|(_, span)| span)
        .collect();
    // The first contradiction makes room for the new one, the others go with their commas.
    let Some((first, rest)) = gone.split_first() else {
        return vec![Change::insert(log.selector_span.end - 1, format!(", {addition}"))];
    };
    let mut changes = vec![Change { span: *first, text: addition }];
    changes.extend(rest.iter().map(|span| Change {
        span: Span::new(comma_before(text, span.start), span.end),
        text: String::new(),
    }));
    changes
}

/// Whether a matcher of the same label can stand beside the new one.
fn stays(matcher: &Matcher, value: &str, negated: bool) -> bool {
    match (matcher.op, negated) {
        // The new value takes the place of the old one.
        (MatchOp::Equal | MatchOp::Regex, false) => false,
        (MatchOp::NotEqual | MatchOp::NotRegex, false) => matcher.matches_value(value),
        (MatchOp::Equal, true) => matcher.value != value,
        (MatchOp::NotEqual, true) => matcher.value != value,
        (MatchOp::Regex | MatchOp::NotRegex, true) => true,
    }
}

/// Each matcher of a selector is three words long.
fn matcher_spans(text: &str, selector: Span) -> Vec<Span> {
    let inner = text.get(selector.start..selector.end).unwrap_or_default();
    let words: Vec<Word<'_>> = lex(inner)
        .into_iter()
        .filter(|word| {
            let between = ["{", "}", ","].iter().any(|symbol| word.is_symbol(symbol));
            !between && !matches!(word.kind, Kind::Comment | Kind::End)
        })
        .collect();
    words
        .chunks_exact(3)
        .filter_map(|three| Some(three.first()?.span.to(three.last()?.span)))
        .map(|span| Span::new(selector.start + span.start, selector.start + span.end))
        .collect()
}

fn comma_before(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind(',')).unwrap_or(at)
}
