use model::go_regex::{original_offset, rewrite};
use model::{MatchOp, Matcher};
use regex_syntax::ast::{self, Ast, Visitor, parse::Parser, visit};
use regex_syntax::hir::translate::Translator;

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
/// One that is too large is found when the query is made ready.
pub(super) fn check(pattern: &str, span: Span) -> Result<(), QueryError> {
    read(pattern, span).map(drop)
}

/// The rules of the `regexp` stage: it has to yield labels.
pub(super) fn check_captures(pattern: &str, span: Span) -> Result<(), QueryError> {
    if read(pattern, span)?.has_names {
        return Ok(());
    }
    Err(QueryError::new(
        span,
        "the regular expression names no label, expected a group such as `(?P<name>…)`",
    ))
}

/// How errors about a regular expression begin.
pub(super) const REFUSED: &str = "not a regular expression: ";

/// Where in `pattern` it is wrong, if it is.
pub(super) fn mistake(pattern: &str) -> Option<(usize, usize)> {
    read_content(pattern).err().map(|(_, start, end)| (start, end))
}

fn read(pattern: &str, span: Span) -> Result<Strict, QueryError> {
    read_content(pattern).map_err(|(why, start, end)| {
        // Without escapes the string holds the pattern as it is, between two quotes.
        let verbatim = span.end - span.start == pattern.len() + 2;
        let inside = Span::new(span.start + 1 + start, span.start + 1 + end);
        let span = if verbatim { inside } else { span };
        QueryError::new(span, format!("not a regular expression: {why}"))
    })
}

/// An error says why, and from where to where.
fn read_content(pattern: &str) -> Result<Strict, (String, usize, usize)> {
    let text = rewrite(pattern);
    let refused = |why: String, at: &ast::Span| {
        let start = original_offset(pattern, at.start.offset);
        (why, start, original_offset(pattern, at.end.offset).max(start))
    };
    let ast = Parser::new()
        .parse(&text)
        .map_err(|error| refused(error.kind().to_string(), error.span()))?;
    let strict =
        visit(&ast, Strict::default()).map_err(|(why, at)| refused(why.to_owned(), &at))?;
    Translator::new()
        .translate(&text, &ast)
        .map_err(|error| refused(error.kind().to_string(), error.span()))?;
    Ok(strict)
}

/// Refuses what the crate knows and Go does not.
#[derive(Default)]
struct Strict {
    /// Whether a group has a name.
    has_names: bool,
}

/// As Go's.
const MAX_REPEAT: u32 = 1000;

impl Visitor for Strict {
    type Output = Self;
    type Err = (&'static str, ast::Span);

    fn finish(self) -> Result<Self, Self::Err> {
        Ok(self)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Self::Err> {
        match ast {
            Ast::Repetition(repetition) => {
                let refused = |why| Err((why, repetition.op.span));
                if matches!(*repetition.ast, Ast::Repetition(_)) {
                    return refused("a repetition of a repetition, expected one or a group");
                }
                let ast::RepetitionKind::Range(range) = &repetition.op.kind else { return Ok(()) };
                let most = match range {
                    ast::RepetitionRange::Exactly(n) | ast::RepetitionRange::AtLeast(n) => *n,
                    ast::RepetitionRange::Bounded(_, n) => *n,
                };
                if most > MAX_REPEAT { refused("more than 1000 repetitions") } else { Ok(()) }
            }
            Ast::Flags(set) => flags(&set.flags),
            Ast::Group(group) => match &group.kind {
                // A word boundary is in such a group because `rewrite` put it there.
                ast::GroupKind::NonCapturing(_) if is_word_boundary(&group.ast) => Ok(()),
                ast::GroupKind::NonCapturing(set) => flags(set),
                ast::GroupKind::CaptureName { name, .. } => {
                    self.has_names = true;
                    let is_plain = |c: char| c == '_' || c.is_ascii_alphanumeric();
                    match name.name.chars().all(is_plain) {
                        true => Ok(()),
                        false => {
                            Err(("the name of a group, expected letters, digits and _", name.span))
                        }
                    }
                }
                ast::GroupKind::CaptureIndex(_) => Ok(()),
            },
            Ast::Literal(text) => literal(text),
            _ => Ok(()),
        }
    }

    fn visit_class_set_item_pre(&mut self, item: &ast::ClassSetItem) -> Result<(), Self::Err> {
        match item {
            ast::ClassSetItem::Literal(text) => literal(text),
            ast::ClassSetItem::Range(range) => {
                literal(&range.start).and_then(|()| literal(&range.end))
            }
            _ => Ok(()),
        }
    }
}

/// Go writes all characters by number as `\x`.
fn literal(text: &ast::Literal) -> Result<(), (&'static str, ast::Span)> {
    use ast::{HexLiteralKind::X, LiteralKind};
    match &text.kind {
        LiteralKind::HexFixed(kind) | LiteralKind::HexBrace(kind) if *kind != X => {
            Err((r"an escape that is not known, expected one such as \x{4e2d}", text.span))
        }
        _ => Ok(()),
    }
}

fn is_word_boundary(ast: &Ast) -> bool {
    use ast::AssertionKind::{NotWordBoundary, WordBoundary};
    matches!(ast, Ast::Assertion(a) if matches!(a.kind, WordBoundary | NotWordBoundary))
}

fn flags(flags: &ast::Flags) -> Result<(), (&'static str, ast::Span)> {
    use ast::Flag::{CRLF, IgnoreWhitespace, Unicode};
    let unknown = flags.items.iter().find(|item| {
        matches!(item.kind, ast::FlagsItemKind::Flag(IgnoreWhitespace | CRLF | Unicode))
    });
    match unknown {
        Some(item) => Err(("unknown flag, expected i, m, s or U", item.span)),
        None => Ok(()),
    }
}
