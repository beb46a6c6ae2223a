use model::go_regex::{Regex, RegexError};

/// The regex of a step: of whole values, with a dot that matches line feeds too. Groups are
/// looked up by number and by name.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    names: Vec<(usize, String)>,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Result<Self, RegexError> {
        let regex = Regex::label(text)?;
        let names = regex.named_groups();
        Ok(Self { regex, names })
    }

    pub(crate) fn is_match(&self, value: &str) -> bool {
        self.regex.is_match(value.as_bytes())
    }

    /// `template` with `$1`, `${1}` and `${name}` filled in; None: no match.
    pub(crate) fn expand(&self, value: &str, template: &str) -> Option<String> {
        let captures = self.regex.captures(value.as_bytes())?;
        let group = |name: &str| {
            let number = name.parse().ok();
            let named = || self.names.iter().find(|(_, known)| known == name);
            let at = number.or_else(|| named().map(|(at, _)| *at))?;
            let found = captures.get(at)?;
            Some(String::from_utf8_lossy(found.as_bytes()).into_owned())
        };
        Some(fill(template, group))
    }
}

/// Go's way: a name is as long as it can be, `$1x` is the group `1x`, `$$` is a dollar.
fn fill(template: &str, group: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let (name, behind) = match after.strip_prefix('{').and_then(|a| a.split_once('}')) {
            Some(braced) => braced,
            None => {
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
                after.split_at(after.find(|c| !is_name(c)).unwrap_or(after.len()))
            }
        };
        if name.is_empty() {
            out.push('$');
        } else {
            out.push_str(&group(name).unwrap_or_default());
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}
