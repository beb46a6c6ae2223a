/// A chunk as retention sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept<Id> {
    pub id: Id,
    /// The place of its rule.
    pub rule: usize,
    pub size: u64,
    /// When its entries were taken at the latest, nanoseconds since 1970.
    pub taken: i64,
}

/// What may stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// For each rule: chunks taken before this go.
    pub oldest: Vec<i64>,
    /// All chunks together, in bytes.
    pub bytes: Option<u64>,
}

impl Limits {
    /// `ages` are of the rules, in nanoseconds.
    pub(crate) fn at(now: i64, ages: &[i64], bytes: Option<u64>) -> Self {
        Self { oldest: ages.iter().map(|age| now.saturating_sub(*age)).collect(), bytes }
    }
}

/// Why a chunk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// It is older than its rule allows.
    Age,
    /// All together are too large, and it is among the oldest.
    Bytes,
}

/// The chunks that go: those that are too old, then the oldest until the rest is small enough.
pub(crate) fn plan<Id: Copy>(mut chunks: Vec<Kept<Id>>, limits: &Limits) -> Vec<(Kept<Id>, Why)> {
    chunks.sort_by_key(|chunk| chunk.taken);
    let is_old = |chunk: &Kept<Id>| {
        limits.oldest.get(chunk.rule).is_some_and(|oldest| chunk.taken < *oldest)
    };
    let (old, rest): (Vec<_>, Vec<_>) = chunks.into_iter().partition(is_old);
    let mut total: u64 = rest.iter().map(|chunk| chunk.size).sum();
    let over = rest.into_iter().take_while(|chunk| {
        let is_over = limits.bytes.is_some_and(|bytes| total > bytes);
        if is_over {
            total -= chunk.size;
        }
        is_over
    });
    let over: Vec<_> = over.map(|chunk| (chunk, Why::Bytes)).collect();
    old.into_iter().map(|chunk| (chunk, Why::Age)).chain(over).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chunks are (rule, taken, size) and are named by their place.
    #[track_caller]
    fn check(
        chunks: &[(usize, i64, u64)],
        (now, ages, bytes): (i64, &[i64], Option<u64>),
        age: &[usize],
        over: &[usize],
    ) {
        let kept = chunks.iter().enumerate();
        let kept = kept.map(|(id, (rule, taken, size))| Kept {
            id,
            rule: *rule,
            size: *size,
            taken: *taken,
        });
        let going = plan(kept.collect(), &Limits::at(now, ages, bytes));
        let of = |why| -> Vec<usize> {
            going.iter().filter(|(_, w)| *w == why).map(|(chunk, _)| chunk.id).collect()
        };
        assert_eq!(
            (&of(Why::Age)[..], &of(Why::Bytes)[..]),
            (age, over),
            "{now} {ages:?} {bytes:?}"
        );
    }

    #[test]
    fn age_goes_first_then_size() {
        let chunks = [(0, 50, 10), (0, 10, 10), (0, 30, 10), (0, 20, 10)];
        check(&chunks, (100, &[100], None), &[], &[]);
        check(&chunks, (100, &[80], None), &[1], &[]);
        check(&chunks, (100, &[100], Some(40)), &[], &[]);
        check(&chunks, (100, &[100], Some(39)), &[], &[1]);
        check(&chunks, (100, &[100], Some(15)), &[], &[1, 3, 2]);
        check(&chunks, (100, &[75], Some(15)), &[1, 3], &[2]);
        check(&chunks, (100, &[75], Some(20)), &[1, 3], &[]);
        check(&chunks, (100, &[100], Some(0)), &[], &[1, 3, 2, 0]);
        check(&chunks, (100, &[0], None), &[1, 3, 2, 0], &[]);
    }

    #[test]
    fn every_rule_has_its_age_and_all_share_the_bytes() {
        // Debug stays 10, job x 1000, the rest 100.
        let ages = &[10, 1000, 100];
        let chunks = [(0, 985, 5), (0, 995, 5), (1, 100, 5), (2, 850, 5), (2, 950, 5)];
        check(&chunks, (1000, ages, None), &[3, 0], &[]);
        check(&chunks, (1000, ages, Some(10)), &[3, 0], &[2]);
        check(&chunks, (1100, ages, None), &[3, 4, 0, 1], &[]);
        check(&chunks, (1101, ages, None), &[2, 3, 4, 0, 1], &[]);
        // A rule that nobody named keeps.
        check(&[(7, 0, 5)], (1000, ages, None), &[], &[]);
        check(&[(0, i64::MIN, 5), (0, i64::MAX, 5)], (0, &[i64::MAX], None), &[0], &[]);
    }
}
