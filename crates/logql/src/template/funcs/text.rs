//! Texts: case, trimming, cutting, aligning, replacing.

use super::{Args, Body, check_len};
use crate::template::value::Value;

pub(super) fn find(name: &str) -> Option<Body> {
    Some(match name {
        "lower" | "ToLower" => |a| map(a, |text| text.chars().map(lower).collect()),
        "upper" | "ToUpper" => |a| map(a, |text| text.chars().map(upper).collect()),
        "title" => |a| map(a, title),
        "trim" | "TrimSpace" => |a| map(a, |text| text.trim().to_owned()),
        "trimAll" => |a| with_set(a, 1, |text, set| text.trim_matches(set).to_owned()),
        "Trim" => |a| with_set(a, 0, |text, set| text.trim_matches(set).to_owned()),
        "TrimLeft" => |a| with_set(a, 0, |text, set| text.trim_start_matches(set).to_owned()),
        "TrimRight" => |a| with_set(a, 0, |text, set| text.trim_end_matches(set).to_owned()),
        "trimPrefix" => |a| two(a, |prefix, text| cut(text, text.strip_prefix(prefix))),
        "trimSuffix" => |a| two(a, |suffix, text| cut(text, text.strip_suffix(suffix))),
        "TrimPrefix" => |a| two(a, |text, prefix| cut(text, text.strip_prefix(prefix))),
        "TrimSuffix" => |a| two(a, |text, suffix| cut(text, text.strip_suffix(suffix))),
        "replace" => |a| {
            a.expect(3)?;
            replace(a.text(2)?, a.text(0)?, a.text(1)?, usize::MAX)
        },
        "Replace" => replace_some,
        "trunc" => trunc,
        "substr" => substr,
        "alignLeft" => |a| align(a, true),
        "alignRight" => |a| align(a, false),
        "indent" => |a| indent(a, ""),
        "nindent" => |a| indent(a, "\n"),
        "repeat" => repeat,
        "contains" => |a| test(a, |part, text| text.contains(part)),
        "hasPrefix" => |a| test(a, |part, text| text.starts_with(part)),
        "hasSuffix" => |a| test(a, |part, text| text.ends_with(part)),
        "default" => |a| {
            a.expect_from(1)?;
            Ok(if a.get(1).is_true() { a.get(1).clone() } else { a.get(0).clone() })
        },
        "__line__" => |a| {
            a.expect(0)?;
            Ok(Value::Text(a.context.scope.line()))
        },
        _ => return None,
    })
}

fn map(args: &Args<'_>, change: impl Fn(&str) -> String) -> Result<Value, String> {
    args.expect(1)?;
    Ok(Value::Text(change(args.text(0)?)))
}

fn two(args: &Args<'_>, change: impl Fn(&str, &str) -> String) -> Result<Value, String> {
    args.expect(2)?;
    Ok(Value::Text(change(args.text(0)?, args.text(1)?)))
}

fn test(args: &Args<'_>, holds: impl Fn(&str, &str) -> bool) -> Result<Value, String> {
    args.expect(2)?;
    Ok(Value::Bool(holds(args.text(0)?, args.text(1)?)))
}

fn cut(text: &str, stripped: Option<&str>) -> String {
    stripped.unwrap_or(text).to_owned()
}

/// The text stands at argument `text_at`, the set of characters in the other one.
fn with_set(
    args: &Args<'_>,
    text_at: usize,
    change: impl Fn(&str, &[char]) -> String,
) -> Result<Value, String> {
    args.expect(2)?;
    let set: Vec<char> = args.text(1 - text_at)?.chars().collect();
    Ok(Value::Text(change(args.text(text_at)?, &set)))
}

/// As Go does it: one character for one, so `ß` stays.
fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(upper), None) => upper,
        _ => c,
    }
}

fn lower(c: char) -> char {
    let mut mapped = c.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(lower), None) => lower,
        // The only letter with a longer lower case.
        (Some(lower), _) if c == 'İ' => lower,
        _ => c,
    }
}

/// The first letter of each word in upper case. A word ends at what is neither letter, digit nor
/// underscore.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            out.push(c);
        } else {
            out.push(upper(c));
        }
        inside = c.is_alphanumeric() || c == '_' || !c.is_ascii() && !c.is_whitespace();
    }
    out
}

fn replace_some(args: &Args<'_>) -> Result<Value, String> {
    args.expect(4)?;
    let count = usize::try_from(args.int(3)?).unwrap_or(usize::MAX);
    replace(args.text(0)?, args.text(1)?, args.text(2)?, count)
}

fn replace(text: &str, old: &str, new: &str, count: usize) -> Result<Value, String> {
    let count = text.matches(old).take(count).count();
    check_len(count.saturating_mul(new.len()))?;
    Ok(Value::Text(text.replacen(old, new, count)))
}

/// The bytes from `start` to `end`; parts of a character at the ends become U+FFFD, one a byte.
fn bytes(text: &str, start: usize, end: usize) -> String {
    let mut part = text.as_bytes().get(start..end).unwrap_or(b"");
    let mut out = String::with_capacity(part.len());
    loop {
        match std::str::from_utf8(part) {
            Ok(rest) => {
                out.push_str(rest);
                return out;
            }
            Err(error) => {
                let (good, bad) = part.split_at(error.valid_up_to());
                out.push_str(std::str::from_utf8(good).unwrap_or(""));
                out.push(char::REPLACEMENT_CHARACTER);
                part = bad.get(1..).unwrap_or(b"");
            }
        }
    }
}

fn trunc(args: &Args<'_>) -> Result<Value, String> {
    args.expect(2)?;
    let text = args.text(1)?;
    let count = args.int(0)?;
    let len = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX).min(text.len());
    Ok(Value::Text(if count < 0 {
        bytes(text, text.len() - len, text.len())
    } else {
        bytes(text, 0, len)
    }))
}

fn substr(args: &Args<'_>) -> Result<Value, String> {
    args.expect(3)?;
    let text = args.text(2)?;
    let at = |value: i64| usize::try_from(value).ok();
    let (start, end) = (at(args.int(0)?), at(args.int(1)?));
    let inside = end.filter(|end| *end <= text.len());
    let (start, end) = match (start, inside) {
        (Some(start), end) => (start, end.unwrap_or(text.len())),
        // From before the text on it goes to an end that has to be there.
        (None, Some(end)) => (0, end),
        (None, None) => return Err("substr ends outside of the text".to_owned()),
    };
    if start > end {
        return Err("substr starts after its end".to_owned());
    }
    Ok(Value::Text(bytes(text, start, end)))
}

/// To `count` characters: filled with spaces, or cut on the side that is not aligned.
fn align(args: &Args<'_>, left: bool) -> Result<Value, String> {
    args.expect(2)?;
    let text = args.text(1)?;
    let Ok(count) = usize::try_from(args.int(0)?) else {
        return Ok(Value::Text(text.to_owned()));
    };
    let len = text.chars().count();
    if len >= count {
        let kept = if left {
            text.chars().take(count).collect()
        } else {
            text.chars().skip(len - count).collect()
        };
        return Ok(Value::Text(kept));
    }
    check_len(count)?;
    let spaces = " ".repeat(count - len);
    Ok(Value::Text(if left { format!("{text}{spaces}") } else { format!("{spaces}{text}") }))
}

fn indent(args: &Args<'_>, before: &str) -> Result<Value, String> {
    args.expect(2)?;
    let count = args.int(0)?;
    let count = usize::try_from(count).map_err(|_| format!("{} takes no {count}", args.name))?;
    let text = args.text(1)?;
    check_len(count.saturating_mul(text.matches('\n').count() + 1))?;
    let spaces = " ".repeat(count);
    Ok(Value::Text(format!("{before}{spaces}{}", text.replace('\n', &format!("\n{spaces}")))))
}

fn repeat(args: &Args<'_>) -> Result<Value, String> {
    args.expect(2)?;
    let text = args.text(1)?;
    let count = usize::try_from(args.int(0)?).map_err(|_| "repeat takes no negative count")?;
    check_len(text.len().saturating_mul(count))?;
    Ok(Value::Text(text.repeat(count)))
}
