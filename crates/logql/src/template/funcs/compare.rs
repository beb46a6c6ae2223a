//! Comparisons and logic. `and` and `or` are done where arguments are, since they may not look
//! at all of them.

use std::cmp::Ordering;

use super::{Args, Body};
use crate::template::value::Value;

pub(super) fn find(name: &str) -> Option<Body> {
    Some(match name {
        "eq" => |a| {
            a.expect_from(2)?;
            for at in 1..a.values.len() {
                if equal(a.get(0), a.get(at))? {
                    return Ok(Value::Bool(true));
                }
            }
            Ok(Value::Bool(false))
        },
        "ne" => |a| {
            a.expect(2)?;
            Ok(Value::Bool(!equal(a.get(0), a.get(1))?))
        },
        "lt" => |a| ordered(a, |order| order == Ordering::Less),
        "le" => |a| ordered(a, |order| order != Ordering::Greater),
        "gt" => |a| ordered(a, |order| order == Ordering::Greater),
        "ge" => |a| ordered(a, |order| order != Ordering::Less),
        "not" => |a| {
            a.expect(1)?;
            Ok(Value::Bool(!a.get(0).is_true()))
        },
        "and" | "or" => |a| Err(format!("{} takes at least one argument", a.name)),
        _ => return None,
    })
}

fn equal(left: &Value, right: &Value) -> Result<bool, String> {
    match (left, right) {
        (Value::Nil, other) | (other, Value::Nil) => Ok(*other == Value::Nil),
        (Value::List(_) | Value::Map(_), _) | (_, Value::List(_) | Value::Map(_)) => {
            Err("lists and maps cannot be compared".to_owned())
        }
        (left, right) if left.type_name() == right.type_name() => Ok(left == right),
        (left, right) => Err(incompatible(left, right)),
    }
}

fn ordered(args: &Args<'_>, holds: fn(Ordering) -> bool) -> Result<Value, String> {
    args.expect(2)?;
    let order = match (args.get(0), args.get(1)) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (left, right) => return Err(incompatible(left, right)),
    };
    Ok(Value::Bool(order.is_some_and(holds)))
}

fn incompatible(left: &Value, right: &Value) -> String {
    format!("a {} cannot be compared with a {}", left.type_name(), right.type_name())
}
