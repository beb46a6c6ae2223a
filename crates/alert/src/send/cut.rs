use super::Language;

/// A text in at most `max_bytes` of UTF-8, cut between characters; a note says so.
pub(super) fn cut(text: &str, max_bytes: usize, language: Language) -> String {
    if text.len() <= max_bytes {
        return text.to_owned();
    }
    let note = match language {
        Language::En => "\n… (cut)",
        Language::Zh => "\n…（已截断）",
    };
    let end = text.floor_char_boundary(max_bytes.saturating_sub(note.len()));
    format!("{}{note}", text.get(..end).unwrap_or_default())
}
