use logql::ast::{Conversion, Expr, MetricExpr, MetricKind, RangeOp, VectorOp};

use crate::format;

/// What the numbers of a metric query are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    #[default]
    Number,
    /// A second.
    Rate,
    Bytes,
    BytesRate,
    Seconds,
}

impl Unit {
    /// The unit that the query itself tells.
    pub fn of(expr: &Expr) -> Self {
        match expr {
            Expr::Log(_) => Self::Number,
            Expr::Metric(metric) => of(metric),
        }
    }

    /// A value with its unit.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Number => format::value(value),
            Self::Rate => format!("{}/s", format::value(value)),
            Self::Bytes => bytes(value),
            Self::BytesRate => format!("{}/s", bytes(value)),
            Self::Seconds => seconds(value),
        }
    }
}

fn of(metric: &MetricExpr) -> Unit {
    match &metric.kind {
        MetricKind::Range(range) => {
            let unwrapped = match range.unwrap.as_ref().and_then(|unwrap| unwrap.conversion) {
                Some(Conversion::Bytes) => Unit::Bytes,
                Some(Conversion::Duration | Conversion::DurationSeconds) => Unit::Seconds,
                None => Unit::Number,
            };
            match (range.op, unwrapped) {
                (RangeOp::Rate, Unit::Bytes) | (RangeOp::BytesRate, _) => Unit::BytesRate,
                (RangeOp::Rate | RangeOp::RateCounter, _) => Unit::Rate,
                (RangeOp::BytesOverTime, _) => Unit::Bytes,
                (RangeOp::CountOverTime | RangeOp::AbsentOverTime | RangeOp::StdvarOverTime, _) => {
                    Unit::Number
                }
                (_, unit) => unit,
            }
        }
        MetricKind::Vector(vector) => match vector.op {
            VectorOp::Count | VectorOp::Stdvar => Unit::Number,
            _ => of(&vector.inner),
        },
        MetricKind::LabelReplace(replace) => of(&replace.inner),
        // Of two, the one that has a unit where the operation keeps it.
        MetricKind::Binary(binary) => match binary.op {
            logql::ast::BinaryOp::Compare(_) if !binary.return_bool => of(&binary.left),
            logql::ast::BinaryOp::Or | logql::ast::BinaryOp::And | logql::ast::BinaryOp::Unless => {
                of(&binary.left)
            }
            logql::ast::BinaryOp::Add | logql::ast::BinaryOp::Subtract => {
                let (left, right) = (of(&binary.left), of(&binary.right));
                if left == right { left } else { Unit::Number }
            }
            _ => Unit::Number,
        },
        MetricKind::Number(_) | MetricKind::VectorLiteral(_) => Unit::Number,
    }
}

fn bytes(value: f64) -> String {
    if value.is_finite() && value >= 10.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive size"
        )]
        let whole = value as u64;
        format::bytes(whole)
    } else {
        format!("{} B", format::value(value))
    }
}

fn seconds(value: f64) -> String {
    let magnitude = value.abs();
    let (scaled, unit) = if magnitude == 0.0 || !magnitude.is_finite() {
        (value, "s")
    } else if magnitude < 0.001 {
        (value * 1e6, "µs")
    } else if magnitude < 1.0 {
        (value * 1e3, "ms")
    } else if magnitude < 120.0 {
        (value, "s")
    } else if magnitude < 7_200.0 {
        (value / 60.0, "min")
    } else {
        (value / 3_600.0, "h")
    };
    format!("{} {unit}", format::value((scaled * 1000.0).round() / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_tells_its_unit() {
        for (query, unit) in [
            (r#"rate({a="b"}[5m])"#, Unit::Rate),
            (r#"sum by (x) (rate({a="b"}[5m]))"#, Unit::Rate),
            (r#"count_over_time({a="b"}[5m]) > 5"#, Unit::Number),
            (r#"bytes_rate({a="b"}[5m])"#, Unit::BytesRate),
            (r#"max_over_time({a="b"} | unwrap duration(took) [5m])"#, Unit::Seconds),
            (r#"avg_over_time({a="b"} | unwrap rtf [5m])"#, Unit::Number),
            (r#"rate({a="b"}[5m]) / rate({a="c"}[5m])"#, Unit::Number),
            (r#"{a="b"}"#, Unit::Number),
        ] {
            assert_eq!(Unit::of(&logql::parse(query).unwrap()), unit, "{query}");
        }
    }

    #[test]
    fn values_are_shown_with_it() {
        for (unit, value, expected) in [
            (Unit::Rate, 0.5, "0.5/s"),
            (Unit::Bytes, 1_200_000.0, "1.2 MB"),
            (Unit::BytesRate, 0.25, "0.25 B/s"),
            (Unit::Seconds, 0.0123, "12.3 ms"),
            (Unit::Seconds, 90.0, "90 s"),
            (Unit::Seconds, 5_400.0, "90 min"),
        ] {
            assert_eq!(unit.show(value), expected);
        }
    }
}
