//! Decoded blocks of recent queries, so that refining a query reads nothing again.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use logql::FieldNeeds;
use model::{Batch, Columns};

/// What was read of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub columns: Columns,
    pub fields: FieldNeeds,
}

impl Needs {
    /// Whether a block read with `self` serves a reader that needs `other`.
    pub fn contain(&self, other: &Self) -> bool {
        let fields = match (&self.fields, &other.fields) {
            (_, FieldNeeds::None) | (FieldNeeds::All, _) => true,
            (FieldNeeds::Named(have), FieldNeeds::Named(need)) => {
                need.iter().all(|name| have.contains(name))
            }
            (FieldNeeds::None, _) | (FieldNeeds::Named(_), FieldNeeds::All) => false,
        };
        fields && self.columns.contains(other.columns)
    }

    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let fields = match (&self.fields, &other.fields) {
            (FieldNeeds::All, _) | (_, FieldNeeds::All) => FieldNeeds::All,
            (FieldNeeds::None, needs) | (needs, FieldNeeds::None) => needs.clone(),
            (FieldNeeds::Named(a), FieldNeeds::Named(b)) => {
                let new = b.iter().filter(|name| !a.contains(name));
                FieldNeeds::Named(a.iter().chain(new).cloned().collect())
            }
        };
        Self { columns: self.columns.union(other.columns), fields }
    }
}

/// Names a block for ever: its chunk's content hash, or the exact state of an open head.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BlockKey {
    pub chunk: Rc<str>,
    pub block: u32,
    /// Only those of its entries that hold this text; empty: all.
    pub text: Rc<[u8]>,
}

/// The least recently used blocks go first when the budget is reached.
#[derive(Debug)]
pub struct Cache {
    budget_bytes: usize,
    used_bytes: usize,
    blocks: HashMap<BlockKey, Kept>,
    /// When each block was used last; the key is `Kept::used`.
    order: BTreeMap<u64, BlockKey>,
    clock: u64,
}

#[derive(Debug)]
struct Kept {
    batch: Rc<Batch>,
    needs: Needs,
    bytes: usize,
    used: u64,
}

impl Cache {
    pub fn new(budget_bytes: usize) -> Self {
        Self {
            budget_bytes,
            used_bytes: 0,
            blocks: HashMap::new(),
            order: BTreeMap::new(),
            clock: 0,
        }
    }

    pub fn set_budget(&mut self, bytes: usize) {
        self.budget_bytes = bytes;
        self.shrink();
    }

    pub const fn used_bytes(&self) -> usize {
        self.used_bytes
    }

    /// The block, if what is kept of it is enough.
    pub fn get(&mut self, key: &BlockKey, needs: &Needs) -> Option<Rc<Batch>> {
        let kept = self.blocks.get_mut(key)?;
        if !kept.needs.contain(needs) {
            return None;
        }
        self.order.remove(&kept.used);
        self.clock += 1;
        kept.used = self.clock;
        self.order.insert(self.clock, key.clone());
        Some(Rc::clone(&kept.batch))
    }

    /// Whether `get` would find it; does not count as use.
    pub fn has(&self, key: &BlockKey, needs: &Needs) -> bool {
        self.blocks.get(key).is_some_and(|kept| kept.needs.contain(needs))
    }

    /// What is kept of a block: read again together with it, a block serves both readers, and two
    /// queries that take turns do not evict each other's columns.
    pub fn kept(&self, key: &BlockKey) -> Option<&Needs> {
        self.blocks.get(key).map(|kept| &kept.needs)
    }

    /// Keeps a block in place of what was kept of it.
    pub fn put(&mut self, key: BlockKey, needs: Needs, batch: Rc<Batch>) {
        let bytes = batch.size_bytes() + size_of::<Kept>();
        self.remove(&key);
        self.clock += 1;
        self.used_bytes += bytes;
        self.order.insert(self.clock, key.clone());
        self.blocks.insert(key, Kept { batch, needs, bytes, used: self.clock });
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.used_bytes > self.budget_bytes {
            let Some((_, oldest)) = self.order.pop_first() else { return };
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, key: &BlockKey) {
        if let Some(kept) = self.blocks.remove(key) {
            self.order.remove(&kept.used);
            self.used_bytes -= kept.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(block: u32) -> BlockKey {
        BlockKey { chunk: "a".into(), block, text: Rc::default() }
    }

    fn batch(lines: usize) -> Rc<Batch> {
        Rc::new(Batch { timestamps: vec![0; lines], ..Batch::default() })
    }

    fn needs(lines: bool, fields: &[&str]) -> Needs {
        Needs {
            columns: Columns { lines, auto: !fields.is_empty(), ..Columns::default() },
            fields: match fields {
                [] => FieldNeeds::None,
                ["*"] => FieldNeeds::All,
                names => FieldNeeds::Named(names.iter().map(|n| (*n).to_owned()).collect()),
            },
        }
    }

    #[test]
    fn the_block_used_longest_ago_goes_first() {
        let one = batch(1000);
        let room = (one.size_bytes() + size_of::<Kept>()) * 2;
        let mut cache = Cache::new(room);
        cache.put(key(0), Needs::default(), Rc::clone(&one));
        cache.put(key(1), Needs::default(), Rc::clone(&one));
        assert!(cache.get(&key(0), &Needs::default()).is_some());
        cache.put(key(2), Needs::default(), one);
        let kept: Vec<bool> = (0..3).map(|b| cache.has(&key(b), &Needs::default())).collect();
        assert_eq!(kept, [true, false, true]);
        assert_eq!(cache.used_bytes(), room);
        cache.set_budget(0);
        assert_eq!((cache.used_bytes(), cache.has(&key(0), &Needs::default())), (0, false));
    }

    #[test]
    fn a_block_serves_who_needs_no_more_than_was_read() {
        let mut cache = Cache::new(1 << 20);
        cache.put(key(0), needs(true, &["seed", "rtf"]), batch(1));
        for (need, expected) in [
            (needs(false, &[]), true),
            (needs(true, &["rtf"]), true),
            (needs(true, &["text_len"]), false),
            (needs(true, &["*"]), false),
        ] {
            assert_eq!(cache.get(&key(0), &need).is_some(), expected, "{need:?}");
        }
        let union = cache.kept(&key(0)).unwrap().union(&needs(false, &["text_len"]));
        assert_eq!(union, needs(true, &["seed", "rtf", "text_len"]));
        cache.put(key(0), union, batch(1));
        assert!(cache.has(&key(0), &needs(true, &["seed", "text_len"])));
    }
}
