use logql::ast::{
    Binary, BinaryOp, CompareOp, Conversion, Grouping, MetricExpr, MetricKind, RangeAggregation,
    RangeOp, Unwrap, VectorAggregation, VectorMatching, VectorOp,
};

use super::condition::comparison;
use super::{Step, condition, explain_log, listed, named, quoted};

pub(super) fn explain(metric: &MetricExpr, depth: usize, steps: &mut Vec<Step>) {
    let text = match &metric.kind {
        MetricKind::Range(range) => {
            explain_log(&range.log, depth, steps);
            if let Some(unwrap) = &range.unwrap {
                steps.push(Step { span: metric.span, depth, text: taken(unwrap) });
                for filter in &unwrap.filters {
                    let text = format!("Keep lines whose {}", condition::filter(filter));
                    steps.push(Step { span: metric.span, depth, text });
                }
            }
            over_time(range)
        }
        MetricKind::Vector(vector) => {
            explain(&vector.inner, depth, steps);
            over_series(vector)
        }
        MetricKind::Binary(binary) => return explain_binary(binary, metric, depth, steps),
        MetricKind::Number(value) => format!("The number {value}"),
        MetricKind::VectorLiteral(value) => format!("The number {value}"),
        MetricKind::LabelReplace(replace) => {
            explain(&replace.inner, depth, steps);
            format!(
                "Set the label {} to {} where {} matches {}",
                named(&replace.dst),
                quoted(&replace.replacement),
                named(&replace.src),
                quoted(&replace.regex)
            )
        }
    };
    steps.push(Step { span: metric.span, depth, text });
}

fn taken(unwrap: &Unwrap) -> String {
    let name = named(&unwrap.name);
    match unwrap.conversion {
        None => format!("Take the number in {name}"),
        Some(Conversion::Bytes) => format!("Take the size in {name} as bytes"),
        Some(Conversion::Duration | Conversion::DurationSeconds) => {
            format!("Take the duration in {name} as seconds")
        }
    }
}

fn over_time(range: &RangeAggregation) -> String {
    let unwraps = range.unwrap.is_some();
    let what = match range.op {
        RangeOp::Rate if unwraps => "the sum of the numbers per second",
        RangeOp::Rate => "the lines per second",
        RangeOp::RateCounter => "the rise of the counter per second",
        RangeOp::CountOverTime => "the number of lines",
        RangeOp::BytesRate => "the bytes of lines per second",
        RangeOp::BytesOverTime => "the bytes of lines",
        RangeOp::SumOverTime => "the sum of the numbers",
        RangeOp::AvgOverTime => "the average of the numbers",
        RangeOp::MaxOverTime => "the largest number",
        RangeOp::MinOverTime => "the smallest number",
        RangeOp::StdvarOverTime => "the variance of the numbers",
        RangeOp::StddevOverTime => "the standard deviation of the numbers",
        RangeOp::QuantileOverTime => "a quantile of the numbers",
        RangeOp::FirstOverTime => "the first number",
        RangeOp::LastOverTime => "the last number",
        RangeOp::AbsentOverTime => "1 where there is no line",
    };
    let window = model::format_duration(range.range_ns);
    let what = match range.parameter {
        Some(quantile) => format!("the {quantile} quantile of the numbers"),
        None => what.to_owned(),
    };
    let mut text = match (range.op, &range.grouping) {
        (RangeOp::AbsentOverTime, _) => format!("Give {what} in the last {window}"),
        (_, Some(grouping)) => {
            format!("Give {what} in the last {window}, {}", for_each(grouping))
        }
        (_, None) => format!("Give {what} in the last {window}, for each stream"),
    };
    match range.offset_ns {
        0 => {}
        ns if ns > 0 => text.push_str(&format!(", {} earlier", model::format_duration(ns))),
        ns => {
            let later = model::format_duration(ns.saturating_neg());
            text.push_str(&format!(", {later} later"));
        }
    }
    text
}

fn over_series(vector: &VectorAggregation) -> String {
    let k = vector.parameter.unwrap_or_default();
    let what = match vector.op {
        VectorOp::Sum => "Add the values up".to_owned(),
        VectorOp::Avg => "Take the average of the values".to_owned(),
        VectorOp::Min => "Take the smallest value".to_owned(),
        VectorOp::Max => "Take the largest value".to_owned(),
        VectorOp::Stddev => "Take the standard deviation of the values".to_owned(),
        VectorOp::Stdvar => "Take the variance of the values".to_owned(),
        VectorOp::Count => "Count the series".to_owned(),
        VectorOp::Topk => format!("Keep the {k} largest"),
        VectorOp::Bottomk => format!("Keep the {k} smallest"),
        VectorOp::ApproxTopk => format!("Keep about the {k} largest"),
        VectorOp::Sort => "Put the smallest first".to_owned(),
        VectorOp::SortDesc => "Put the largest first".to_owned(),
    };
    match &vector.grouping {
        Some(grouping) if !grouping.labels.is_empty() || grouping.without => {
            format!("{what}, separately {}", for_each(grouping))
        }
        _ => what,
    }
}

fn for_each(grouping: &Grouping) -> String {
    let labels = listed(grouping.labels.iter().map(|name| named(name)), "and");
    match (grouping.without, grouping.labels.is_empty()) {
        (false, true) => "all together".to_owned(),
        (false, false) => format!("for each {labels}"),
        (true, true) => "for each set of labels".to_owned(),
        (true, false) => format!("for each set of labels without {labels}"),
    }
}

fn explain_binary(binary: &Binary, metric: &MetricExpr, depth: usize, steps: &mut Vec<Step>) {
    let span = metric.span;
    // With a number on one side there is one line of thought, not two.
    if let MetricKind::Number(value) = binary.right.kind {
        explain(&binary.left, depth, steps);
        steps.push(Step { span, depth, text: with_number(binary, value) });
        return;
    }
    if let MetricKind::Number(value) = binary.left.kind {
        explain(&binary.right, depth, steps);
        let text = match binary.op {
            BinaryOp::Compare(op) if binary.return_bool => {
                format!("Give 1 where {}, else 0", comparison(op, &value.to_string(), "the value"))
            }
            BinaryOp::Compare(op) => {
                with_number(&Binary { op: BinaryOp::Compare(turned(op)), ..binary.clone() }, value)
            }
            op => format!("Calculate {value} {} the value", sign(op)),
        };
        steps.push(Step { span, depth, text });
        return;
    }
    steps.push(Step { span: binary.left.span, depth, text: "First".to_owned() });
    explain(&binary.left, depth + 1, steps);
    steps.push(Step { span: binary.right.span, depth, text: "Second".to_owned() });
    explain(&binary.right, depth + 1, steps);
    let text = match binary.op {
        BinaryOp::Or => "Take the first, and of the second what the first does not have".to_owned(),
        BinaryOp::And => "Keep of the first what the second has too".to_owned(),
        BinaryOp::Unless => "Keep of the first what the second does not have".to_owned(),
        BinaryOp::Compare(op) if binary.return_bool => {
            format!("Give 1 where {}, else 0", comparison(op, "the first", "the second"))
        }
        BinaryOp::Compare(op) => {
            format!("Keep the first where {}", comparison(op, "it", "the second"))
        }
        op => format!("Calculate first {} second", sign(op)),
    };
    let text = match &binary.matching {
        Some(matching) => format!("{text}, the two {}", paired(matching)),
        None => text,
    };
    steps.push(Step { span, depth, text });
}

fn with_number(binary: &Binary, value: f64) -> String {
    match binary.op {
        BinaryOp::Compare(op) if binary.return_bool => {
            format!("Give 1 where {}, else 0", comparison(op, "the value", &value.to_string()))
        }
        BinaryOp::Compare(op) => {
            format!("Keep a value only where {}", comparison(op, "it", &value.to_string()))
        }
        op => format!("Calculate the value {} {value}", sign(op)),
    }
}

fn paired(matching: &VectorMatching) -> String {
    let labels = listed(matching.labels.iter().map(|name| named(name)), "and");
    match (matching.on, matching.labels.is_empty()) {
        (true, true) => "each with each".to_owned(),
        (true, false) => format!("paired where {labels} are equal"),
        (false, true) => "paired where all labels are equal".to_owned(),
        (false, false) => format!("paired where all labels but {labels} are equal"),
    }
}

const fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        same => same,
    }
}

const fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "−",
        BinaryOp::Multiply => "×",
        BinaryOp::Divide => "÷",
        BinaryOp::Modulo => "modulo",
        BinaryOp::Power => "to the power of",
        // These have sentences of their own.
        BinaryOp::Or | BinaryOp::And | BinaryOp::Unless | BinaryOp::Compare(_) => "",
    }
}
