//! Whatever tree is printed reads back as the same tree, and what is printed twice is the same.
//! Natively only: the golden cases cover the browser.
#![cfg(not(target_arch = "wasm32"))]

use logql::ast::{
    Binary, BinaryOp, CompareOp, Conversion, Expr, Extraction, GroupModifier, GroupSide, Grouping,
    LabelFilter, LabelFormat, LabelFormatValue, LabelPick, LabelReplace, LineOp, LineValue,
    LogExpr, MetricExpr, MetricKind, RangeAggregation, RangeOp, Stage, StageKind, Unwrap,
    VectorAggregation, VectorMatching, VectorOp,
};
use logql::{Span, format, parse};
use model::{MatchOp, Matcher};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_][a-z0-9_]{0,6}",
        select(vec!["by", "rate", "json", "ip", "bool", "offset", "unwrap", "字段", "on"])
            .prop_map(str::to_owned),
    ]
    .prop_filter("between label filters these are no names", |name| name != "or" && name != "and")
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z ]{0,8}",
        any::<String>(),
        select(vec!["\"", "\\", "`", "{{", "<_>", "\n\r\t", "\u{7f}\0", "显存不足", "#"])
            .prop_map(str::to_owned),
    ]
}

fn regex() -> impl Strategy<Value = String> {
    select(vec!["a.*b", "x|y", r"\d+\.[^a]", "(?i)错误", "{\"a\"", r"\\", "[\"]+"])
        .prop_map(str::to_owned)
}

fn matcher() -> impl Strategy<Value = Matcher> {
    let plain = (name(), select(vec![MatchOp::Equal, MatchOp::NotEqual]), text());
    let regexes = (name(), select(vec![MatchOp::Regex, MatchOp::NotRegex]), regex());
    let made = |(name, op, value): (String, MatchOp, String)| Matcher::new(name, op, value);
    prop_oneof![plain, regexes.prop_filter("a matcher's own rules", |m| m.2 != "{\"a\"")]
        .prop_map(move |parts| made(parts).expect("these are good"))
}

fn compare() -> impl Strategy<Value = CompareOp> {
    use CompareOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    select(vec![Equal, NotEqual, Greater, GreaterEqual, Less, LessEqual])
}

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("numbers in a query are finite", |value| value.is_finite()),
        (-1000_i32..1000).prop_map(|n| f64::from(n) / 8.0),
    ]
    // `-0` reads as the negation of 0, which is the same number and a different text.
    .prop_map(|value| if value == 0.0 { 0.0 } else { value })
}

fn duration() -> impl Strategy<Value = i64> {
    prop_oneof![-1_000_000_i64..1_000_000, (-100_000_i64..100_000).prop_map(|s| s * 1_000_000_000)]
}

fn ip() -> impl Strategy<Value = String> {
    select(vec!["10.0.0.1", "10.0.0.0/8", "::1-::ff"]).prop_map(str::to_owned)
}

fn label_filter() -> impl Strategy<Value = LabelFilter> {
    let leaf = prop_oneof![
        matcher().prop_map(LabelFilter::Match),
        (name(), compare(), finite()).prop_map(|(name, op, value)| LabelFilter::Number {
            name,
            op,
            value
        }),
        (name(), compare(), duration()).prop_map(|(name, op, ns)| LabelFilter::Duration {
            name,
            op,
            ns
        }),
        (name(), compare(), prop_oneof![0..100_000_u64, Just(5_000_000_000), Just(1 << 40)])
            .prop_map(|(name, op, bytes)| LabelFilter::Bytes { name, op, bytes }),
        (name(), any::<bool>(), ip()).prop_map(|(name, negated, pattern)| LabelFilter::Ip {
            name,
            negated,
            pattern
        }),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        (inner.clone(), inner, any::<bool>()).prop_map(|(left, right, and)| {
            let (left, right) = (Box::new(left), Box::new(right));
            if and { LabelFilter::And(left, right) } else { LabelFilter::Or(left, right) }
        })
    })
}

fn line_filter() -> impl Strategy<Value = StageKind> {
    let plain = prop_oneof![text().prop_map(LineValue::Text), ip().prop_map(LineValue::Ip)];
    let regexes = regex().prop_map(LineValue::Text);
    let patterns = select(vec!["<_>x", "a<_>", ""]).prop_map(|p| LineValue::Text(p.to_owned()));
    let of = |ops: Vec<LineOp>, values: BoxedStrategy<Vec<LineValue>>| {
        (select(ops), values).prop_map(|(op, values)| StageKind::LineFilter { op, values })
    };
    prop_oneof![
        of(vec![LineOp::Contains, LineOp::NotContains], vec(plain, 1..3).boxed()),
        of(vec![LineOp::Matches, LineOp::NotMatches], vec(regexes, 1..3).boxed()),
        of(vec![LineOp::Pattern, LineOp::NotPattern], vec(patterns, 1..3).boxed()),
    ]
}

fn stage() -> impl Strategy<Value = Stage> {
    let path = select(vec!["a", "a.b[0]", "[\"x y\"]"]).prop_map(str::to_owned);
    let extraction = (name(), path).prop_map(|(name, path)| Extraction { name, path });
    let key = (name(), name()).prop_map(|(name, path)| Extraction { name, path });
    let template = select(vec!["{{.a}} x", "plain \"text\"", "{{ .b | lower }}\n"]);
    let rename = name().prop_map(LabelFormatValue::Rename);
    let fill = template.clone().prop_map(|t| LabelFormatValue::Template(t.to_owned()));
    let format = (name(), prop_oneof![rename, fill])
        .prop_map(|(name, value)| vec![LabelFormat { name, value }]);
    let pick = prop_oneof![name().prop_map(LabelPick::Name), matcher().prop_map(LabelPick::Match)];
    prop_oneof![
        line_filter(),
        label_filter().prop_map(StageKind::LabelFilter),
        vec(extraction, 0..3).prop_map(StageKind::Json),
        (any::<bool>(), any::<bool>(), vec(key, 0..3)).prop_map(
            |(strict, keep_empty, extractions)| StageKind::Logfmt {
                strict,
                keep_empty,
                extractions
            }
        ),
        Just(StageKind::Pattern("<a> - <_> \"<b>\"".to_owned())),
        Just(StageKind::Regexp(r"(?P<a>\d+)".to_owned())),
        Just(StageKind::Unpack),
        Just(StageKind::Decolorize),
        template.prop_map(|t| StageKind::LineFormat(t.to_owned())),
        format.prop_map(StageKind::LabelFormat),
        vec(pick.clone(), 1..3).prop_map(StageKind::Drop),
        vec(pick, 1..3).prop_map(StageKind::Keep),
    ]
    .prop_map(|kind| Stage { kind, span: Span::default() })
}

fn log() -> impl Strategy<Value = LogExpr> {
    (vec(matcher(), 0..3), vec(stage(), 0..4)).prop_map(|(mut selector, mut pipeline)| {
        pipeline.dedup_by(|next, before| is_one_text(&before.kind, &next.kind));
        selector.push(Matcher::new("job", MatchOp::Equal, "a").expect("a good one"));
        LogExpr { selector, selector_span: Span::default(), pipeline, end: 0 }
    })
}

/// `drop a != "x"` drops a label; no text drops `a` and then filters lines by `!=`.
fn is_one_text(before: &StageKind, next: &StageKind) -> bool {
    let open = match before {
        StageKind::Drop(picks) | StageKind::Keep(picks) => {
            matches!(picks.last(), Some(LabelPick::Name(_)))
        }
        _ => false,
    };
    let negative = [LineOp::NotContains, LineOp::NotMatches];
    open && matches!(next, StageKind::LineFilter { op, .. } if negative.contains(op))
}

fn grouping() -> impl Strategy<Value = Grouping> {
    (any::<bool>(), vec(name(), 0..3)).prop_map(|(without, labels)| Grouping { without, labels })
}

fn range() -> impl Strategy<Value = RangeAggregation> {
    let conversion = select(vec![
        None,
        Some(Conversion::Bytes),
        Some(Conversion::Duration),
        Some(Conversion::DurationSeconds),
    ]);
    let unwrap = (name(), conversion, vec(label_filter(), 0..2))
        .prop_map(|(name, conversion, filters)| Unwrap { name, conversion, filters });
    let range_ns = (0..10_000_000_i64).prop_map(|ms| ms * 1_000_000);
    let rest = (log(), range_ns, duration()).boxed();
    let counting = rest.clone().prop_map(|(log, range_ns, offset_ns)| RangeAggregation {
        op: RangeOp::CountOverTime,
        parameter: None,
        log,
        unwrap: None,
        range_ns,
        offset_ns,
        grouping: None,
    });
    let numbers = (rest, unwrap, option::of(grouping()), 0.0..1.0_f64).prop_map(
        |((log, range_ns, offset_ns), unwrap, grouping, quantile)| RangeAggregation {
            op: RangeOp::QuantileOverTime,
            parameter: Some(quantile),
            log,
            unwrap: Some(unwrap),
            range_ns,
            offset_ns,
            grouping,
        },
    );
    prop_oneof![counting, numbers]
}

fn binary(
    left: MetricExpr,
    right: MetricExpr,
    op: BinaryOp,
    m: Option<VectorMatching>,
) -> MetricKind {
    let return_bool = matches!(op, BinaryOp::Compare(_)) && m.is_some();
    MetricKind::Binary(Box::new(Binary { op, left, right, return_bool, matching: m }))
}

fn matching() -> impl Strategy<Value = VectorMatching> {
    let side = select(vec![GroupSide::Left, GroupSide::Right]);
    let group =
        (side, vec(name(), 0..2)).prop_map(|(side, include)| GroupModifier { side, include });
    (any::<bool>(), vec(name(), 0..3), option::of(group))
        .prop_map(|(on, labels, group)| VectorMatching { on, labels, group })
}

fn metric() -> impl Strategy<Value = MetricExpr> {
    use BinaryOp::{Add, And, Divide, Modulo, Multiply, Or, Power, Subtract, Unless};
    let spanned = |kind| MetricExpr { kind, span: Span::default() };
    let leaf = prop_oneof![
        range().prop_map(|range| MetricKind::Range(Box::new(range))),
        finite().prop_map(|value| MetricKind::VectorLiteral(value.abs())),
    ]
    .prop_map(spanned);
    leaf.prop_recursive(4, 12, 2, move |inner| {
        let op = prop_oneof![
            select(vec![Add, Subtract, Multiply, Divide, Modulo, Power, And, Or, Unless]),
            compare().prop_map(BinaryOp::Compare),
        ];
        let vector = prop_oneof![
            (select(vec![VectorOp::Sum, VectorOp::Avg, VectorOp::Count]), Just(None)),
            (select(vec![VectorOp::Topk, VectorOp::Bottomk]), (1..99_u64).prop_map(Some)),
        ];
        let number = finite().prop_map(MetricKind::Number).prop_map(spanned);
        prop_oneof![
            (vector, inner.clone(), option::of(grouping())).prop_map(
                |((op, parameter), inner, grouping)| {
                    // By nothing reads as no grouping.
                    let grouping = grouping.filter(|g| g.without || !g.labels.is_empty());
                    let vector = VectorAggregation { op, parameter, inner, grouping };
                    MetricKind::Vector(Box::new(vector))
                }
            ),
            (inner.clone(), inner.clone(), op, option::of(matching()))
                .prop_map(|(left, right, op, m)| binary(left, right, op, m)),
            (inner.clone(), number, select(vec![Add, Power, Subtract]))
                .prop_map(|(left, right, op)| binary(left, right, op, None)),
            (inner, text(), text(), text(), regex()).prop_map(
                |(inner, dst, replacement, src, regex)| MetricKind::LabelReplace(Box::new(
                    LabelReplace { inner, dst, replacement, src, regex }
                ))
            ),
        ]
        .prop_map(spanned)
    })
}

fn check(expr: &Expr) {
    let printed = expr.to_string();
    let read = parse(&printed).unwrap_or_else(|error| panic!("{}", error.render(&printed)));
    assert_eq!(&read, expr, "{printed}");
    assert_eq!(read.to_string(), printed);
    let formatted = format(expr);
    let read = parse(&formatted).unwrap_or_else(|error| panic!("{}", error.render(&formatted)));
    assert_eq!(&read, expr, "{formatted}");
}

#[test]
fn a_label_may_be_called_as_a_stage_is() {
    for query in [
        r#"{job="a"} | unwrap == 5KB"#,
        r#"sum_over_time({job="a"} | unwrap == 5KB | unwrap x [5m])"#,
        r#"count_over_time({job="a"} | unwrap =~ "b" [5m])"#,
    ] {
        check(&parse(query).unwrap_or_else(|error| panic!("{}", error.render(query))));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_printed_log_query_reads_back(log in log()) {
        check(&Expr::Log(log));
    }

    #[test]
    fn a_printed_metric_query_reads_back(metric in metric()) {
        check(&Expr::Metric(metric));
    }
}
