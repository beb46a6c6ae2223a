use std::time::Duration;

use model::{Labels, Matcher};

/// Entries of the streams that a selector names are kept for a time of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct RetentionRule {
    /// As in `{level="debug"}`.
    pub selector: String,
    /// Longer than zero.
    pub keep: Duration,
    matchers: Vec<Matcher>,
}

/// Why a rule cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error("{text:?} is no rule, expected a selector and a time as in {{level=\"debug\"}}=1d")]
    Shape { text: String },
    #[error(
        "{selector:?} selects no streams, expected labels as in {{level=\"debug\"}}: {problem}"
    )]
    Selector { selector: String, problem: String },
    #[error("a rule must keep entries for longer than zero, as in {selector}=1d")]
    Zero { selector: String },
    #[error("{source}, after {selector}")]
    Time {
        selector: String,
        #[source]
        source: model::UnitError,
    },
}

impl RetentionRule {
    /// `keep` is a time as in `1d`.
    pub fn new(selector: &str, keep: &str) -> Result<Self, RuleError> {
        let selector = selector.trim().to_owned();
        let refused = |problem: String| RuleError::Selector { selector: selector.clone(), problem };
        let matchers = match logql::parse_selector(&selector) {
            Ok(Some(matchers)) => matchers,
            Ok(None) => return Err(refused("only labels can be compared".to_owned())),
            Err(error) => return Err(refused(error.message.clone())),
        };
        let keep = match model::parse_duration(keep.trim()) {
            Ok(keep) => keep,
            Err(source) => return Err(RuleError::Time { selector, source }),
        };
        match u64::try_from(keep) {
            Ok(keep @ 1..) => Ok(Self { keep: Duration::from_nanos(keep), selector, matchers }),
            _ => Err(RuleError::Zero { selector }),
        }
    }

    /// Rules as they are typed: `{level="debug"}=1d`, several with `;` between them.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, RuleError> {
        let mut rules = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let error = || RuleError::Shape { text: rest.to_owned() };
            let end = selector_len(rest).ok_or_else(error)?;
            let (selector, after) = rest.split_at(end);
            let after = after.trim_start().strip_prefix('=').ok_or_else(error)?;
            let (keep, more) = after.split_once(';').unwrap_or((after, ""));
            rules.push(Self::new(selector, keep)?);
            rest = more.trim_start();
        }
        Ok(rules)
    }

    pub(crate) fn is_for(&self, labels: &Labels) -> bool {
        self.matchers.iter().all(|matcher| matcher.matches(labels))
    }
}

/// Up to the brace that closes the selector; braces within quotes are text.
fn selector_len(text: &str) -> Option<usize> {
    let (mut quote, mut is_escaped) = (None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if is_escaped => is_escaped = false,
            (Some('"'), '\\') => is_escaped = true,
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '`') => quote = Some(c),
            (None, '}') => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&[(&str, u64)], &str>) {
        let found = RetentionRule::parse_all(text);
        let found: Result<Vec<_>, String> = match &found {
            Ok(rules) => Ok(rules.iter().map(|r| (&*r.selector, r.keep.as_secs())).collect()),
            Err(error) => Err(error.to_string()),
        };
        assert_eq!(found.as_deref().map_err(|e| &**e), expected, "{text}");
    }

    #[test]
    fn rules_are_read_as_they_are_typed() {
        check("", Ok(&[]));
        check(r#"{level="debug"}=1d"#, Ok(&[(r#"{level="debug"}"#, 86_400)]));
        check(
            r#" {a="}=1d;", b=`}`} = 2h ; {job=~"x|y"}=30d;"#,
            Ok(&[(r#"{a="}=1d;", b=`}`}"#, 7_200), (r#"{job=~"x|y"}"#, 30 * 86_400)]),
        );
        let shape = |text: &str| {
            format!(
                "{text:?} is no rule, expected a selector and a time as in {{level=\"debug\"}}=1d"
            )
        };
        for text in ["debug", r#"{level="debug"}"#, r#"{level="debug} =1d"#, r#"{a="b"}:1d"#] {
            check(text, Err(&shape(text)));
        }
        check(
            r#"{a="b"}=soon"#,
            Err(
                r#""soon" is not a duration, expected a number and a unit as in 5m, 1h30m or 250ms, after {a="b"}"#,
            ),
        );
        check(
            r#"{a="b"}=0s"#,
            Err(r#"a rule must keep entries for longer than zero, as in {a="b"}=1d"#),
        );
        let line = RetentionRule::new(r#"{a="b"} |= "x""#, "1d");
        assert!(matches!(line, Err(RuleError::Selector { .. })), "{line:?}");
        assert!(matches!(RetentionRule::new("{a=}", "1d"), Err(RuleError::Selector { .. })));
    }
}
