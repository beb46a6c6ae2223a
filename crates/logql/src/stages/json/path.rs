/// Where in a document a value stands: `req.headers["User-Agent"]`, `items[0].sku`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(pub(crate) Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Key(String),
    Index(usize),
}

impl Path {
    /// An error is a sentence about the path.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let error = || {
            format!(
                "{text:?} is no path into a JSON document, expected names joined by dots and \
                 [\"name\"] or [0] in brackets"
            )
        };
        let mut parts = Vec::new();
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(error());
        }
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let (part, after) = bracket(inner).ok_or_else(error)?;
                parts.push(part);
                rest = after;
                if let Some(after) = rest.strip_prefix('.') {
                    if after.is_empty() || after.starts_with('[') {
                        return Err(error());
                    }
                    rest = after;
                }
                continue;
            }
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '@')))
                .unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            if key.is_empty() || key.starts_with(|c: char| c.is_ascii_digit()) {
                return Err(error());
            }
            parts.push(Part::Key(key.to_owned()));
            rest = match after.strip_prefix('.') {
                Some(after) if !after.is_empty() && !after.starts_with('[') => after,
                Some(_) => return Err(error()),
                None if after.is_empty() || after.starts_with('[') => after,
                None => return Err(error()),
            };
        }
        Ok(Self(parts))
    }
}

/// What stands in a bracket, and what comes after it.
fn bracket(inner: &str) -> Option<(Part, &str)> {
    if let Some(quoted) = inner.strip_prefix('"') {
        let mut key = String::new();
        let mut chars = quoted.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => key.push(chars.next()?.1),
                '"' => {
                    let after = quoted.get(at + 1..)?.strip_prefix(']')?;
                    return Some((Part::Key(key), after));
                }
                c => key.push(c),
            }
        }
        return None;
    }
    let (index, after) = inner.split_once(']')?;
    Some((Part::Index(index.trim().parse().ok()?), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_names_and_brackets() {
        let key = |k: &str| Part::Key(k.to_owned());
        for (text, expected) in [
            ("a", Some(vec![key("a")])),
            ("a.b_c.d", Some(vec![key("a"), key("b_c"), key("d")])),
            (r#"a["User-Agent"].b"#, Some(vec![key("a"), key("User-Agent"), key("b")])),
            (r#"["dotted.key"]"#, Some(vec![key("dotted.key")])),
            ("a[0][1].b", Some(vec![key("a"), Part::Index(0), Part::Index(1), key("b")])),
            ("", None),
            ("a.", None),
            (".a", None),
            ("a[", None),
            ("a[x]", None),
            ("a b", None),
        ] {
            assert_eq!(Path::parse(text).ok().map(|path| path.0), expected, "{text}");
        }
    }
}
