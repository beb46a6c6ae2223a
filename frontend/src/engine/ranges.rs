//! Which bytes of a chunk to ask for.

use std::ops::Range;

/// Bytes that are cheaper to take along than a second request: a request costs about as much as
/// a quarter of a mebibyte.
const WORTH_A_REQUEST_BYTES: u64 = 256 << 10;

/// The requests that bring all of `wanted`: neighbours together, and the whole chunk at once when
/// that is most of it anyway (the browser's cache then has it for every later query). In order,
/// apart from each other.
pub fn requests(mut wanted: Vec<Range<u64>>, chunk_bytes: u64) -> Vec<Range<u64>> {
    wanted.retain(|range| !range.is_empty());
    wanted.sort_by_key(|range| range.start);
    let mut requests: Vec<Range<u64>> = Vec::new();
    for range in wanted {
        match requests.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(WORTH_A_REQUEST_BYTES) => {
                last.end = last.end.max(range.end);
            }
            _ => requests.push(range),
        }
    }
    let total: u64 = requests.iter().map(|range| range.end - range.start).sum();
    if total.saturating_mul(2) >= chunk_bytes && total > 0 {
        return std::iter::once(0..chunk_bytes).collect();
    }
    requests
}

/// Parts of a chunk that have arrived.
#[derive(Debug, Default)]
pub struct Arrived(Vec<(u64, Vec<u8>)>);

impl Arrived {
    /// `bytes` stand at `offset` of the chunk.
    pub fn add(&mut self, offset: u64, bytes: Vec<u8>) {
        self.0.push((offset, bytes));
    }

    pub fn get(&self, offset: u64, len: u32) -> Option<&[u8]> {
        self.0.iter().find_map(|(start, bytes)| {
            let from = usize::try_from(offset.checked_sub(*start)?).ok()?;
            bytes.get(from..from.checked_add(len as usize)?)
        })
    }

    pub fn len_bytes(&self) -> u64 {
        self.0.iter().map(|(_, bytes)| bytes.len() as u64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &[(u64, u64)], chunk_bytes: u64, expected: &[(u64, u64)]) {
        let ranges = |pairs: &[(u64, u64)]| pairs.iter().map(|p| p.0..p.1).collect::<Vec<_>>();
        assert_eq!(requests(ranges(wanted), chunk_bytes), ranges(expected));
    }

    #[test]
    fn neighbours_are_fetched_together_and_most_of_a_chunk_whole() {
        const M: u64 = 1 << 20;
        check(&[], 10 * M, &[]);
        check(&[(5, 5)], 10 * M, &[]);
        check(&[(200, 300), (0, 100)], 10 * M, &[(0, 300)]);
        check(&[(0, 100), (M, M + 100)], 10 * M, &[(0, 100), (M, M + 100)]);
        check(&[(0, 100), (50, 80)], 10 * M, &[(0, 100)]);
        check(&[(M, 7 * M)], 10 * M, &[(0, 10 * M)]);
        check(&[(0, 60)], 100, &[(0, 100)]);
    }

    #[test]
    fn sections_are_found_in_what_has_arrived() {
        let mut arrived = Arrived::default();
        arrived.add(10, vec![1, 2, 3]);
        arrived.add(100, vec![4, 5]);
        assert_eq!(arrived.get(11, 2), Some(&[2, 3][..]));
        assert_eq!(arrived.get(100, 1), Some(&[4][..]));
        assert_eq!(arrived.get(12, 2), None);
        assert_eq!(arrived.get(9, 1), None);
        assert_eq!(arrived.len_bytes(), 5);
    }
}
