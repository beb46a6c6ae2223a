use std::io;

use crate::journal::{Bytes, CheckpointState, PipedFile, Record};
use crate::store::catalogue::{Catalogue, Stream};
use crate::store::codec::Zstd;
use crate::store::order::sorted;
use crate::store::shared::Shared;

/// A head of this size becomes a chunk: larger packs little better and takes more memory.
const SEAL_BYTES: usize = 2 << 20;
/// All heads together. When they hold more, the largest is sealed.
const HEADS_BYTES: usize = 5 << 20;
/// What all heads may hold once nothing has come for a while.
const IDLE_HEADS_BYTES: usize = 2 << 20;
/// Reading waits when the heads hold this much, so that packing keeps up.
pub(super) const MAX_HEADS_BYTES: usize = 10 << 20;
/// Heads handed to the keeper at once.
pub(super) const MAX_UNDER_WAY: usize = 2;

/// The streams whose heads should be sealed, most urgent first.
pub(super) fn choose(catalogue: &Catalogue, now: i64, is_idle: bool) -> Vec<usize> {
    let mut full: Vec<(usize, usize)> = Vec::new();
    let (mut total, mut largest) = (0, None);
    for (at, stream) in catalogue.streams().iter().enumerate() {
        let head = &stream.head;
        total += head.size_bytes();
        let bytes = head.closed_bytes();
        if head.sealing.is_some() || bytes == 0 {
            continue;
        }
        // The entries of a head get an age for retention at least so often.
        let seal_after = catalogue.policy().part_ns(stream.rule);
        if bytes >= SEAL_BYTES || now.saturating_sub(head.taken) >= seal_after {
            full.push((bytes, at));
        }
        largest = largest.max(Some((bytes, at)));
    }
    if full.is_empty() && total > if is_idle { IDLE_HEADS_BYTES } else { HEADS_BYTES } {
        full.extend(largest);
    }
    full.sort_unstable_by(|a, b| b.cmp(a));
    full.into_iter().map(|(_, at)| at).collect()
}

/// The records a segment starts with. Heads are packed one by one as they are written.
pub(super) fn checkpoint(
    shared: &Shared,
    state: CheckpointState,
    piped: Vec<PipedFile>,
) -> impl Iterator<Item = io::Result<Record>> {
    let mut codec = Zstd::new(1);
    let num_streams = shared.read().streams().len();
    let heads = (0..num_streams).filter_map(move |at| {
        let catalogue = shared.read();
        let stream = catalogue.stream(at)?;
        // A stream that was sealed keeps its count of seals, which is in the names of its heads.
        if stream.head.is_empty() && stream.head.epoch == 0 {
            return None;
        }
        Some(head_record(stream, &mut codec))
    });
    let piped = (!piped.is_empty()).then(|| {
        let entries = Bytes::Plain(Vec::new());
        Ok(Record::Piped { now: 0, files: piped, entries })
    });
    std::iter::once(Ok(Record::Checkpoint(Box::new(state)))).chain(piped).chain(heads)
}

fn head_record(stream: &Stream, codec: &mut Zstd) -> io::Result<Record> {
    let head = &stream.head;
    let closed = if head.closed.is_empty() {
        Vec::new()
    } else {
        let options = chunk::Options::default();
        chunk::encode(&stream.labels, &sorted(&head.closed), options, codec)
            .map_err(io::Error::other)?
            .bytes
    };
    Ok(Record::Head {
        labels: stream.labels.clone(),
        epoch: head.epoch,
        revision: head.revision,
        taken: head.taken,
        closed,
        open: head.open.iter().map(|open| open.as_ref().clone()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use model::{Entry, Labels};

    use super::*;
    use crate::store::retention::Policy;

    #[track_caller]
    fn check(heads: &[(usize, i64)], is_idle: bool, expected: &[usize]) {
        let mut catalogue = Catalogue::default();
        for (i, (kib, taken)) in heads.iter().enumerate() {
            let at = catalogue.stream_of(&Labels::from([("stream", i.to_string())]));
            let head = &mut catalogue.stream_mut(at).unwrap().head;
            for arrival in 0..*kib as u64 {
                let line = vec![b'x'; 1 << 10];
                head.push_from_client(&Entry { arrival, line, ..Entry::default() }, *taken);
            }
        }
        let keep = std::time::Duration::from_secs(7 * 86_400);
        catalogue.set_policy(Policy { keep, ..Policy::default() });
        assert_eq!(choose(&catalogue, keep.as_nanos() as i64 / 8, is_idle), expected);
    }

    #[test]
    fn large_and_old_heads_are_sealed_first() {
        check(&[(1, 1), (10, 1)], false, &[]);
        check(&[(2100, 1), (10, 1), (3000, 1)], false, &[2, 0]);
        check(&[(1, 0), (10, 1)], false, &[0]);
        // Many heads of middle size: the largest goes.
        check(&[(1700, 1), (1800, 1), (1700, 1)], false, &[1]);
        check(&[(1700, 1), (1800, 1)], true, &[1]);
        check(&[(1700, 1), (1800, 1)], false, &[]);
    }
}
