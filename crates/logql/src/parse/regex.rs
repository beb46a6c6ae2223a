use model::{MatchOp, Matcher};
use regex_syntax::ast::{self, Ast, Visitor, parse::Parser, visit};

use crate::gosyntax::rewrite;
use crate::{QueryError, Span};

/// A matcher whose value stood at `span`.
pub(super) fn matcher(
    name: String,
    op: MatchOp,
    value: String,
    span: Span,
) -> Result<Matcher, QueryError> {
    if matches!(op, MatchOp::Regex | MatchOp::NotRegex) {
        check(&value, span)?;
    }
    Matcher::new(name, op, value).map_err(|error| QueryError::new(span, error.to_string()))
}

/// Whether `pattern` is a regular expression as Go reads them; `span` is where the string stood.
pub(super) fn check(pattern: &str, span: Span) -> Result<(), QueryError> {
    let refused = |why: String| QueryError::new(span, format!("not a regular expression: {why}"));
    let pattern = rewrite(pattern);
    let ast = Parser::new().parse(&pattern).map_err(|error| refused(error.kind().to_string()))?;
    visit(&ast, Strict).map_err(|why| refused(why.to_owned()))?;
    regex::Regex::new(&pattern).map(drop).map_err(|error| {
        // The crate draws the pattern above its sentence.
        let text = error.to_string();
        let sentence = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        refused(sentence.trim_start_matches("error: ").to_owned())
    })
}

/// The rules of the `regexp` stage: it has to yield labels.
pub(super) fn check_captures(pattern: &str, span: Span) -> Result<(), QueryError> {
    check(pattern, span)?;
    let regex = regex::Regex::new(&rewrite(pattern));
    if regex.is_ok_and(|regex| regex.capture_names().flatten().next().is_none()) {
        return Err(QueryError::new(
            span,
            "the regular expression names no label, expected a group such as `(?P<name>…)`",
        ));
    }
    Ok(())
}

/// Refuses what the crate knows and Go does not.
struct Strict;

/// As Go's.
const MAX_REPEAT: u32 = 1000;

impl Visitor for Strict {
    type Output = ();
    type Err = &'static str;

    fn finish(self) -> Result<(), Self::Err> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        match ast {
            Ast::Repetition(repetition) => {
                if matches!(*repetition.ast, Ast::Repetition(_)) {
                    return Err("a repetition of a repetition, expected one of them or a group");
                }
                let ast::RepetitionKind::Range(range) = &repetition.op.kind else { return Ok(()) };
                let most = match range {
                    ast::RepetitionRange::Exactly(n) | ast::RepetitionRange::AtLeast(n) => *n,
                    ast::RepetitionRange::Bounded(_, n) => *n,
                };
                if most > MAX_REPEAT { Err("more than 1000 repetitions") } else { Ok(()) }
            }
            Ast::Flags(set) => flags(&set.flags),
            Ast::Group(group) => match &group.kind {
                ast::GroupKind::NonCapturing(set) => flags(set),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

fn flags(flags: &ast::Flags) -> Result<(), &'static str> {
    let known = |item: &ast::FlagsItem| {
        !matches!(
            item.kind,
            ast::FlagsItemKind::Flag(ast::Flag::IgnoreWhitespace | ast::Flag::CRLF)
        )
    };
    if flags.items.iter().all(known) { Ok(()) } else { Err("unknown flag, expected i, m, s or U") }
}
