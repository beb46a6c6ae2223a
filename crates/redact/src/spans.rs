use std::ops::Range;

use crate::Family;

/// A place in a line with the rule that found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub span: Range<usize>,
    pub family: Family,
    /// Index into the engine's rules.
    pub rule: usize,
}

/// One hit where several touch: the one that starts first, the longer of two, the earlier rule;
/// widened over what the others would have hidden beyond its end, since half a secret is one.
pub(crate) fn settle(hits: &mut Vec<Hit>) {
    hits.retain(|hit| !hit.span.is_empty());
    hits.sort_by(|a, b| {
        (a.span.start, b.span.end, a.rule).cmp(&(b.span.start, a.span.end, b.rule))
    });
    hits.dedup_by(|later, first| {
        let touches = later.span.start < first.span.end;
        if touches {
            first.span.end = first.span.end.max(later.span.end);
        }
        touches
    });
}
