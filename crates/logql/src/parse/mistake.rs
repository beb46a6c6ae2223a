//! What people type that is no word of the language, and what they meant.

use super::lexer::is_name;
use super::token::Kind;
use crate::{QueryError, Span};

/// The word at `at`, which no rule of the lexer reads: its error and its length.
pub(super) fn bad(text: &str, at: usize) -> (Kind<'static>, usize) {
    let rest = text.get(at..).unwrap_or_default();
    let first = rest.chars().next().unwrap_or_default();
    let (error, len) = match first {
        '"' | '`' => open_quote(text, at, first),
        '\'' => quoted_otherwise(text, at, '\'', "single quotes do not make a text"),
        '“' | '”' | '„' | '«' => {
            quoted_otherwise(text, at, first, "these are typographic quotes")
        }
        '‘' | '’' | '「' | '『' | '＂' | '＇' => {
            quoted_otherwise(text, at, first, "these are not plain quotes")
        }
        '[' => open_range(text, at),
        '$' => variable(rest, at),
        '/' => (QueryError::new(Span::new(at, at + 2), "this comment is not closed by */"), 2),
        '。' => {
            let span = Span::new(at, at + first.len_utf8());
            let error = QueryError::new(span, "`。` means nothing here");
            let whole = Span::new(0, text.len());
            (error.with_fix(whole, plain_text(text), "use plain punctuation"), first.len_utf8())
        }
        other => match plain(other) {
            Some(meant) => full_width(text, at, other, meant),
            None => {
                let len = other.len_utf8();
                let span = Span::new(at, at + len);
                (QueryError::new(span, format!("`{other}` means nothing here")), len)
            }
        },
    };
    (Kind::Bad(Box::new(error)), len)
}

/// The ASCII character that an input method put a wider one for.
fn plain(c: char) -> Option<char> {
    Some(match c {
        '，' | '、' => ',',
        '｜' | '丨' => '|',
        '～' | '〜' => '~',
        '【' | '［' => '[',
        '】' | '］' => ']',
        '—' | '–' | '−' => '-',
        '×' => '*',
        '÷' => '/',
        '\u{a0}' | '\u{3000}' | '\u{2002}' | '\u{2003}' | '\u{2009}' | '\u{200b}' => ' ',
        '“' | '”' | '„' | '«' | '»' | '＂' | '「' | '」' | '『' | '』' | '‘' | '’' | '＇' => {
            '"'
        }
        // The full-width forms follow ASCII in its order.
        '！'..='～' => char::from_u32(c as u32 - 0xfee0)?,
        _ => return None,
    })
}

fn full_width(text: &str, at: usize, found: char, meant: char) -> (QueryError, usize) {
    let len = found.len_utf8();
    let span = Span::new(at, at + len);
    let message = if meant == ' ' {
        "this is not a plain blank".to_owned()
    } else {
        format!("`{found}` is a full-width character, expected `{meant}`")
    };
    let whole = Span::new(0, text.len());
    (QueryError::new(span, message).with_fix(whole, plain_text(text), "use plain punctuation"), len)
}

/// `text` with the punctuation outside of strings in ASCII.
fn plain_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = None;
    let mut escaped = false;
    for c in text.chars() {
        match inside {
            Some(quote) => {
                let closes = !escaped && closes(quote, c);
                escaped = !escaped && c == '\\' && quote != '`';
                out.push(if closes && quote != '`' { '"' } else { c });
                if closes {
                    inside = None;
                }
            }
            None => {
                let meant = match c {
                    '。' => continue,
                    c => plain(c).unwrap_or(c),
                };
                if matches!(meant, '"' | '`') {
                    inside = Some(c);
                }
                out.push(meant);
            }
        }
    }
    out
}

/// Whether `c` ends what `open` began; people mix the two typographic forms.
fn closes(open: char, c: char) -> bool {
    match open {
        '`' | '"' | '\'' => c == open,
        _ => c != '\'' && plain(c) == Some('"'),
    }
}

fn quoted_otherwise(text: &str, at: usize, open: char, what: &str) -> (QueryError, usize) {
    let rest = text.get(at..).unwrap_or_default();
    let after = rest.get(open.len_utf8()..).unwrap_or_default();
    let message = format!("{what}, use \" or `");
    let Some(end) = after.find(|c| closes(open, c)) else {
        let span = Span::new(at, at + open.len_utf8());
        return (QueryError::new(span, message), rest.len());
    };
    let inner = after.get(..end).unwrap_or_default();
    let close = after.get(end..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
    let len = open.len_utf8() + end + close;
    let span = Span::new(at, at + len);
    let error = QueryError::new(span, message);
    let error = if open != '\'' && text.chars().filter(|c| plain(*c).is_some()).count() > 2 {
        error.with_fix(Span::new(0, text.len()), plain_text(text), "use plain punctuation")
    } else {
        let inner = inner.replace('\\', "\\\\").replace('"', "\\\"");
        error.with_fix(span, format!("\"{inner}\""), "use double quotes")
    };
    (error, len)
}

/// The quote is put where the text most likely ends: before the closing brace or bracket of its
/// selector, else at the end of the line.
fn open_quote(text: &str, at: usize, quote: char) -> (QueryError, usize) {
    let rest = text.get(at..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or(rest).trim_end();
    let before = text.get(..at).unwrap_or_default();
    let in_selector = before.matches('{').count() > before.matches('}').count();
    let end = if in_selector { line.find(['}', ',']) } else { line.find([']', '[']) };
    let end = at + end.map_or(line.len(), |end| line.get(..end).unwrap_or(line).trim_end().len());
    let error = QueryError::new(Span::new(at, at + 1), format!("this {quote} is never closed"))
        .with_fix(Span::new(end, end), quote.to_string(), "close the quote");
    (error, rest.len())
}

fn open_range(text: &str, at: usize) -> (QueryError, usize) {
    let rest = text.get(at..).unwrap_or_default();
    let inner = rest.get(1..).unwrap_or_default();
    let len = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let end = at + 1 + len;
    let error = QueryError::new(Span::new(at, end), "this [ is never closed");
    let error = if len == 0 {
        error.with_fix(Span::new(at, end), "[5m]", "look back 5 minutes")
    } else {
        error.with_fix(Span::new(end, end), "]", "close the range")
    };
    (error, end - at)
}

fn variable(rest: &str, at: usize) -> (QueryError, usize) {
    let end = match rest.strip_prefix("${") {
        Some(inner) => inner.find('}').map(|end| end + 3),
        None => rest.char_indices().skip(1).find(|(_, c)| !is_name(*c)).map(|(at, _)| at),
    };
    let len = end.unwrap_or(rest.len());
    let name = rest.get(..len).unwrap_or_default();
    let message = format!("`{name}` is a variable of a dashboard, put its value here");
    (QueryError::new(Span::new(at, at + len), message), len)
}
