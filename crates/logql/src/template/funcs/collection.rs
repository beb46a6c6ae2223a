//! `len`, `index`, `slice`

use super::{Args, Body};
use crate::template::value::Value;

pub(super) fn find(name: &str) -> Option<Body> {
    Some(match name {
        // No value of a template is a function.
        "call" => |a| Err(format!("call takes a function, not a {}", a.get(0).type_name())),
        "len" => len,
        "index" => index,
        "slice" => slice,
        _ => return None,
    })
}

fn len(args: &Args<'_>) -> Result<Value, String> {
    args.expect(1)?;
    let len = match args.get(0) {
        Value::Text(text) => text.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        other => return Err(format!("a {} has no length", other.type_name())),
    };
    Ok(Value::Int(i64::try_from(len).unwrap_or(i64::MAX)))
}

fn index(args: &Args<'_>) -> Result<Value, String> {
    args.expect_from(1)?;
    let mut value = args.get(0).clone();
    for at in 1..args.values.len() {
        value = match (&value, args.get(at)) {
            (Value::Map(map), Value::Text(key)) => map.get(key).cloned().unwrap_or(Value::Nil),
            (Value::List(list), Value::Int(_)) => {
                let item = usize::try_from(args.int(at)?).ok().and_then(|at| list.get(at));
                item.cloned().ok_or_else(|| out_of_range(args, at))?
            }
            (Value::Text(text), Value::Int(_)) => {
                let byte =
                    usize::try_from(args.int(at)?).ok().and_then(|at| text.as_bytes().get(at));
                Value::Int(i64::from(*byte.ok_or_else(|| out_of_range(args, at))?))
            }
            (other, key) => {
                return Err(format!(
                    "a {} cannot be indexed by a {}",
                    other.type_name(),
                    key.type_name()
                ));
            }
        };
    }
    Ok(value)
}

fn out_of_range(args: &Args<'_>, at: usize) -> String {
    format!("the index {} is out of range", args.get(at).to_text())
}

fn slice(args: &Args<'_>) -> Result<Value, String> {
    args.expect_from(1)?;
    if args.values.len() > 3 {
        return Err("slice takes a start and an end".to_owned());
    }
    let bound = |at: usize, default: usize| -> Result<usize, String> {
        if at >= args.values.len() {
            return Ok(default);
        }
        usize::try_from(args.int(at)?).map_err(|_| out_of_range(args, at))
    };
    match args.get(0) {
        Value::Text(text) => {
            let part = text.as_bytes().get(bound(1, 0)?..bound(2, text.len())?);
            let part = part.ok_or_else(|| "the slice is out of range".to_owned())?;
            Ok(Value::Text(String::from_utf8_lossy(part).into_owned()))
        }
        Value::List(list) => {
            let part = list.get(bound(1, 0)?..bound(2, list.len())?);
            let part = part.ok_or_else(|| "the slice is out of range".to_owned())?;
            Ok(Value::List(part.to_vec()))
        }
        other => Err(format!("a {} cannot be sliced", other.type_name())),
    }
}
