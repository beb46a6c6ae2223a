use crate::ast::{LineOp, LineValue, LogExpr, StageKind};
use crate::edit::literal;

/// A query that looks for the same words in any case of their letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoringCase {
    pub query: String,
    /// What is looked for.
    pub words: String,
}

/// `text` with its exact-case line filters ignoring case. None where no filter has a letter, or
/// all ignore case already.
pub fn ignoring_case(text: &str, log: &LogExpr) -> Option<IgnoringCase> {
    let mut query = text.to_owned();
    let mut words: Vec<&str> = Vec::new();
    // From the end, so that the spans before stay true.
    for stage in log.pipeline.iter().rev() {
        let StageKind::LineFilter { op: LineOp::Contains, values } = &stage.kind else { continue };
        let mut texts = Vec::with_capacity(values.len());
        for value in values {
            let LineValue::Text(text) = value else { return None };
            texts.push(text.as_str());
        }
        // Letters without case, such as Han, match in one way only.
        if !texts.iter().any(|text| text.to_lowercase() != text.to_uppercase()) {
            continue;
        }
        let pattern = texts.iter().map(|text| regex::escape(text)).collect::<Vec<_>>().join("|");
        let span = stage.span.start..stage.span.end;
        query.get(span.clone())?;
        query.replace_range(span, &format!("|~ {}", literal(&format!("(?i){pattern}"))));
        words.extend(texts.iter().rev());
    }
    words.reverse();
    (!words.is_empty()).then(|| IgnoringCase { query, words: words.join(", ") })
}
