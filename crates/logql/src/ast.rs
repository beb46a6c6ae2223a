//! What a query says, as a tree. Spans are byte offsets into the query text; two trees are equal
//! when they say the same, wherever it stood.

use model::Matcher;

use crate::Span;

#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    Log(LogExpr),
    Metric(MetricExpr),
}

/// `{job="a"} |= "x" | json | level="error"`
#[derive(Clone, Debug)]
pub struct LogExpr {
    pub selector: Vec<Matcher>,
    pub selector_span: Span,
    pub pipeline: Vec<Stage>,
    /// Where the last of its stages ends; within a range aggregation those of an unwrap count too.
    pub end: usize,
}

#[derive(Clone, Debug)]
pub struct Stage {
    pub kind: StageKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StageKind {
    /// `|= "a" or "b"`: an OR over the values; for the negative operators none may match.
    LineFilter {
        op: LineOp,
        values: Vec<LineValue>,
    },
    /// `| level="error" and (rtf > 1 or seed = 42)`
    LabelFilter(LabelFilter),
    /// `| json`, `| json a="x.y", b`
    Json(Vec<Extraction>),
    /// `| logfmt --strict --keep-empty a="x", b`
    Logfmt {
        strict: bool,
        keep_empty: bool,
        extractions: Vec<Extraction>,
    },
    /// `` | pattern `<ip> - <_>` ``
    Pattern(String),
    /// `| regexp "(?P<name>re)"`
    Regexp(String),
    Unpack,
    Decolorize,
    /// `| line_format "{{.a}}"`
    LineFormat(String),
    /// `| label_format a=b, c="{{.d}}"`
    LabelFormat(Vec<LabelFormat>),
    /// `| drop a, level="debug"`
    Drop(Vec<LabelPick>),
    Keep(Vec<LabelPick>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineOp {
    /// `|=`
    Contains,
    /// `!=`
    NotContains,
    /// `|~`
    Matches,
    /// `!~`
    NotMatches,
    /// `|>`
    Pattern,
    /// `!>`
    NotPattern,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineValue {
    Text(String),
    /// `ip("10.0.0.0/8")`, with `|=` and `!=` only.
    Ip(String),
}

/// `name="path"`; `name` alone is `name="name"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extraction {
    pub name: String,
    pub path: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LabelFilter {
    /// `and` and `,`
    And(Box<LabelFilter>, Box<LabelFilter>),
    Or(Box<LabelFilter>, Box<LabelFilter>),
    /// `level=~"error|fatal"`
    Match(Matcher),
    /// `rtf > 1.5`
    Number {
        name: String,
        op: CompareOp,
        value: f64,
    },
    /// `took > 250ms`, in nanoseconds
    Duration {
        name: String,
        op: CompareOp,
        ns: i64,
    },
    /// `size > 5KB`
    Bytes {
        name: String,
        op: CompareOp,
        bytes: u64,
    },
    /// `addr = ip("10.0.0.0/8")`
    Ip {
        name: String,
        negated: bool,
        pattern: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelFormat {
    pub name: String,
    pub value: LabelFormatValue,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelFormatValue {
    /// `a=b` moves b to a.
    Rename(String),
    /// `a="{{.b}}"`
    Template(String),
}

/// One item of `drop` or `keep`: a label, or a label only where its value matches.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelPick {
    Name(String),
    Match(Matcher),
}

#[derive(Clone, Debug)]
pub struct MetricExpr {
    pub kind: MetricKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum MetricKind {
    Range(Box<RangeAggregation>),
    Vector(Box<VectorAggregation>),
    Binary(Box<Binary>),
    Number(f64),
    /// `vector(1)`
    VectorLiteral(f64),
    LabelReplace(Box<LabelReplace>),
}

/// `sum_over_time({job="a"} | logfmt | unwrap duration(took) [5m] offset 1h) by (job)`
#[derive(Clone, Debug, PartialEq)]
pub struct RangeAggregation {
    pub op: RangeOp,
    /// The quantile of `quantile_over_time`.
    pub parameter: Option<f64>,
    pub log: LogExpr,
    pub unwrap: Option<Unwrap>,
    pub range_ns: i64,
    pub offset_ns: i64,
    pub grouping: Option<Grouping>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RangeOp {
    Rate,
    RateCounter,
    CountOverTime,
    BytesRate,
    BytesOverTime,
    SumOverTime,
    AvgOverTime,
    MaxOverTime,
    MinOverTime,
    StdvarOverTime,
    StddevOverTime,
    QuantileOverTime,
    FirstOverTime,
    LastOverTime,
    AbsentOverTime,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Unwrap {
    pub name: String,
    pub conversion: Option<Conversion>,
    /// Filters that stand after the unwrap.
    pub filters: Vec<LabelFilter>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Conversion {
    /// `bytes(x)`
    Bytes,
    /// `duration(x)`, in seconds
    Duration,
    /// `duration_seconds(x)`, in seconds
    DurationSeconds,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    pub without: bool,
    pub labels: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct VectorAggregation {
    pub op: VectorOp,
    /// The k of `topk`, `bottomk`, `approx_topk`.
    pub parameter: Option<u64>,
    pub inner: MetricExpr,
    pub grouping: Option<Grouping>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VectorOp {
    Sum,
    Avg,
    Min,
    Max,
    Stddev,
    Stdvar,
    Count,
    Topk,
    Bottomk,
    ApproxTopk,
    Sort,
    SortDesc,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Binary {
    pub op: BinaryOp,
    pub left: MetricExpr,
    pub right: MetricExpr,
    /// Comparisons give 0 and 1 instead of filtering.
    pub return_bool: bool,
    pub matching: Option<VectorMatching>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Or,
    And,
    Unless,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    Compare(CompareOp),
}

/// `on (a) group_left (b)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorMatching {
    /// `on`, otherwise `ignoring`.
    pub on: bool,
    pub labels: Vec<String>,
    pub group: Option<GroupModifier>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupModifier {
    pub side: GroupSide,
    /// Labels copied from the "one" side.
    pub include: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupSide {
    Left,
    Right,
}

/// `label_replace(v, "dst", "replacement", "src", "regex")`
#[derive(Clone, Debug, PartialEq)]
pub struct LabelReplace {
    pub inner: MetricExpr,
    pub dst: String,
    pub replacement: String,
    pub src: String,
    pub regex: String,
}

// Where a part stood in the text is no part of what it says.
impl PartialEq for LogExpr {
    fn eq(&self, other: &Self) -> bool {
        self.selector == other.selector && self.pipeline == other.pipeline
    }
}

impl PartialEq for Stage {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for MetricExpr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}
