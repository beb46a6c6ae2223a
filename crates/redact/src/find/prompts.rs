//! What people had an application say, draw or answer.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::rule::{Family, Place};

/// Sentences of voice applications; the text goes to the end of the entry, over its lines.
pub const SYNTHESIS: &str = concat!(
    r"synthesis text ((?s-u:.+?)) too short than prompt text ((?s-u:.+?)), this may lead",
    r"|synthesis text ((?s-u:.+))",
    r"|Batch text: ?((?s-u:.+))",
    r"|(?:实际输入的(?:参考|目标)文本(?:\([^)]*\))?|前端处理后的文本(?:\([^)]*\))?)(?::|：) ?((?s-u:.+))",
);

pub const WORDS: &[&str] = &[
    "prompt",
    "text",
    "input",
    "content",
    "query",
    "message",
    "lyrics",
    "instruct",
    "completion",
    "response",
    "transcript",
];

const NAMES: &str = "(?:(?:negative|positive|system|user|tts|ref|reference|target|gen|input|instruct|clip|style)[_-]?)?(?:prompts?|text|texts|lyrics|transcript|transcription|instruct|completion|content|query|inputs?|response)(?:_(?:text|g|l|lang_text))?";

/// A name and a text in quotes (JSON, Python, logfmt), escaped or not, or in a query string; the
/// numbers of its tokens; a sentence that says so.
static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = format!(
        concat!(
            r#"(?is-u)(?:^|[^a-z0-9]){NAMES}\\*["']?\s*[:=]\s*(?:\[\s*)?(?:\\+"(.*?)\\+"|"((?:[^"\\]|\\.)*)"?|'((?:[^'\\]|\\.)*)'?)"#,
            r#"|[?&]{NAMES}=([^&\s"]+)"#,
            r"|(?:^|[^a-z0-9]){NAMES}=([^\s{{\[(][^\s]*)",
            r"|prompt_token_ids\\*[\x22']?\s*[:=]\s*\[([^\]]*)\]?",
            r"|(?:^|[\s\]|])(?:negative |positive )?prompt: ([^\s'\x22\[{{].*)",
        ),
        NAMES = NAMES
    );
    Regex::new(&pattern).expect("the pattern is a constant that the tests compile")
});

pub fn find(line: &[u8], places: &mut Vec<Place>) {
    for found in VALUE.captures_iter(line) {
        let groups = found.iter().skip(1).flatten();
        for group in groups {
            if let Some(span) = accept(line, 0..line.len(), group.range()) {
                places.push(Place { span, family: Family::Text });
            }
        }
    }
}

/// What is not only white space or a number, without the space around it.
pub fn accept(line: &[u8], _: Range<usize>, group: Range<usize>) -> Option<Range<usize>> {
    let text = line.get(group.clone())?;
    let end = group.start + text.trim_ascii_end().len();
    let start = end - line.get(group.start..end)?.trim_ascii_start().len();
    let inner = line.get(start..end)?;
    let is_number = inner.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    let is_word = matches!(inner, b"None" | b"null" | b"true" | b"false" | b"True" | b"False");
    (!inner.is_empty() && !is_number && !is_word).then_some(start..end)
}

/// Whether a field of this name holds such a text.
pub fn is_prompt_name(name: &str) -> bool {
    [
        "text",
        "prompt",
        "prompt_text",
        "negative_prompt",
        "tts_text",
        "ref_text",
        "instruct_text",
        "input",
        "lyrics",
        "content",
        "query",
        "target_text",
        "completion",
    ]
    .contains(&name)
}
