use model::{Columns, Labels, MatchOp, Matcher, TimeRange, go_regex};

use super::names::Names;
use crate::ast::{
    Grouping, MetricExpr, MetricKind, RangeAggregation, RangeOp, VectorAggregation, VectorOp,
};
use crate::metric::{
    BinaryNode, LabelReplaceNode, Leaf, Node, SeriesKey, Steps, VectorNode, Window,
};
use crate::pipeline::{ERROR, PRESERVE_ERROR, Pipeline, Wanted};
use crate::stages::{LabelFilter, Unwrap};
use crate::{FieldNeeds, QueryError, Read, Span};

/// Builds the tree of a metric query and collects its range aggregations.
#[derive(Debug)]
pub(crate) struct Builder {
    steps: Steps,
    leaves: Vec<Leaf>,
    reads: Vec<Read>,
}

/// What the operators around a range aggregation ask of it.
#[derive(Clone, Debug, Default)]
struct Around {
    /// The grouping of a sum directly around it: it may group by that already.
    sum: Option<Grouping>,
    /// The labels that operators around it name: auto fields among them become labels.
    names: Vec<String>,
}

impl Around {
    fn naming(&self, names: &[String]) -> Self {
        let mut all = self.names.clone();
        all.extend(names.iter().cloned());
        Self { sum: None, names: all }
    }
}

impl Builder {
    pub(crate) const fn new(steps: Steps) -> Self {
        Self { steps, leaves: Vec::new(), reads: Vec::new() }
    }

    pub(crate) fn finish(self) -> (Vec<Leaf>, Vec<Read>) {
        (self.leaves, self.reads)
    }

    pub(crate) fn root(&mut self, expr: &MetricExpr) -> Result<Node, QueryError> {
        self.node(expr, &Around::default())
    }

    fn node(&mut self, expr: &MetricExpr, around: &Around) -> Result<Node, QueryError> {
        match &expr.kind {
            MetricKind::Range(range) => self.leaf(range, expr.span, around),
            MetricKind::Number(number) => Ok(Node::Number(*number)),
            MetricKind::VectorLiteral(number) => Ok(Node::VectorLiteral(*number)),
            MetricKind::Vector(vector) => self.vector(vector, expr.span, around),
            MetricKind::Binary(binary) => {
                let names = binary.matching.as_ref().map_or(&[][..], |matching| {
                    if matching.on { matching.labels.as_slice() } else { &[] }
                });
                let around = around.naming(names);
                Ok(Node::Binary(Box::new(BinaryNode {
                    op: binary.op,
                    left: self.node(&binary.left, &around)?,
                    right: self.node(&binary.right, &around)?,
                    return_bool: binary.return_bool,
                    matching: binary.matching.clone(),
                    span: expr.span,
                })))
            }
            MetricKind::LabelReplace(replace) => {
                let around = around.naming(std::slice::from_ref(&replace.src));
                let regex = go_regex::whole_regex(&replace.regex)
                    .map_err(|error| QueryError::new(expr.span, error.to_string()))?;
                Ok(Node::LabelReplace(Box::new(LabelReplaceNode {
                    inner: self.node(&replace.inner, &around)?,
                    dst: replace.dst.clone(),
                    replacement: replace.replacement.clone(),
                    src: replace.src.clone(),
                    regex,
                    span: expr.span,
                })))
            }
        }
    }

    fn vector(
        &mut self,
        vector: &VectorAggregation,
        span: Span,
        around: &Around,
    ) -> Result<Node, QueryError> {
        let by = vector.grouping.as_ref().filter(|grouping| !grouping.without);
        let mut inner = around.naming(by.map_or(&[][..], |grouping| &grouping.labels));
        if vector.op == VectorOp::Sum {
            inner.sum = Some(
                vector.grouping.clone().unwrap_or(Grouping { without: false, labels: Vec::new() }),
            );
        }
        let parameter = match (vector.op, vector.parameter) {
            (VectorOp::Topk | VectorOp::Bottomk | VectorOp::ApproxTopk, None | Some(0)) => {
                return Err(QueryError::new(span, "expected how many series, at least 1"));
            }
            (_, parameter) => parameter.unwrap_or(0),
        };
        Ok(Node::Vector(Box::new(VectorNode {
            op: vector.op,
            parameter: usize::try_from(parameter).unwrap_or(usize::MAX),
            inner: self.node(&vector.inner, &inner)?,
            grouping: vector.grouping.clone(),
        })))
    }

    fn leaf(
        &mut self,
        range: &RangeAggregation,
        span: Span,
        around: &Around,
    ) -> Result<Node, QueryError> {
        let mut names = Names::of(&range.log.pipeline);
        if let Some(unwrap) = &range.unwrap {
            names.add_unwrap(unwrap);
        }
        let grouping = grouping(range, around);
        let key = match (range.op, &range.unwrap) {
            (RangeOp::AbsentOverTime, _) => SeriesKey::Nothing,
            // The number itself never names a series.
            (_, Some(unwrap)) => match grouping {
                Some(Grouping { without: false, .. }) => {
                    SeriesKey::new(grouping, around.names.clone())
                }
                grouping => {
                    let mut labels = grouping.map_or(Vec::new(), |g| g.labels.clone());
                    labels.push(unwrap.name.clone());
                    let without = Grouping { without: true, labels };
                    SeriesKey::new(Some(&without), around.names.clone())
                }
            },
            _ => SeriesKey::new(grouping, around.names.clone()),
        };
        let wanted = wanted(&key, &names);
        let mut pipeline = Pipeline::new(&range.log.pipeline, self.steps.end())?;
        pipeline.want(&wanted);
        let filters = match &range.unwrap {
            Some(unwrap) => unwrap
                .filters
                .iter()
                .map(|filter| {
                    LabelFilter::new(filter).map_err(|message| QueryError::new(span, message))
                })
                .collect::<Result<Vec<_>, _>>()?,
            None => Vec::new(),
        };
        let leaf = Leaf {
            pipeline,
            unwrap: range.unwrap.as_ref().map(Unwrap::new),
            filters,
            window: Window { range_ns: range.range_ns, offset_ns: range.offset_ns },
            op: range.op,
            parameter: range.parameter.unwrap_or_default(),
            absent: absent_labels(&range.log.selector),
            span,
            end: range.log.end,
            preserves_errors: range.unwrap.is_none() && preserves_errors(&wanted),
            key,
        };
        self.reads.push(read(&leaf, range, names, &self.steps));
        self.leaves.push(leaf);
        Ok(Node::Leaf(self.leaves.len() - 1))
    }
}

/// How the range aggregation groups: as it says, otherwise as a sum around it does, where a sum
/// of sums is the same as one sum.
fn grouping<'a>(range: &'a RangeAggregation, around: &'a Around) -> Option<&'a Grouping> {
    let additive = matches!(
        range.op,
        RangeOp::Rate
            | RangeOp::CountOverTime
            | RangeOp::BytesRate
            | RangeOp::BytesOverTime
            | RangeOp::SumOverTime
    );
    match &range.grouping {
        Some(grouping) => Some(grouping),
        None if additive => around.sum.as_ref(),
        None => None,
    }
}

/// What parsers must extract for these series and stages.
fn wanted(key: &SeriesKey, names: &Names) -> Wanted {
    if names.any {
        return Wanted::All;
    }
    match key {
        SeriesKey::Rest { .. } => Wanted::All,
        SeriesKey::Nothing if names.named.is_empty() => Wanted::Nothing,
        SeriesKey::Nothing => Wanted::Only(names.named.clone()),
        SeriesKey::By(labels) => {
            let mut names = names.clone();
            for label in labels {
                names.add(label);
            }
            Wanted::Only(names.named)
        }
    }
}

/// Where only some labels are used and `__error__` is one of them, the query deals with errors.
fn preserves_errors(wanted: &Wanted) -> bool {
    match wanted {
        Wanted::Only(names) => names.iter().any(|n| n == ERROR || n == PRESERVE_ERROR),
        Wanted::All | Wanted::Nothing => false,
    }
}

fn read(leaf: &Leaf, range: &RangeAggregation, mut names: Names, steps: &Steps) -> Read {
    for name in leaf.key.auto_names() {
        names.add(name);
    }
    let fields = names.fields();
    let asks_fields = fields != FieldNeeds::None;
    let (start, end) = steps.reach(leaf.window);
    let columns = Columns {
        // The arrival decides which session an entry belongs to.
        arrivals: leaf.needs_arrivals() || asks_fields,
        lines: leaf.pipeline.touches_line(),
        lengths: matches!(leaf.op, RangeOp::BytesRate | RangeOp::BytesOverTime),
        metadata: leaf.key != SeriesKey::Nothing || asks_fields,
        auto: asks_fields,
        places: false,
    };
    Read {
        matchers: range.log.selector.clone(),
        range: TimeRange::new(start, end),
        columns,
        literals: leaf.pipeline.literals(),
        fields,
        order: None,
    }
}

/// The labels that the selector fixes: what `absent_over_time` says is absent.
fn absent_labels(selector: &[Matcher]) -> Labels {
    let mut labels = Labels::new();
    for matcher in selector {
        let same_name = selector.iter().filter(|other| other.name == matcher.name).count();
        if matcher.op == MatchOp::Equal && same_name == 1 && !matcher.value.is_empty() {
            labels.set(&matcher.name, &matcher.value);
        }
    }
    labels
}
