//! Regular expressions as LogQL writes them: Go's syntax, where it differs from the `regex`
//! crate's, rewritten. `\d`, `\w`, `\s` and `\b` are ASCII only; set operators inside brackets
//! (`&&`, `--`, `~~`) are plain characters; `\Q…\E` quotes; `\<` is a plain `<`.

use std::fmt::Write as _;

/// A search over bytes that need not be UTF-8.
pub(crate) fn bytes_regex(pattern: &str) -> Result<regex::bytes::Regex, regex::Error> {
    regex::bytes::Regex::new(&rewrite(pattern))
}

/// A search over text.
pub(crate) fn text_regex(pattern: &str) -> Result<regex::Regex, regex::Error> {
    regex::Regex::new(&rewrite(pattern))
}

/// `pattern` in the syntax of the `regex` crate.
pub(crate) fn rewrite(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    let mut class_start = false;
    while let Some(c) = chars.next() {
        let at_class_start = std::mem::take(&mut class_start);
        match c {
            '\\' => match chars.next() {
                Some('d') => out.push_str(if in_class { "0-9" } else { "[0-9]" }),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str(if in_class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('s') => {
                    out.push_str(if in_class { r"\t\n\f\r " } else { r"[\t\n\f\r ]" });
                }
                Some('S') => out.push_str(r"[^\t\n\f\r ]"),
                Some('b') if !in_class => out.push_str(r"(?-u:\b)"),
                Some('B') if !in_class => out.push_str(r"(?-u:\B)"),
                Some('Q') => quote(&mut chars, &mut out),
                Some(digit @ '0'..='7') => octal(digit, &mut chars, &mut out),
                Some(punct) if punct.is_ascii_punctuation() => escape(punct, &mut out),
                Some(other) => {
                    out.push('\\');
                    out.push(other);
                    if matches!(other, 'p' | 'P' | 'x') && chars.peek() == Some(&'{') {
                        copy_to('}', &mut chars, &mut out);
                    }
                }
                None => out.push('\\'),
            },
            '[' if !in_class => {
                in_class = true;
                class_start = true;
                out.push('[');
                if chars.peek() == Some(&'^') {
                    chars.next();
                    out.push('^');
                }
            }
            '[' if chars.peek() == Some(&':') => {
                // `[:alpha:]` stays as it is.
                out.push('[');
                copy_to(']', &mut chars, &mut out);
            }
            ']' if in_class && !at_class_start => {
                in_class = false;
                out.push(']');
            }
            ']' | '[' if in_class => escape(c, &mut out),
            '&' | '~' if in_class => escape(c, &mut out),
            '-' if in_class && chars.peek() == Some(&'-') => escape('-', &mut out),
            '{' if !in_class && !opens_count(&chars) => escape('{', &mut out),
            '(' if !in_class => {
                out.push('(');
                group_name(&mut chars, &mut out);
            }
            other => out.push(other),
        }
    }
    out
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn copy_to(end: char, chars: &mut Chars<'_>, out: &mut String) {
    for c in chars.by_ref() {
        out.push(c);
        if c == end {
            return;
        }
    }
}

/// Whether `{` begins a repetition such as `{2}`, `{2,}` or `{2,5}`; elsewhere it is plain text.
fn opens_count(chars: &Chars<'_>) -> bool {
    let inner: String = chars.clone().take_while(|c| *c != '}').collect();
    let closed = chars.clone().any(|c| c == '}');
    let (least, most) = inner.split_once(',').unwrap_or((&inner, "0"));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    closed && !least.is_empty() && digits(least) && digits(most)
}

/// `(?P<1st>…)`: a name may begin with a digit, a label may not; it gets a `_` before it.
fn group_name(chars: &mut Chars<'_>, out: &mut String) {
    let mut ahead = chars.clone();
    let mut opening = String::new();
    for expected in ["?", "P", "<"] {
        match ahead.peek() {
            Some(c) if expected.starts_with(*c) => {
                opening.push(*c);
                ahead.next();
            }
            _ if expected == "P" => {}
            _ => return,
        }
    }
    if ahead.peek().is_some_and(char::is_ascii_digit) {
        out.push_str(&opening);
        out.push('_');
        *chars = ahead;
    }
}

/// A character that stands for itself. The crate knows `\<` and `\>` as word boundaries.
fn escape(c: char, out: &mut String) {
    if !matches!(c, '<' | '>') {
        out.push('\\');
    }
    out.push(c);
}

fn quote(chars: &mut Chars<'_>, out: &mut String) {
    while let Some(c) = chars.next() {
        if c == '\\' && chars.peek() == Some(&'E') {
            chars.next();
            return;
        }
        out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }
}

/// `\0`, `\12`, `\123`: the crate has only `\x{…}`. What Go takes for a back-reference and
/// refuses (`\1` and no more digits) stays as it is, so that it is refused here too.
fn octal(first: char, chars: &mut Chars<'_>, out: &mut String) {
    let mut value = first.to_digit(8).unwrap_or(0);
    let mut digits = 1;
    while digits < 3
        && let Some(digit) = chars.peek().and_then(|c| c.to_digit(8))
    {
        value = value * 8 + digit;
        digits += 1;
        chars.next();
    }
    if first != '0' && digits == 1 {
        out.push('\\');
        out.push(first);
    } else {
        // Writing to a String cannot fail.
        let _ = write!(out, "\\x{{{value:x}}}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: bool) {
        let regex = bytes_regex(pattern).unwrap();
        assert_eq!(regex.is_match(text.as_bytes()), expected, "{pattern:?} on {text:?}");
    }

    #[test]
    fn go_patterns_mean_what_they_mean_in_go() {
        check(r"^\d$", "٣", false);
        check(r"^[\d-]+$", "1-2", true);
        check(r"^\w+$", "é", false);
        check(r"seed=\d{5}\b", "seed=12345 x", true);
        check(r"[a&&b]", "&", true);
        check(r"[a--b]", "b", true);
        check(r"[]a]", "]", true);
        check(r"[^]a]", "]", false);
        check(r"[[:alpha:]]+x", "abx", true);
        check(r"[[a]", "[", true);
        check(r"\Qa.b\E+", "a.b", true);
        check(r"\<b\>", "<b>", true);
        check(r"\x41\101", "AA", true);
        check(r"\p{Han}\x{6587}[\p{Han}]\pL", "文文文文", true);
        check(r"a/b\/c", "a/b/c", true);
        check("^.$", "\n", false);
        check(r#"{"a""#, r#"{"a""#, true);
        check("x{,2}", "x{,2}", true);
        check("^x{2,}$", "xxx", true);
        check("(?P<1st>a)(?<2>b)", "ab", true);
        assert!(bytes_regex(r"(a)\1").is_err());
    }
}
