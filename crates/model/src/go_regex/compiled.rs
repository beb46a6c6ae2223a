use std::sync::{Arc, OnceLock};

use regex::bytes::{self, Captures};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

use super::weight::is_light;
use super::{RegexError, rewrite};

/// A regular expression that takes more memory than this when it is compiled is refused. Large
/// enough for thousands of alternatives, small enough that a query full of them does no harm.
pub const MAX_REGEX_BYTES: usize = 2 << 20;

/// A regular expression over text that need not be UTF-8. Compiling takes as long as reading a
/// whole query does, so it waits for the first use wherever it cannot fail.
#[derive(Clone, Debug)]
pub struct Regex {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// In the syntax of the `regex` crate.
    pattern: String,
    hir: Hir,
    compiled: OnceLock<Result<bytes::Regex, RegexError>>,
}

impl Regex {
    /// Finds what `pattern` describes anywhere in a text.
    pub fn search(pattern: &str) -> Result<Self, RegexError> {
        Self::new(pattern, rewrite(pattern))
    }

    /// Tests the values of labels: of whole texts, in which a dot matches a line feed too.
    pub fn label(pattern: &str) -> Result<Self, RegexError> {
        Self::new(pattern, format!("^(?s:{})$", rewrite(pattern)))
    }

    fn new(pattern: &str, rewritten: String) -> Result<Self, RegexError> {
        let parsed = ParserBuilder::new().utf8(false).build().parse(&rewritten);
        let hir = parsed.map_err(|_| RegexError::invalid(pattern))?;
        let light = is_light(&hir, MAX_REGEX_BYTES);
        let inner = Inner { pattern: rewritten, hir, compiled: OnceLock::new() };
        if !light {
            let compiled = build(&inner.pattern).map_err(|e| RegexError::new(pattern, &e))?;
            inner.compiled.get_or_init(|| Ok(compiled));
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What the pattern says, for those who look for what must stand in a match.
    pub fn hir(&self) -> &Hir {
        &self.inner.hir
    }

    pub fn is_match(&self, text: &[u8]) -> bool {
        self.compiled().is_some_and(|regex| regex.is_match(text))
    }

    pub fn captures<'t>(&self, text: &'t [u8]) -> Option<Captures<'t>> {
        self.compiled()?.captures(text)
    }

    /// The groups that have a name, in order: number and name.
    pub fn named_groups(&self) -> Vec<(usize, String)> {
        let mut groups = Vec::new();
        name_groups(&self.inner.hir, &mut groups);
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// None never comes: what is light compiles, all else is compiled already.
    fn compiled(&self) -> Option<&bytes::Regex> {
        let compiled = self.inner.compiled.get_or_init(|| {
            let pattern = &self.inner.pattern;
            build(pattern).map_err(|error| RegexError::new(pattern, &error))
        });
        compiled.as_ref().ok()
    }
}

fn build(pattern: &str) -> Result<bytes::Regex, regex::Error> {
    let mut builder = bytes::RegexBuilder::new(pattern);
    builder.size_limit(MAX_REGEX_BYTES).dfa_size_limit(MAX_REGEX_BYTES).build()
}

fn name_groups(hir: &Hir, groups: &mut Vec<(usize, String)>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            if let (Some(name), Ok(at)) = (&capture.name, usize::try_from(capture.index)) {
                groups.push((at, name.to_string()));
            }
            name_groups(&capture.sub, groups);
        }
        HirKind::Repetition(repetition) => name_groups(&repetition.sub, groups),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| name_groups(part, groups));
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
    }
}

/// A search over text, compiled.
pub fn text_regex(pattern: &str) -> Result<regex::Regex, RegexError> {
    compile(pattern, &rewrite(pattern))
}

/// A test of whole texts, compiled.
pub fn whole_regex(pattern: &str) -> Result<regex::Regex, RegexError> {
    compile(pattern, &format!("^(?:{})$", rewrite(pattern)))
}

fn compile(pattern: &str, rewritten: &str) -> Result<regex::Regex, RegexError> {
    let mut builder = regex::RegexBuilder::new(rewritten);
    builder.size_limit(MAX_REGEX_BYTES).dfa_size_limit(MAX_REGEX_BYTES);
    builder.build().map_err(|error| RegexError::new(pattern, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_texts_are_tested() {
        for (pattern, text, expected) in
            [("a|b", "ab", false), ("a.b", "a\nb", true), (r"\d+", "٣", false), ("", "", true)]
        {
            let regex = Regex::label(pattern).unwrap();
            assert_eq!(regex.is_match(text.as_bytes()), expected, "{pattern}");
        }
    }

    #[test]
    fn what_takes_too_much_memory_is_refused() {
        for (pattern, good) in [
            (".{1,500}".to_owned(), true),
            ("(error|warning|[a-z]+)|".repeat(1000), true),
            (r"(\pL{100}){100}".to_owned(), false),
            ("((a{100}){100}){100}".to_owned(), false),
            (r"\pL".repeat(200), false),
        ] {
            let shown = pattern.get(..20).unwrap_or(&pattern);
            assert_eq!(Regex::search(&pattern).is_ok(), good, "{shown}");
            assert_eq!(text_regex(&pattern).is_ok(), good, "{shown}");
        }
    }

    #[test]
    fn named_groups_are_found_in_order() {
        let regex = Regex::search("(?P<b>x)(y)((?P<a>z)|w){2}").unwrap();
        assert_eq!(regex.named_groups(), [(1, "b".to_owned()), (4, "a".to_owned())]);
    }
}
