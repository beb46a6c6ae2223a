use crate::config;
use crate::pipeline::{Change, Verdict};
use crate::{Entry, Value};

/// `logfmt`: values of `key=value` and `key="quoted value"`.
pub(super) struct Logfmt {
    /// The key and the name it is extracted as.
    mapping: Vec<(String, String)>,
    source: Option<String>,
}

impl Logfmt {
    pub(super) fn new(config: &config::Logfmt) -> Self {
        let mapping = config.mapping.iter().map(|(name, key)| {
            let key = key.as_deref().filter(|key| !key.is_empty()).unwrap_or(name);
            (key.to_owned(), name.clone())
        });
        Self { mapping: mapping.collect(), source: config.source.clone() }
    }
}

impl Change for Logfmt {
    fn change(&mut self, entry: &mut Entry, _: i64) -> Verdict {
        let mut found: Vec<(&str, String)> = Vec::new();
        if let Some(input) = entry.input(self.source.as_deref()) {
            let text = String::from_utf8_lossy(&input);
            // What stands before a mistake counts.
            let mut rest = text.as_ref();
            while let Some((key, value, behind)) = pair(rest) {
                found.extend(
                    self.mapping
                        .iter()
                        .filter(|(wanted, _)| wanted == key)
                        .map(|(_, name)| (name.as_str(), value.clone())),
                );
                rest = behind;
            }
        }
        for (name, value) in found {
            entry.extract(name, Value::Text(value));
        }
        Verdict::Keep
    }
}

/// The next key, its value and the rest; None at the end, or where it is no logfmt any more.
fn pair(text: &str) -> Option<(&str, String, &str)> {
    let text = text.trim_start_matches(|c: char| c <= ' ');
    let end = text.find(|c: char| c <= ' ' || c == '=' || c == '"').unwrap_or(text.len());
    let (key, rest) = text.split_at(end);
    if key.is_empty() || rest.starts_with('"') {
        return None;
    }
    let Some(rest) = rest.strip_prefix('=') else { return Some((key, String::new(), rest)) };
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find(|c: char| c <= ' ').unwrap_or(rest.len());
        let (value, rest) = rest.split_at(end);
        return (!value.contains(['"', '='])).then(|| (key, value.to_owned(), rest));
    };
    let mut is_escaped = false;
    let end = quoted.find(|c| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    })?;
    let (value, rest) = quoted.split_at(end);
    // Go's escapes of strings are those of JSON, but for some that logs do not have.
    let value = match value.contains('\\') {
        true => serde_json::from_str(&format!("\"{value}\"")).ok()?,
        false => value.to_owned(),
    };
    Some((key, value, rest.get(1..)?))
}
