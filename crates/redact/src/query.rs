use crate::Redactor;

impl Redactor {
    /// A saved query without what was found anywhere: its texts, and how a regular expression or a
    /// string of LogQL writes them (`10\\.0\\.0\\.5`). Part of a name is not found in it, so it is
    /// for the user to look at.
    pub fn rewrite_query(&mut self, query: &str) -> String {
        let mut text = self.rewrite_text(query).into_owned();
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (original, name) in self.names.all() {
            let Ok(original) = std::str::from_utf8(original) else { continue };
            // Short ones would hit words of the language.
            if original.len() < 3 || original == name {
                continue;
            }
            let escaped = regex::escape(original);
            pairs.push((escaped.replace('\\', "\\\\"), name.to_owned()));
            pairs.push((escaped, name.to_owned()));
            pairs.push((original.replace('\\', "\\\\").replace('"', "\\\""), name.to_owned()));
        }
        // The longest first: one may be part of another. Of equal ones in the order of the text.
        pairs.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        pairs.dedup();
        for (original, name) in pairs {
            text = replace_words(&text, &original, &name);
        }
        text
    }
}

/// Replaces whole words only: a user called `log` is not in `logfmt`.
fn replace_words(text: &str, word: &str, with: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, found) = rest.split_at(at);
        let after = found.get(word.len()..).unwrap_or_default();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let part = before.chars().next_back().is_some_and(is_word)
            || after.chars().next().is_some_and(is_word);
        out.push_str(before);
        out.push_str(if part { word } else { with });
        rest = after;
    }
    out.push_str(rest);
    out
}
