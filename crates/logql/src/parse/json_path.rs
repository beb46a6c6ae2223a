use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{char, digit1, none_of};
use nom::combinator::{all_consuming, map, map_res, recognize, value, verify};
use nom::multi::{fold_many0, many0};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::advice::Advice;
use super::lexer::is_name;

/// A step of `req.headers["User-Agent"][0]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathStep {
    Field(String),
    Index(usize),
}

/// Reads the path of a `json` extraction. The error says what is wrong with it.
pub(crate) fn json_path(text: &str) -> Result<Vec<PathStep>, String> {
    let first = alt((field, bracket));
    let step = alt((preceded(char('.'), field), bracket));
    let blank = |i| take_while(char::is_whitespace).parse(i);
    let steps = map((first, many0(step)), |(first, mut steps)| {
        steps.insert(0, first);
        steps
    });
    match all_consuming(delimited(blank, steps, blank)).parse(text) {
        Ok((_, steps)) => Ok(steps),
        Err(_) => Err(format!(
            "{text:?} is not a path, expected one such as `a.b`, `a[0].b` or `a[\"other-key\"]`"
        )),
    }
}

/// The rules of `logfmt` expressions: one key.
pub(super) fn check_logfmt_key(text: &str) -> Result<(), Advice> {
    if !text.is_empty() && text.chars().all(is_name) {
        return Ok(());
    }
    let meant: String = text.chars().map(|c| if is_name(c) { c } else { '_' }).collect();
    let message = format!("{text:?} is no key of logfmt, in which other signs count as `_`");
    Err(Advice { message, instead: Some(meant).filter(|meant| !meant.is_empty()) })
}

fn field(i: &str) -> IResult<&str, PathStep> {
    let name = verify(take_while1(is_name), |name: &str| !name.starts_with(char::is_numeric));
    map(name, |name: &str| PathStep::Field(name.to_owned())).parse(i)
}

fn bracket(i: &str) -> IResult<&str, PathStep> {
    let index = map(map_res(digit1, str::parse), PathStep::Index);
    let key = map(quoted, PathStep::Field);
    delimited(char('['), alt((index, key)), char(']')).parse(i)
}

fn quoted(i: &str) -> IResult<&str, String> {
    let escaped = alt((value("\"", tag("\\\"")), value("\\", tag("\\\\"))));
    let piece = alt((escaped, recognize(none_of("\""))));
    let text = fold_many0(piece, String::new, |mut text: String, piece: &str| {
        text.push_str(piece);
        text
    });
    delimited(char('"'), text, char('"')).parse(i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_names_and_brackets() {
        let key = |k: &str| PathStep::Field(k.to_owned());
        for (text, expected) in [
            ("a", Some(vec![key("a")])),
            ("a.b_c.d", Some(vec![key("a"), key("b_c"), key("d")])),
            (r#"a["User-Agent"].b"#, Some(vec![key("a"), key("User-Agent"), key("b")])),
            (r#"["dotted.key"]"#, Some(vec![key("dotted.key")])),
            (r#"["a\"b"]"#, Some(vec![key("a\"b")])),
            ("a[0][1].b", Some(vec![key("a"), PathStep::Index(0), PathStep::Index(1), key("b")])),
            ("", None),
            ("a.", None),
            (".a", None),
            ("a[", None),
            ("a[x]", None),
            ("a b", None),
        ] {
            assert_eq!(json_path(text).ok(), expected, "{text}");
        }
    }
}
