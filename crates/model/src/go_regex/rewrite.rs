//! Go's syntax in that of the `regex` crate.

use std::fmt::Write as _;

/// `pattern` in the syntax of the `regex` crate.
pub fn rewrite(pattern: &str) -> String {
    rewritten(pattern, |_, _| {})
}

/// Where in `pattern` the part stands that became what stands at `offset` in `rewrite(pattern)`.
pub fn original_offset(pattern: &str, offset: usize) -> usize {
    let mut original = 0;
    rewritten(pattern, |read, written| {
        if written <= offset {
            original = read;
        }
    });
    original
}

/// Calls `step` with how much is read and how much is written before each part.
fn rewritten(pattern: &str, mut step: impl FnMut(usize, usize)) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut chars = Chars(pattern);
    let mut in_class = false;
    let mut class_start = false;
    loop {
        step(pattern.len() - chars.0.len(), out.len());
        let Some(c) = chars.next() else { return out };
        let at_class_start = std::mem::take(&mut class_start);
        match c {
            '\\' => escaped(&mut chars, in_class, &mut out),
            '[' if !in_class => {
                in_class = true;
                class_start = true;
                out.push('[');
                if chars.peek() == Some('^') {
                    chars.next();
                    out.push('^');
                }
            }
            '[' if chars.peek() == Some(':') => {
                // `[:alpha:]` stays as it is.
                out.push('[');
                copy_to(']', &mut chars, &mut out);
            }
            ']' if in_class && !at_class_start => {
                in_class = false;
                out.push(']');
            }
            ']' | '[' if in_class => plain(c, &mut out),
            '&' | '~' if in_class => plain(c, &mut out),
            '-' if in_class && chars.peek() == Some('-') => plain('-', &mut out),
            '{' if !in_class && !opens_count(chars) => plain('{', &mut out),
            '(' if !in_class => {
                out.push('(');
                group_name(&mut chars, &mut out);
            }
            other => out.push(other),
        }
    }
}

/// What is still to be read.
#[derive(Clone, Copy)]
struct Chars<'a>(&'a str);

impl Chars<'_> {
    fn peek(&self) -> Option<char> {
        self.0.chars().next()
    }
}

impl Iterator for Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let mut chars = self.0.chars();
        let first = chars.next();
        self.0 = chars.as_str();
        first
    }
}

/// What stands after a backslash.
fn escaped(chars: &mut Chars<'_>, in_class: bool, out: &mut String) {
    match chars.next() {
        Some('d') => out.push_str(if in_class { "0-9" } else { "[0-9]" }),
        Some('D') => out.push_str("[^0-9]"),
        Some('w') => out.push_str(if in_class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
        Some('W') => out.push_str("[^0-9A-Za-z_]"),
        Some('s') => out.push_str(if in_class { r"\t\n\f\r " } else { r"[\t\n\f\r ]" }),
        Some('S') => out.push_str(r"[^\t\n\f\r ]"),
        Some('b') if !in_class => out.push_str(r"(?-u:\b)"),
        Some('B') if !in_class => out.push_str(r"(?-u:\B)"),
        Some('Q') => quote(chars, out),
        Some(digit @ '0'..='7') => octal(digit, chars, out),
        Some(punct) if punct.is_ascii_punctuation() => plain(punct, out),
        Some(other) => {
            out.push('\\');
            out.push(other);
            if matches!(other, 'p' | 'P' | 'x') && chars.peek() == Some('{') {
                copy_to('}', chars, out);
            }
        }
        None => out.push('\\'),
    }
}

fn copy_to(end: char, chars: &mut Chars<'_>, out: &mut String) {
    for c in chars.by_ref() {
        out.push(c);
        if c == end {
            return;
        }
    }
}

/// Whether `{` begins a repetition such as `{2}`, `{2,}` or `{2,5}`; elsewhere it is plain text.
fn opens_count(chars: Chars<'_>) -> bool {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (least, rest) = chars.0.split_at(digits(chars.0));
    let most = rest.strip_prefix(',').map(|most| most.split_at(digits(most)).1);
    !least.is_empty() && most.unwrap_or(rest).starts_with('}')
}

/// `(?P<1st>…)`: a name may begin with a digit, a label may not; it gets a `_` before it.
fn group_name(chars: &mut Chars<'_>, out: &mut String) {
    for opening in ["?P<", "?<"] {
        if let Some(name) = chars.0.strip_prefix(opening) {
            if name.starts_with(|c: char| c.is_ascii_digit()) {
                out.push_str(opening);
                out.push('_');
                chars.0 = name;
            }
            return;
        }
    }
}

/// A character that stands for itself. The crate knows `\<` and `\>` as word boundaries.
fn plain(c: char, out: &mut String) {
    if !matches!(c, '<' | '>') {
        out.push('\\');
    }
    out.push(c);
}

fn quote(chars: &mut Chars<'_>, out: &mut String) {
    while let Some(c) = chars.next() {
        if c == '\\' && chars.peek() == Some('E') {
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
    use crate::go_regex::Regex;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: bool) {
        let regex = Regex::search(pattern).unwrap();
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
        assert!(Regex::search(r"(a)\1").is_err());
    }

    #[test]
    fn a_place_in_the_rewritten_pattern_is_found_in_the_original() {
        for (pattern, sought, expected) in
            [(r"\d+(", "(", 3), (r"\Qa.b\E)", ")", 7), ("[a&&b]**", "**", 6), (r"中\w[", "[", 5)]
        {
            let at = rewrite(pattern).rfind(sought).unwrap();
            assert_eq!(original_offset(pattern, at), expected, "{pattern}");
        }
    }
}
