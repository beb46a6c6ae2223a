use logql::QueryError;

/// One line: where the query is wrong, and how.
pub fn query_message(text: &str, error: &QueryError) -> String {
    let at = error.span.start.min(text.len());
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    format!("parse error at line {line}, col {column}: {}", error.message)
}
