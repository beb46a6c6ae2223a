use regex_syntax::hir::{Class, Hir, HirKind};

/// Bytes of one state of an automaton, with room to spare; the expression is compiled for both
/// directions.
const STATE_BYTES: usize = 2 * 64;

/// States for one range of characters: it falls into at most this many runs of bytes.
const RANGE_STATES: usize = 48;

/// Whether an expression certainly takes fewer than `max_bytes` when it is compiled. Estimated
/// from above; one that is not light may still fit.
pub(super) fn is_light(hir: &Hir, max_bytes: usize) -> bool {
    states(hir, max_bytes / STATE_BYTES).is_some()
}

/// The number of states, if there are not more than `most`.
fn states(hir: &Hir, most: usize) -> Option<usize> {
    let within = |count: usize| (count <= most).then_some(count);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(1),
        HirKind::Literal(literal) => within(literal.0.len() + 1),
        HirKind::Class(Class::Unicode(class)) => within(class.ranges().len() * RANGE_STATES),
        HirKind::Class(Class::Bytes(class)) => within(class.ranges().len() + 1),
        HirKind::Capture(capture) => within(states(&capture.sub, most)? + 2),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            let once = states(&repetition.sub, most)? + 2;
            within(once.checked_mul(usize::try_from(times).ok()?)?)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            let sum = |total: usize, part| within(total + states(part, most)? + 1);
            parts.iter().try_fold(0, sum)
        }
    }
}
