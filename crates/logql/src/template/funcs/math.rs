//! Sums, products and rounding; `addf` and its like reckon in decimals, as one does on paper.

use super::{Args, Body};
use crate::template::decimal::Decimal;
use crate::template::value::Value;

pub(super) fn find(name: &str) -> Option<Body> {
    Some(match name {
        "int" => |a| {
            a.expect(1)?;
            Ok(Value::Int(a.to_int(0)))
        },
        "float64" => |a| {
            a.expect(1)?;
            Ok(Value::Float(a.to_float(0)))
        },
        "add" => |a| fold(a, 0, |x, y| Ok(x.wrapping_add(y))),
        "sub" => |a| fold(a, 2, |x, y| Ok(x.wrapping_sub(y))),
        "mul" => |a| fold(a, 1, |x, y| Ok(x.wrapping_mul(y))),
        "div" => |a| fold(a, 2, |x, y| x.checked_div(y).ok_or_else(by_zero)),
        "mod" => |a| fold(a, 2, |x, y| x.checked_rem(y).ok_or_else(by_zero)),
        "max" => |a| fold(a, 1, |x, y| Ok(x.max(y))),
        "min" => |a| fold(a, 1, |x, y| Ok(x.min(y))),
        "addf" => |a| fold_f(a, 0, |x, y| Ok(x.add(y))),
        "subf" => |a| fold_f(a, 1, |x, y| Ok(x.sub(y))),
        "mulf" => |a| fold_f(a, 1, |x, y| Ok(x.mul(y))),
        "divf" => |a| fold_f(a, 1, |x, y| x.div(y).ok_or_else(by_zero)),
        "maxf" => |a| pick_f(a, f64::max),
        "minf" => |a| pick_f(a, f64::min),
        "ceil" => |a| one_f(a, f64::ceil),
        "floor" => |a| one_f(a, f64::floor),
        "round" => round,
        _ => return None,
    })
}

fn by_zero() -> String {
    "a division by zero".to_owned()
}

fn fold(
    args: &Args<'_>,
    least: usize,
    step: impl Fn(i64, i64) -> Result<i64, String>,
) -> Result<Value, String> {
    args.expect_from(least)?;
    let mut numbers = (0..args.values.len()).map(|at| args.to_int(at));
    let first = numbers.next().unwrap_or(0);
    numbers.try_fold(first, step).map(Value::Int)
}

fn fold_f(
    args: &Args<'_>,
    least: usize,
    step: impl Fn(Decimal, Decimal) -> Result<Decimal, String>,
) -> Result<Value, String> {
    args.expect_from(least)?;
    let mut numbers = (0..args.values.len()).map(|at| Decimal::of(args.to_float(at)));
    let first = numbers.next().unwrap_or_else(|| Decimal::of(0.0));
    numbers.try_fold(first, step).map(|sum| Value::Float(sum.to_float()))
}

fn pick_f(args: &Args<'_>, pick: fn(f64, f64) -> f64) -> Result<Value, String> {
    args.expect_from(1)?;
    let picked = (0..args.values.len()).map(|at| args.to_float(at)).reduce(pick);
    Ok(Value::Float(picked.unwrap_or(0.0)))
}

fn one_f(args: &Args<'_>, change: fn(f64) -> f64) -> Result<Value, String> {
    args.expect(1)?;
    Ok(Value::Float(change(args.to_float(0))))
}

/// To so many places; from `round_on` (0.5) up is up.
fn round(args: &Args<'_>) -> Result<Value, String> {
    args.expect_from(2)?;
    let places = i32::try_from(args.int(1)?).map_err(|_| "round takes fewer places")?;
    let round_on = if args.values.len() > 2 { args.to_float(2) } else { 0.5 };
    let scale = 10_f64.powi(places);
    let scaled = args.to_float(0) * scale;
    let rounded = if scaled.fract() >= round_on { scaled.ceil() } else { scaled.floor() };
    Ok(Value::Float(rounded / scale))
}
