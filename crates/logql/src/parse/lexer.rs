use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_until, take_while, take_while1};
use nom::character::complete::{char, one_of};
use nom::combinator::{map, opt, recognize, value, verify};
use nom::sequence::{pair, preceded};
use nom::{IResult, Parser};

use super::literal;
use super::mistake;
use super::token::{Kind, Token};
use crate::Span;

/// Longer symbols before their own beginnings.
const SYMBOLS: [&str; 33] = [
    "|=", "|~", "|>", "!=", "!~", "!>", "==", "=~", ">=", "<=", "|", "=", ">", "<", "+", "-", "*",
    "/", "%", "^", "(", ")", "{", "}", ",", ".", "]", "&", ";", "!", "~", "@", ":",
];

/// All words of `text` in order, comments among them, closed by one `End`. Never fails: what
/// cannot be a word is `Bad` and holds its error.
pub(crate) fn lex(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start_matches(is_blank).len();
        at += blank;
        let rest = rest.get(blank..).unwrap_or_default();
        if rest.is_empty() {
            tokens.push(Token { kind: Kind::End, text: "", span: Span::new(at, at) });
            return tokens;
        }
        let (kind, len) = match word(rest) {
            Ok((after, kind)) => (kind, rest.len() - after.len()),
            Err(_) => mistake::bad(text, at),
        };
        let end = at + len;
        let mut token =
            Token { kind, text: text.get(at..end).unwrap_or_default(), span: Span::new(at, end) };
        if let Kind::Bad(error) = &mut token.kind {
            // Literals know only themselves; their spans count from their own start.
            if error.span == Span::default() {
                error.span = token.span;
                if let Some(fix) = &mut error.fix {
                    fix.span = token.span;
                }
            }
        }
        tokens.push(token);
        at = end;
    }
}

fn is_blank(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\u{feff}'
}

fn word(i: &str) -> IResult<&str, Kind<'_>> {
    alt((comment, name, flag, text, number, range, symbol)).parse(i)
}

/// `#`, and what a Go scanner takes for comments too.
fn comment(i: &str) -> IResult<&str, Kind<'_>> {
    let line = preceded(alt((tag("#"), tag("//"))), take_till(|c| c == '\n'));
    let block = recognize((tag("/*"), take_until("*/"), tag("*/")));
    value(Kind::Comment, alt((line, block))).parse(i)
}

fn name(i: &str) -> IResult<&str, Kind<'_>> {
    let first = verify(take_while1(is_name), |name: &str| !name.starts_with(char::is_numeric));
    map(first, Kind::Ident).parse(i)
}

pub(crate) fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn flag(i: &str) -> IResult<&str, Kind<'_>> {
    map(preceded(tag("--"), alt((tag("strict"), tag("keep-empty")))), Kind::Flag).parse(i)
}

fn text(i: &str) -> IResult<&str, Kind<'_>> {
    alt((raw_text, quoted_text)).parse(i)
}

fn raw_text(i: &str) -> IResult<&str, Kind<'_>> {
    let (rest, inner) =
        nom::sequence::delimited(char('`'), take_till(|c| c == '`'), char('`')).parse(i)?;
    Ok((rest, Kind::Text(inner.replace('\r', ""))))
}

fn quoted_text(i: &str) -> IResult<&str, Kind<'_>> {
    let plain = take_while1(|c| c != '"' && c != '\\' && c != '\n');
    let escaped = recognize(pair(char('\\'), nom::character::complete::none_of("\n")));
    let inner = recognize(nom::multi::many0_count(alt((plain, escaped))));
    let (rest, inner) = nom::sequence::delimited(char('"'), inner, char('"')).parse(i)?;
    Ok((rest, literal::unescape(inner).map_or_else(Kind::Bad, Kind::Text)))
}

/// Everything that hangs together after a digit, so that `1x` is one mistake and not two words.
fn number(i: &str) -> IResult<&str, Kind<'_>> {
    let exponent = (one_of("eE"), one_of("+-"), take_while1(|c: char| c.is_ascii_digit()));
    let digits = take_while1(|c: char| c.is_ascii_digit() || c == '.' || c == '_');
    let start = verify(digits, |t: &str| {
        t.starts_with(|c: char| c.is_ascii_digit())
            || t.strip_prefix('.').is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit()))
    });
    let tail = take_while(|c: char| is_name(c) || c == '.');
    let (rest, whole) = recognize((start, opt(exponent), tail)).parse(i)?;
    Ok((rest, literal::number(whole).unwrap_or_else(Kind::Bad)))
}

/// `[5m]`; what stands between the brackets is read by stricter rules than other durations.
fn range(i: &str) -> IResult<&str, Kind<'_>> {
    let inner = nom::sequence::delimited(
        char('['),
        take_while(|c: char| !"])[{}|\n".contains(c)),
        char(']'),
    );
    map(inner, |t: &str| literal::range(t).map_or_else(Kind::Bad, Kind::Range)).parse(i)
}

fn symbol(i: &str) -> IResult<&str, Kind<'_>> {
    // A comment without an end is none of the two symbols it starts with.
    let symbols = if i.starts_with("/*") { &[] } else { SYMBOLS.as_slice() };
    for symbol in symbols {
        if let Some(rest) = i.strip_prefix(symbol) {
            return Ok((rest, Kind::Symbol(symbol)));
        }
    }
    Err(nom::Err::Error(nom::error::Error::new(i, nom::error::ErrorKind::Tag)))
}
