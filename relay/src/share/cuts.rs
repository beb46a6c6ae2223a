use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use chunk::{BlockMeta, ChunkId};
use model::Labels;

/// What all cuts may take in memory; those that were used longest ago go first. A scope of more
/// than this is still whole, only cut again each time.
const LIMIT_BYTES: usize = 48 << 20;

/// What a scope takes of a chunk that lies partly in it, as a chunk of its own.
#[derive(Debug)]
pub struct Cut {
    pub id: ChunkId,
    pub labels: Labels,
    pub blocks: Vec<BlockMeta>,
    pub bytes: Vec<u8>,
}

/// What was cut: of which share, from which chunk or state of a head, from when on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CutKey {
    pub share: String,
    pub source: String,
    pub start: i64,
    pub end: i64,
}

/// Cuts that were made, until there is no room for them. A std mutex: held for one look-up.
#[derive(Debug, Default)]
pub struct Cuts(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// None: nothing of the source is in the scope.
    cuts: HashMap<CutKey, (u64, Option<Arc<Cut>>)>,
    /// By the time of their last use, counted.
    order: BTreeMap<u64, CutKey>,
    clock: u64,
    num_bytes: usize,
}

/// What an empty cut and the places of any other one take.
const OVERHEAD_BYTES: usize = 256;

fn weight(cut: Option<&Arc<Cut>>) -> usize {
    OVERHEAD_BYTES + cut.map_or(0, |cut| cut.bytes.len())
}

impl Cuts {
    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of `key`; the outer None: it was not cut, or that is forgotten.
    pub fn get(&self, key: &CutKey) -> Option<Option<Arc<Cut>>> {
        let mut kept = self.lock();
        kept.clock += 1;
        let now = kept.clock;
        let (used, cut) = kept.cuts.get_mut(key)?;
        let before = std::mem::replace(used, now);
        let cut = cut.clone();
        if let Some(key) = kept.order.remove(&before) {
            kept.order.insert(now, key);
        }
        Some(cut)
    }

    /// The cut of this share with this name.
    pub fn by_id(&self, share: &str, id: ChunkId) -> Option<Arc<Cut>> {
        let kept = self.lock();
        let of_share = kept.cuts.iter().filter(|(key, _)| key.share == share);
        of_share.filter_map(|(_, (_, cut))| cut.as_ref()).find(|cut| cut.id == id).cloned()
    }

    pub fn insert(&self, key: CutKey, cut: Option<Arc<Cut>>) {
        let mut kept = self.lock();
        kept.clock += 1;
        let now = kept.clock;
        kept.num_bytes += weight(cut.as_ref());
        kept.order.insert(now, key.clone());
        if let Some((before, replaced)) = kept.cuts.insert(key, (now, cut)) {
            kept.num_bytes -= weight(replaced.as_ref());
            kept.order.remove(&before);
        }
        while kept.num_bytes > LIMIT_BYTES && kept.cuts.len() > 1 {
            let Some((_, oldest)) = kept.order.pop_first() else { break };
            if let Some((_, cut)) = kept.cuts.remove(&oldest) {
                kept.num_bytes -= weight(cut.as_ref());
            }
        }
    }

    /// Forgets all that was cut for a share.
    pub fn forget(&self, share: &str) {
        let mut kept = self.lock();
        let kept = &mut *kept;
        kept.cuts.retain(|key, (used, cut)| {
            let other = key.share != share;
            if !other {
                kept.num_bytes -= weight(cut.as_ref());
                kept.order.remove(used);
            }
            other
        });
    }
}
