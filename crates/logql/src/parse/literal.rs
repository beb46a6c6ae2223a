use model::{parse_bytes, parse_duration};

use super::token::Kind;
use crate::{QueryError, Span};

/// An error whose span is the whole literal: the lexer, which knows where that is, fills it in.
fn whole(message: String) -> Box<QueryError> {
    Box::new(QueryError::new(Span::default(), message))
}

/// Resolves the escapes of a string in double quotes, as Go writes them.
pub(super) fn unescape(inner: &str) -> Result<String, Box<QueryError>> {
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let (len, value) = escape_at(escape).ok_or_else(|| {
            let shown: String = escape.chars().take(2).collect();
            let error = QueryError::new(
                Span::default(),
                format!(
                    "`{shown}` is no escape in double quotes, write `\\{shown}` or use backticks"
                ),
            );
            let raw = inner.replace("\\\"", "\"");
            Box::new(match raw.contains('`') {
                true => error,
                false => error.with_fix(Span::default(), format!("`{raw}`"), "use backticks"),
            })
        })?;
        match value {
            Escape::Char(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Escape::Byte(byte) => out.push(byte),
        }
        rest = escape.get(len..).unwrap_or_default();
    }
    out.extend_from_slice(rest.as_bytes());
    // Byte escapes may leave what is no UTF-8; labels and lines are text.
    Ok(String::from_utf8(out)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// How much of a string in double quotes was read for the first `len` bytes of its content.
pub(super) fn raw_len(inner: &str, len: usize) -> usize {
    let (mut read, mut made) = (0, 0);
    while made < len
        && let Some(rest) = inner.get(read..)
        && let Some(first) = rest.chars().next()
    {
        let escape = if first == '\\' { escape_at(rest) } else { None };
        let (raw, content) = match escape {
            Some((raw, Escape::Char(c))) => (raw, c.len_utf8()),
            Some((raw, Escape::Byte(_))) => (raw, 1),
            None => (first.len_utf8(), first.len_utf8()),
        };
        read += raw;
        made += content;
    }
    read
}

enum Escape {
    Char(char),
    Byte(u8),
}

/// The length of the escape at the start of `text` and what it stands for.
fn escape_at(text: &str) -> Option<(usize, Escape)> {
    let letter = text.chars().nth(1)?;
    let digits = |from: usize, len: usize, radix| {
        let digits = text.get(from..from + len)?;
        let plain = digits.chars().all(|c| c.is_digit(radix));
        plain.then(|| u32::from_str_radix(digits, radix).ok())?
    };
    Some(match letter {
        'a' => (2, Escape::Char('\u{7}')),
        'b' => (2, Escape::Char('\u{8}')),
        'f' => (2, Escape::Char('\u{c}')),
        'n' => (2, Escape::Char('\n')),
        'r' => (2, Escape::Char('\r')),
        't' => (2, Escape::Char('\t')),
        'v' => (2, Escape::Char('\u{b}')),
        '\\' => (2, Escape::Char('\\')),
        '"' => (2, Escape::Char('"')),
        'x' => (4, Escape::Byte(u8::try_from(digits(2, 2, 16)?).ok()?)),
        'u' => (6, Escape::Char(char::from_u32(digits(2, 4, 16)?)?)),
        'U' => (10, Escape::Char(char::from_u32(digits(2, 8, 16)?)?)),
        '0'..='7' => (4, Escape::Byte(u8::try_from(digits(1, 3, 8)?).ok()?)),
        _ => return None,
    })
}

/// `1.5e3`, `0x1F`, `1h30m`, `5KB`.
pub(super) fn number(text: &str) -> Result<Kind<'static>, Box<QueryError>> {
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let value = u64::from_str_radix(&hex.replace('_', ""), 16)
            .map_err(|_| whole(format!("`{text}` is not a number")))?;
        #[expect(clippy::cast_precision_loss, reason = "numbers in queries are floats")]
        return Ok(Kind::Number { value: value as f64, hex: true });
    }
    let plain = text.chars().all(|c| c.is_ascii_digit() || "._eE+-".contains(c));
    if plain && let Ok(value) = text.replace('_', "").parse::<f64>() {
        if value.is_infinite() {
            return Err(whole(format!("`{text}` is not a number")));
        }
        return Ok(Kind::Number { value, hex: false });
    }
    // Loki's scanner takes these for the start of a binary number.
    let binary = text.starts_with("0b") || text.starts_with("0B");
    if !binary && text.contains(char::is_alphabetic) {
        if let Ok(ns) = parse_duration(text) {
            return Ok(Kind::Duration(ns));
        }
        if let Ok(bytes) = parse_bytes(text) {
            return Ok(Kind::Bytes(bytes));
        }
    }
    Err(if text.matches('.').count() == 3 {
        Box::new(
            QueryError::new(
                Span::default(),
                format!("`{text}` is not a number, a text must be in quotes"),
            )
            .with_fix(Span::default(), format!("\"{text}\""), "put it in quotes"),
        )
    } else {
        whole(format!(
            "`{text}` is not a number, a duration (`5s`, `1h30m`) or a size (`10KB`, `1.5MiB`)"
        ))
    })
}

const RANGE_UNITS: [(&str, i64); 7] = [
    ("y", 31_536_000_000_000_000),
    ("w", 604_800_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];

/// What stands in the brackets of a range: whole numbers, larger units first, no blanks.
pub(super) fn range(text: &str) -> Result<i64, Box<QueryError>> {
    range_ns(text).ok_or_else(|| {
        let error = |message: String| QueryError::new(Span::default(), message);
        let fixed = |error: QueryError, text: String, title| {
            Box::new(error.with_fix(Span::default(), text, title))
        };
        let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if squeezed.is_empty() {
            let error = error("a range needs a duration, such as [5m]".to_owned());
            return fixed(error, "[5m]".to_owned(), "look back 5 minutes");
        }
        if squeezed.starts_with('$') {
            let error = error(format!(
                "`{squeezed}` is a variable of a dashboard, a range needs a duration such as [5m]"
            ));
            return fixed(error, "[5m]".to_owned(), "look back 5 minutes");
        }
        if squeezed.chars().all(|c| c.is_ascii_digit()) {
            let error = error(format!("the range [{text}] has no unit, such as in [{squeezed}m]"));
            return fixed(error, format!("[{squeezed}m]"), "minutes");
        }
        if squeezed != text && range_ns(&squeezed).is_some() {
            let error = error("a range is written without blanks".to_owned());
            return fixed(error, format!("[{squeezed}]"), "remove the blanks");
        }
        let message = format!(
            "[{text}] is not a range, expected whole numbers with units: [5m], [1h30m], [1d]"
        );
        match parse_duration(&squeezed) {
            Ok(ns) if ns > 0 && ns % 1_000_000 == 0 => {
                let exact = format!("[{}]", model::format_duration(ns));
                fixed(error(message), exact, "write it in whole numbers")
            }
            _ => Box::new(error(message)),
        }
    })
}

fn range_ns(text: &str) -> Option<i64> {
    if text == "0" {
        return Some(0);
    }
    let mut rest = text;
    let mut units = RANGE_UNITS.as_slice();
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (count, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let at = units.iter().position(|(name, _)| *name == unit)?;
        let (_, ns) = units.get(at)?;
        total = total.checked_add(count.parse::<i64>().ok()?.checked_mul(*ns)?)?;
        units = units.get(at + 1..)?;
        rest = after;
    }
    (!text.is_empty()).then_some(total)
}
