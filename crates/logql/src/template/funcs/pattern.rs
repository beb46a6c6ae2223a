//! Regular expressions.

use model::go_regex;
use regex::{Captures, Regex};

use super::{Args, Body, check_len};
use crate::template::value::Value;

pub(super) fn find(name: &str) -> Option<Body> {
    Some(match name {
        "regexReplaceAll" => |a| {
            a.expect(3)?;
            let by = a.text(2)?;
            replace_all(&regex(a)?, a.text(1)?, |captures, out| captures.expand(by, out))
        },
        "regexReplaceAllLiteral" => |a| {
            a.expect(3)?;
            let by = a.text(2)?;
            replace_all(&regex(a)?, a.text(1)?, |_, out| out.push_str(by))
        },
        "count" => |a| {
            a.expect(2)?;
            let count = regex(a)?.find_iter(a.text(1)?).count();
            Ok(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
        },
        _ => return None,
    })
}

fn replace_all(
    regex: &Regex,
    text: &str,
    write: impl Fn(&Captures<'_>, &mut String),
) -> Result<Value, String> {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for captures in regex.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(text.get(end..whole.start()).unwrap_or_default());
        write(&captures, &mut out);
        end = whole.end();
        check_len(out.len())?;
    }
    out.push_str(text.get(end..).unwrap_or_default());
    Ok(Value::Text(out))
}

pub(super) fn regex(args: &Args<'_>) -> Result<Regex, String> {
    let pattern = args.text(0)?;
    args.context
        .regexes
        .get(pattern, |pattern| go_regex::text_regex(pattern).map_err(|error| error.to_string()))
}
