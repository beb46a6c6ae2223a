use std::collections::{BTreeMap, BTreeSet};

use model::{Batch, Labels, Places, Sessions};
use protocol::index::Index;

use super::origin::Origin;
use super::pick::{Pick, distinct};
use crate::cli::failure::Failure;
use crate::query::Gaps;

/// A head may be sealed and a chunk merged between the index and the reading; then the index is
/// asked again. Each round needs such a moment.
const ROUNDS: usize = 8;
/// More lines than this fit into no file that a browser could open.
const MAX_LINE_BYTES: usize = 1 << 30;

/// What a report is going to hold, as it is stored.
#[derive(Debug, Default)]
pub struct Gathered {
    /// By stream, in order of time.
    pub streams: BTreeMap<Labels, Batch>,
    /// The runs that the entries can belong to.
    pub sessions: Sessions,
    /// What is missing, each in a sentence.
    pub warnings: Vec<String>,
}

/// Reads all entries that are picked.
pub fn gather(origin: &Origin, pick: &Pick) -> Result<Gathered, Failure> {
    let mut reading = Reading { origin, pick, found: BTreeMap::new(), num_bytes: 0 };
    let (mut sessions, mut gaps) = (Sessions::default(), Gaps::default());
    for matchers in pick.selectors() {
        let mut taken = BTreeSet::new();
        let mut rounds = 0;
        loop {
            let index = origin.index(matchers, pick.range)?;
            gaps.add(&index.gaps);
            sessions.0.extend(index.sessions.0.clone());
            if reading.read(&index, &mut taken)? {
                break;
            }
            rounds += 1;
            if rounds == ROUNDS {
                gaps.say("entries may be missing: they moved faster than they were read".into());
                break;
            }
        }
    }
    let found = reading.found.into_iter().map(|(labels, batches)| (labels, distinct(&batches)));
    let streams: BTreeMap<Labels, Batch> = found.filter(|(_, batch)| !batch.is_empty()).collect();
    let sessions = sessions.within(pick.range, streams.keys());
    Ok(Gathered { streams, sessions, warnings: gaps.0 })
}

struct Reading<'a> {
    origin: &'a Origin,
    pick: &'a Pick,
    found: BTreeMap<Labels, Vec<Batch>>,
    num_bytes: usize,
}

impl Reading<'_> {
    /// Reads what the index names and was not read before; says whether all of it was still there.
    fn read(&mut self, index: &Index, taken: &mut BTreeSet<String>) -> Result<bool, Failure> {
        let mut whole = true;
        for chunk in &index.chunks {
            let Some(labels) = index.streams.get(chunk.stream) else { continue };
            if taken.contains(&chunk.id) {
                continue;
            }
            match self.origin.chunk(chunk)? {
                Some(batches) => {
                    self.take(labels, batches, &index.sessions)?;
                    taken.insert(chunk.id.clone());
                }
                None => whole = false,
            }
        }
        for head in &index.heads {
            let Some(labels) = index.streams.get(head.stream) else { continue };
            let state = format!("{}.{}.{}.{}", head.id, head.epoch, head.count, head.revision);
            if taken.contains(&state) {
                continue;
            }
            match self.origin.head(labels, head)? {
                Some(batches) => {
                    self.take(labels, batches, &index.sessions)?;
                    taken.insert(state);
                }
                None => whole = false,
            }
        }
        Ok(whole)
    }

    fn take(
        &mut self,
        labels: &Labels,
        batches: Vec<Batch>,
        sessions: &Sessions,
    ) -> Result<(), Failure> {
        for batch in batches {
            let kept = self.pick.keep(labels, &batch, sessions);
            let mut kept =
                kept.map_err(|error| Failure::failed(format!("cannot filter: {}", error.message)))?;
            if kept.is_empty() {
                continue;
            }
            // Which bytes of which file they were says nothing where that file is not.
            kept.places = Places::default();
            self.num_bytes += kept.lines.as_ref().map_or(0, |lines| lines.bytes.len());
            if self.num_bytes > MAX_LINE_BYTES {
                return Err(Failure::failed(format!(
                    "the selection has more than {} MiB of lines, which no browser opens as one \
                     file: narrow the time or the query",
                    MAX_LINE_BYTES >> 20
                )));
            }
            self.found.entry(labels.clone()).or_default().push(kept);
        }
        Ok(())
    }
}
