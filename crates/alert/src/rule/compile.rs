use logql::ast::{Expr, MetricKind};
use logql::{Fix, Span};

use super::{Kind, Rule, RuleSpec};
use crate::labels::is_name;
use crate::text::Text;

/// Where in a rule something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Name,
    /// A part of the query.
    Expr(Span),
    For,
    KeepFiringFor,
    LabelName(String),
    /// And how many bytes into the text.
    Label(String, usize),
    AnnotationName(String),
    Annotation(String, usize),
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    pub message: String,
    /// What would put a query right.
    pub fix: Option<Fix>,
}

impl Fault {
    fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), fix: None }
    }
}

impl Rule {
    /// Reads a rule. All that is wrong is told at once.
    pub fn new(spec: &RuleSpec) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let name = name(spec, &mut faults);
        let query = query(&spec.expr, &mut faults);
        let labels = texts(&spec.labels, &mut faults, Place::LabelName, Place::Label);
        let annotations =
            texts(&spec.annotations, &mut faults, Place::AnnotationName, Place::Annotation);
        let for_ns = duration(spec.hold.as_deref(), Place::For, "5m", &mut faults);
        let keep_firing_ns =
            duration(spec.keep_firing_for.as_deref(), Place::KeepFiringFor, "10m", &mut faults);
        let kind = if spec.record.is_some() {
            only_alerts(spec, &mut faults);
            Kind::Record
        } else {
            Kind::Alert { for_ns, keep_firing_ns, annotations }
        };
        match query {
            Some(query) if faults.is_empty() => {
                Ok(Self { name, expr: spec.expr.clone(), query, labels, kind })
            }
            _ => Err(faults),
        }
    }
}

fn name(spec: &RuleSpec, faults: &mut Vec<Fault>) -> String {
    let name = match (&spec.alert, &spec.record) {
        (Some(_), Some(_)) => {
            faults.push(Fault::new(
                Place::Name,
                "a rule has either `alert` or `record`, not both; make two rules of it",
            ));
            return String::new();
        }
        (None, None) => {
            faults.push(Fault::new(
                Place::Name,
                "a rule needs a name: `alert: NAME` to be told, or `record: NAME` to write it down",
            ));
            return String::new();
        }
        (Some(name), None) => name,
        (None, Some(name)) => {
            let is_metric = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
            if !name.chars().all(is_metric) || name.starts_with(|c: char| c.is_ascii_digit()) {
                let message = format!(
                    "{name:?} is no name for `record`: letters, digits, `_` and `:`, and no digit \
                     in front, such as `job:errors:rate5m`"
                );
                faults.push(Fault::new(Place::Name, message));
            }
            name
        }
    };
    if name.trim().is_empty() {
        faults.push(Fault::new(Place::Name, "the name is empty"));
    }
    name.clone()
}

fn query(text: &str, faults: &mut Vec<Fault>) -> Option<Expr> {
    if text.trim().is_empty() {
        let message = "expr is empty; a rule needs a query that gives numbers, such as \
                       `sum by (job) (count_over_time({job=\"app\"} |= \"error\" [5m])) > 5`";
        faults.push(Fault::new(Place::Expr(Span::default()), message));
        return None;
    }
    match logql::parse(text) {
        Ok(Expr::Log(_)) => {
            let all = Span::new(0, text.trim_end().len());
            let log = text.trim();
            let message = format!(
                "expr gives lines, and a rule needs numbers: count them, as in \
                 `count_over_time({log} [5m]) > 0`"
            );
            let fix = format!("sum by (job) (count_over_time({log} [5m])) > 0");
            let title = "count the lines of 5 minutes".to_owned();
            let fix = Some(Fix { span: all, text: fix, title });
            faults.push(Fault { place: Place::Expr(all), message, fix });
            None
        }
        Ok(expr) => {
            if let Expr::Metric(metric) = &expr
                && matches!(metric.kind, MetricKind::Number(_))
            {
                let message = "expr is a number and always the same; expected a query";
                faults.push(Fault::new(Place::Expr(metric.span), message));
                return None;
            }
            Some(expr)
        }
        Err(error) => {
            let (place, message) = (Place::Expr(error.span), error.message);
            faults.push(Fault { place, message, fix: error.fix });
            None
        }
    }
}

fn duration(text: Option<&str>, place: Place, example: &str, faults: &mut Vec<Fault>) -> i64 {
    let Some(text) = text else { return 0 };
    match model::parse_duration(text) {
        Ok(ns) if ns >= 0 => ns,
        Ok(_) => {
            let message = format!("{text:?} is before the start; expected one like {example}");
            faults.push(Fault::new(place, message));
            0
        }
        // What Prometheus takes as no time at all.
        Err(_) if text == "0" => 0,
        Err(_) => {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let hint = if digits {
                format!("a unit is missing, did you mean \"{text}s\" or \"{text}m\"?")
            } else {
                format!("expected one like {example}, 1h30m or 1d")
            };
            faults.push(Fault::new(place, format!("{text:?} is no duration: {hint}")));
            0
        }
    }
}

fn texts(
    pairs: &[(String, String)],
    faults: &mut Vec<Fault>,
    of_name: fn(String) -> Place,
    of_text: fn(String, usize) -> Place,
) -> Vec<(String, Text)> {
    let mut texts = Vec::with_capacity(pairs.len());
    for (name, source) in pairs {
        if !is_name(name) {
            let message = format!(
                "{name:?} is no label name: letters, digits and `_`, and no digit in front"
            );
            faults.push(Fault::new(of_name(name.clone()), message));
        } else if name == "__name__" {
            faults.push(Fault::new(of_name(name.clone()), "`__name__` cannot be set by a rule"));
        }
        match Text::parse(source) {
            Ok(text) => texts.push((name.clone(), text)),
            Err(error) => {
                let place = of_text(name.clone(), error.offset.min(source.len()));
                faults.push(Fault::new(place, format!("not a template: {}", error.message)));
            }
        }
    }
    texts
}

/// What is no part of a recording rule.
fn only_alerts(spec: &RuleSpec, faults: &mut Vec<Fault>) {
    let mut refuse = |place, key: &str| {
        let message = format!("`{key}` is for alerts; a rule with `record` writes numbers down");
        faults.push(Fault::new(place, message));
    };
    if spec.hold.is_some() {
        refuse(Place::For, "for");
    }
    if spec.keep_firing_for.is_some() {
        refuse(Place::KeepFiringFor, "keep_firing_for");
    }
    if let Some((name, _)) = spec.annotations.first() {
        refuse(Place::AnnotationName(name.clone()), "annotations");
    }
}
