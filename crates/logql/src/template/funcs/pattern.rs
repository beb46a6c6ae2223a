//! Regular expressions.

use model::go_regex;
use regex::{NoExpand, Regex};

use super::{Args, Body};
use crate::template::value::Value;

pub(super) fn find(name: &str) -> Option<Body> {
    Some(match name {
        "regexReplaceAll" => |a| {
            a.expect(3)?;
            let replaced = regex(a)?.replace_all(a.text(1)?, a.text(2)?).into_owned();
            Ok(Value::Text(replaced))
        },
        "regexReplaceAllLiteral" => |a| {
            a.expect(3)?;
            let replaced = regex(a)?.replace_all(a.text(1)?, NoExpand(a.text(2)?)).into_owned();
            Ok(Value::Text(replaced))
        },
        "count" => |a| {
            a.expect(2)?;
            let count = regex(a)?.find_iter(a.text(1)?).count();
            Ok(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
        },
        _ => return None,
    })
}

fn regex(args: &Args<'_>) -> Result<Regex, String> {
    let pattern = args.text(0)?;
    args.context
        .regexes
        .get(pattern, |pattern| go_regex::text_regex(pattern).map_err(|error| error.to_string()))
}
