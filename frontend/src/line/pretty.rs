//! JSON with its members below each other.

use serde::de::IgnoredAny;

/// More is shown as it is written.
const MAX_BYTES: usize = 256 << 10;
const INDENT: usize = 2;

/// A line that ends in a JSON object or array, with that laid out, every value as it was written.
/// None where it has none, or so little in it that it needs no layout.
pub fn pretty(line: &[u8]) -> Option<String> {
    let line = line.trim_ascii_end();
    // Before anything else: a line may have megabytes.
    if line.len() > MAX_BYTES {
        return None;
    }
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    if text.len() > MAX_BYTES || !text.ends_with(['}', ']']) {
        return None;
    }
    let is_json = |at: &usize| {
        let json = text.get(*at..).unwrap_or_default();
        json.len() > 2 && serde_json::from_str::<IgnoredAny>(json).is_ok()
    };
    // What stands before it may have brackets of its own: `[INFO] {…}`.
    let starts = text.match_indices(['{', '[']).map(|(at, _)| at);
    let start = starts.take(8).find(is_json)?;
    let (before, json) = text.split_at_checked(start)?;
    let mut out = before.trim_end().to_owned();
    if !out.is_empty() {
        out.push('\n');
    }
    lay_out(json, &mut out);
    Some(out)
}

/// Valid JSON, one member a line.
fn lay_out(json: &str, out: &mut String) {
    let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
    let mut chars = json.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', depth * INDENT));
    };
    while let Some(char) = chars.next() {
        if in_text {
            out.push(char);
            in_text = is_escaped || char != '"';
            is_escaped = !is_escaped && char == '\\';
            continue;
        }
        match char {
            '{' | '[' => {
                out.push(char);
                while chars.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(out, depth);
                out.push(char);
            }
            ',' => {
                out.push(char);
                line(out, depth);
            }
            ':' => out.push_str(": "),
            _ if char.is_ascii_whitespace() => {}
            _ => {
                in_text = char == '"';
                out.push(char);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_as_it_is_written() {
        for (line, expected) in [
            ("no json", None),
            ("{}", None),
            ("a set {1, 2}", None),
            (r#"{"a":1}"#, Some("{\n  \"a\": 1\n}")),
            (
                r#"{"b":[1, 2.50],"a":{"x":"{,:\"}","e":{ }},"n":[]}"#,
                Some(
                    "{\n  \"b\": [\n    1,\n    2.50\n  ],\n  \"a\": {\n    \"x\": \"{,:\\\"}\",\n    \"e\": {}\n  },\n  \"n\": []\n}",
                ),
            ),
            (
                "[INFO] 2024 request: {\"path\": \"/tts\"}\n",
                Some("[INFO] 2024 request:\n{\n  \"path\": \"/tts\"\n}"),
            ),
            (r#"{"a":1} trailing}"#, None),
        ] {
            assert_eq!(pretty(line.as_bytes()).as_deref(), expected, "{line}");
        }
        assert_eq!(pretty(format!("[{}1]", "1,".repeat(MAX_BYTES)).as_bytes()), None);
    }
}
