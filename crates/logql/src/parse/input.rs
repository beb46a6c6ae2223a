//! The grammar reads tokens, not characters: this makes nom's combinators do so, and has the few
//! parsers for one token that everything else is made of.

use std::iter::{Cloned, Enumerate};
use std::slice::Iter;

use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Input, Needed};

use super::token::{Kind, Token};
use crate::{QueryError, Span};

/// The tokens still to be read, without comments. Never empty: the last one is `Kind::End`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tokens<'a> {
    pub all: &'a [Token<'a>],
    /// The end of the token before, for spans.
    pub before: usize,
}

pub(super) type Res<'a, T> = IResult<Tokens<'a>, T, Problem>;

/// Why a rule does not apply, or, as `nom::Err::Failure`, what is wrong with the query.
#[derive(Debug)]
pub(super) struct Problem(pub Box<QueryError>);

impl<'a> ParseError<Tokens<'a>> for Problem {
    fn from_error_kind(input: Tokens<'a>, _: ErrorKind) -> Self {
        Self(Box::new(input.unexpected("something else")))
    }

    fn append(_: Tokens<'a>, _: ErrorKind, other: Self) -> Self {
        other
    }

    /// Of two rules that failed, the one that came further knows better.
    fn or(self, other: Self) -> Self {
        if other.0.span.start > self.0.span.start { other } else { self }
    }
}

impl<'a> Tokens<'a> {
    pub fn new(all: &'a [Token<'a>]) -> Self {
        Self { all, before: 0 }
    }

    pub fn peek(&self) -> Token<'a> {
        self.nth(0)
    }

    /// The end repeats itself.
    pub fn nth(&self, n: usize) -> Token<'a> {
        self.all.get(n).or(self.all.last()).cloned().unwrap_or(Token {
            kind: Kind::End,
            text: "",
            span: Span::new(self.before, self.before),
        })
    }

    /// Where the next token starts.
    pub fn at(&self) -> usize {
        self.peek().span.start
    }

    /// The span from `start` to the end of what was read.
    pub fn since(&self, start: usize) -> Span {
        Span::new(start, self.before.max(start))
    }

    pub fn unexpected(&self, expected: &str) -> QueryError {
        let token = self.peek();
        match token.kind {
            Kind::Bad(error) => *error,
            Kind::End => QueryError::new(
                Span::new(self.before, self.before),
                format!("the query ends here, expected {expected}"),
            ),
            _ => QueryError::new(
                token.span,
                format!("unexpected `{}`, expected {expected}", shown(token.text)),
            ),
        }
    }

    /// This rule does not apply; another may.
    pub fn no<T>(self, expected: &str) -> Res<'a, T> {
        Err(nom::Err::Error(Problem(Box::new(self.unexpected(expected)))))
    }

    pub fn skip(self, n: usize) -> Self {
        self.take_from(n)
    }
}

/// The query is wrong, whatever other rules say.
pub(super) fn wrong<'a, T>(error: QueryError) -> Res<'a, T> {
    Err(nom::Err::Failure(Problem(Box::new(error))))
}

/// Long tokens are cut, in an error they only have to be recognised.
fn shown(text: &str) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(24).collect();
    if chars.next().is_some() { format!("{head}…") } else { head }
}

pub(super) fn symbol<'a>(symbol: &'static str) -> impl Fn(Tokens<'a>) -> Res<'a, Span> {
    move |i| {
        let token = i.peek();
        if token.is_symbol(symbol) {
            Ok((i.skip(1), token.span))
        } else {
            i.no(&format!("`{symbol}`"))
        }
    }
}

pub(super) fn keyword<'a>(word: &'static str) -> impl Fn(Tokens<'a>) -> Res<'a, Span> {
    move |i| {
        let token = i.peek();
        if token.is_word(word) { Ok((i.skip(1), token.span)) } else { i.no(&format!("`{word}`")) }
    }
}

pub(super) fn name(i: Tokens<'_>) -> Res<'_, (String, Span)> {
    let token = i.peek();
    match token.kind {
        Kind::Ident(name) => Ok((i.skip(1), (name.to_owned(), token.span))),
        Kind::Text(text) if is_label_name(&text) => {
            let error = QueryError::new(token.span, "the name of a label stands without quotes")
                .with_fix(token.span, text, "remove the quotes");
            Err(nom::Err::Error(Problem(Box::new(error))))
        }
        _ => i.no("the name of a label"),
    }
}

fn is_label_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(super::lexer::is_name)
}

/// A string; for the word without quotes that people write instead, the error offers them.
pub(super) fn text(i: Tokens<'_>) -> Res<'_, (String, Span)> {
    let token = i.peek();
    match token.kind {
        Kind::Text(text) => Ok((i.skip(1), (text, token.span))),
        Kind::Ident(_) | Kind::Number { .. } | Kind::Duration(_) | Kind::Bytes(_) => {
            let span = unquoted(i);
            let error = i.unexpected("a text in quotes");
            let len = span.end - span.start;
            let written = i.all.iter().take_while(|t| t.span.end <= span.end);
            let written: String = written.map(|t| t.text).collect();
            let error = if written.len() == len {
                error.with_fix(span, format!("\"{written}\""), "put it in quotes")
            } else {
                error
            };
            Err(nom::Err::Error(Problem(Box::new(error))))
        }
        _ => i.no("a text in quotes"),
    }
}

/// The words that hang together without a blank, as in `gpu-0.local`.
fn unquoted(i: Tokens<'_>) -> Span {
    let first = i.peek().span;
    let mut end = first.end;
    for token in i.all.iter().skip(1) {
        let joined = match token.kind {
            Kind::Ident(_) | Kind::Number { .. } | Kind::Duration(_) | Kind::Bytes(_) => true,
            Kind::Bad(_) => token.text.starts_with(|c: char| c.is_ascii_digit()),
            Kind::Symbol(symbol) => matches!(symbol, "-" | "." | "/" | ":" | "*" | "@" | "+"),
            _ => false,
        };
        if !joined || token.span.start != end {
            break;
        }
        end = token.span.end;
    }
    Span::new(first.start, end)
}

impl<'a> Input for Tokens<'a> {
    type Item = Token<'a>;
    type Iter = Cloned<Iter<'a, Token<'a>>>;
    type IterIndices = Enumerate<Self::Iter>;

    fn input_len(&self) -> usize {
        self.all.len()
    }

    fn take(&self, index: usize) -> Self {
        Self { all: self.all.get(..index).unwrap_or(self.all), before: self.before }
    }

    fn take_from(&self, index: usize) -> Self {
        // The end is never read away, so that there is always a place to point at.
        let index = index.min(self.all.len().saturating_sub(1));
        let (read, all) = self.all.split_at(index);
        Self { all, before: read.last().map_or(self.before, |token| token.span.end) }
    }

    fn take_split(&self, index: usize) -> (Self, Self) {
        (self.take_from(index), self.take(index))
    }

    fn position<P: Fn(Self::Item) -> bool>(&self, predicate: P) -> Option<usize> {
        self.all.iter().position(|token| predicate(token.clone()))
    }

    fn iter_elements(&self) -> Self::Iter {
        self.all.iter().cloned()
    }

    fn iter_indices(&self) -> Self::IterIndices {
        self.iter_elements().enumerate()
    }

    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        if count <= self.all.len() { Ok(count) } else { Err(Needed::Unknown) }
    }
}
