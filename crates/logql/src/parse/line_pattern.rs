use super::advice::Advice;
use super::lexer::is_name;

/// A piece of `<ip> - <_> [<ts>]`, the little language of `pattern`, `|>` and `!>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PatternPart {
    Literal(String),
    /// `<name>`; `<_>` has none.
    Capture(Option<String>),
}

/// Splits a pattern. The error says what is wrong with it.
pub(crate) fn line_pattern(text: &str) -> Result<Vec<PatternPart>, String> {
    let mut parts: Vec<PatternPart> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some((name, after)) = capture(rest) {
            if let Some(PatternPart::Capture(before)) = parts.last() {
                let before = before.as_deref().unwrap_or("_");
                return Err(format!(
                    "nothing stands between <{before}> and <{name}>, so nobody can tell where the \
                     one ends"
                ));
            }
            let name = (name != "_").then(|| name.to_owned());
            parts.push(PatternPart::Capture(name));
            rest = after;
        } else {
            // A `<` that opens no capture is text.
            let end = rest.char_indices().skip(1).find(|(_, c)| *c == '<').map(|(at, _)| at);
            let (literal, after) = rest.split_at(end.unwrap_or(rest.len()));
            match parts.last_mut() {
                Some(PatternPart::Literal(before)) => before.push_str(literal),
                _ => parts.push(PatternPart::Literal(literal.to_owned())),
            }
            rest = after;
        }
    }
    Ok(parts)
}

fn capture(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('<')?.split_once('>')?;
    let good = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii() && is_name(c));
    good.then_some((name, after))
}

/// The parts of the pattern of a `pattern` stage, which has to yield labels, each once.
pub(crate) fn stage_pattern(text: &str) -> Result<Vec<PatternPart>, String> {
    let parts = line_pattern(text)?;
    let names: Vec<&String> = parts
        .iter()
        .filter_map(|part| match part {
            PatternPart::Capture(name) => name.as_ref(),
            PatternPart::Literal(_) => None,
        })
        .collect();
    if names.is_empty() {
        let message = "the pattern names no label, expected at least one such as <ip>";
        return Err(message.to_owned());
    }
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        Some((_, name)) => Err(format!("<{name}> stands twice in the pattern")),
        None => Ok(parts),
    }
}

/// The rules of `|>` and `!>`: they only test.
pub(super) fn check_filter(text: &str) -> Result<(), Advice> {
    let parts = line_pattern(text)?;
    let named = parts.iter().find_map(|part| match part {
        PatternPart::Capture(name) => name.as_ref(),
        PatternPart::Literal(_) => None,
    });
    match named {
        Some(name) => Err(Advice {
            message: format!("a filter keeps no labels, write <_> instead of <{name}>"),
            instead: Some(text.replace(&format!("<{name}>"), "<_>")),
        }),
        None => Ok(()),
    }
}
