use std::collections::{BTreeMap, BTreeSet};

use model::{Batch, Labels, Places, Sessions};
use protocol::index::{ChunkRef, HeadRef, Index};

use crate::pick::distinct;
use crate::{ExportError, Pick};

/// What a report is going to hold, as it is stored.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// By stream, in order of time.
    pub streams: BTreeMap<Labels, Batch>,
    /// The runs that the entries can belong to.
    pub sessions: Sessions,
    /// What is missing, each in a sentence.
    pub warnings: Vec<String>,
}

/// Something that an index names and that has to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Chunk(&'a ChunkRef),
    Head(&'a HeadRef),
}

impl Piece<'_> {
    /// Its content under a name: a head that grew is another one.
    fn state(&self) -> String {
        match self {
            Self::Chunk(chunk) => chunk.id.clone(),
            Self::Head(head) => {
                format!("{}.{}.{}.{}", head.id, head.epoch, head.count, head.revision)
            }
        }
    }
}

/// Takes entries piece by piece. The caller asks an index for each of [`Pick::selectors`], reads
/// what is [missing](Self::missing), and asks again where a piece had gone meanwhile: sealed into a
/// chunk, or merged into another one.
#[derive(Debug)]
pub struct Gathering<'a> {
    pick: &'a Pick,
    /// More bytes of lines than this are an error.
    limit: usize,
    num_bytes: usize,
    taken: BTreeSet<String>,
    found: BTreeMap<Labels, Vec<Batch>>,
    sessions: Sessions,
}

impl<'a> Gathering<'a> {
    pub fn new(pick: &'a Pick, limit: usize) -> Self {
        Self {
            pick,
            limit,
            num_bytes: 0,
            taken: BTreeSet::new(),
            found: BTreeMap::new(),
            sessions: Sessions::default(),
        }
    }

    /// What the index names and was not taken before. Its sessions are remembered.
    pub fn missing<'i>(&mut self, index: &'i Index) -> Vec<(&'i Labels, Piece<'i>)> {
        self.sessions.0.extend(index.sessions.0.clone());
        let chunks = index.chunks.iter().map(|chunk| (chunk.stream, Piece::Chunk(chunk)));
        let heads = index.heads.iter().map(|head| (head.stream, Piece::Head(head)));
        let named = chunks.chain(heads).filter(|(_, piece)| !self.taken.contains(&piece.state()));
        named.filter_map(|(at, piece)| Some((index.streams.get(at)?, piece))).collect()
    }

    /// Takes of a piece what is picked.
    pub fn take(
        &mut self,
        labels: &Labels,
        piece: Piece<'_>,
        batches: &[Batch],
    ) -> Result<(), ExportError> {
        for batch in batches {
            let kept = self.pick.keep(labels, batch, &self.sessions);
            let mut kept = kept.map_err(|error| ExportError::Filter { message: error.message })?;
            if kept.is_empty() {
                continue;
            }
            // Which bytes of which file they were says nothing where that file is not.
            kept.places = Places::default();
            self.num_bytes += kept.lines.as_ref().map_or(0, |lines| lines.bytes.len());
            if self.num_bytes > self.limit {
                return Err(ExportError::TooLarge { limit: self.limit });
            }
            self.found.entry(labels.clone()).or_default().push(kept);
        }
        self.taken.insert(piece.state());
        Ok(())
    }

    /// Every entry once, with what is missing as the caller knows it.
    pub fn finish(self, warnings: Vec<String>) -> Gathered {
        let found = self.found.into_iter().map(|(labels, all)| (labels, distinct(&all)));
        let streams: BTreeMap<Labels, Batch> =
            found.filter(|(_, batch)| !batch.is_empty()).collect();
        let sessions = self.sessions.within(self.pick.range, streams.keys());
        Gathered { streams, sessions, warnings }
    }
}

#[cfg(test)]
mod tests {
    use logql::{Direction, Params, QueryKind};
    use model::{Entry, Timestamp};

    use super::*;

    fn pick() -> Pick {
        let params = Params {
            kind: QueryKind::Range { start: 0, end: 1_000, step_ns: 10 },
            limit: usize::MAX,
            direction: Direction::Backward,
            max_series: 10,
            cursor: None,
        };
        Pick::new(&logql::parse(r#"{job="a"}"#).unwrap(), &params).unwrap()
    }

    fn batch(arrivals: &[u64]) -> Batch {
        let entry = |arrival: &u64| Entry {
            timestamp: i64::try_from(*arrival).unwrap(),
            arrival: *arrival,
            line: b"0123456789".to_vec(),
            ..Entry::default()
        };
        Batch::from_entries(arrivals.iter().map(entry).collect())
    }

    fn index(chunks: &[&str], head: Option<u32>) -> Index {
        let chunk = |id: &&str| ChunkRef {
            id: (*id).to_owned(),
            stream: 0,
            size: 1,
            blocks: Vec::new(),
            replaces: Vec::new(),
        };
        Index {
            streams: vec![Labels::from([("job", "a")])],
            chunks: chunks.iter().map(chunk).collect(),
            heads: head.into_iter().map(head_of).collect(),
            ..Index::default()
        }
    }

    fn head_of(count: u32) -> HeadRef {
        HeadRef {
            stream: 0,
            id: "s".to_owned(),
            epoch: 1,
            count,
            revision: 0,
            first: Timestamp(0),
            last: Timestamp(9),
        }
    }

    #[test]
    fn what_moves_while_it_is_read_is_taken_once() {
        let pick = pick();
        let mut gathering = Gathering::new(&pick, 1 << 20);
        // A head is sealed, and its chunk merged with another, between index and reading.
        for (index, entries) in [
            (index(&["x"], Some(2)), vec![batch(&[1, 2]), batch(&[3, 4])]),
            (index(&["x", "y"], Some(3)), vec![batch(&[3, 4, 5]), batch(&[6])]),
            (index(&["xy"], None), vec![batch(&[1, 2, 3, 4, 5])]),
        ] {
            let missing = gathering.missing(&index);
            assert_eq!(missing.len(), entries.len());
            for ((labels, piece), batch) in missing.into_iter().zip(entries) {
                gathering.take(labels, piece, &[batch]).unwrap();
            }
            assert!(gathering.missing(&index).is_empty());
        }
        let gathered = gathering.finish(Vec::new());
        let all: Vec<u64> = gathered.streams.into_values().flat_map(|b| b.arrivals).collect();
        assert_eq!(all, [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_selection_that_no_browser_opens_is_refused() {
        let pick = pick();
        let mut gathering = Gathering::new(&pick, 25);
        let index = index(&["x"], None);
        for (labels, piece) in gathering.missing(&index) {
            let taken = gathering.take(labels, piece, &[batch(&[1, 2, 3])]);
            assert_eq!(taken, Err(ExportError::TooLarge { limit: 25 }));
        }
    }
}
