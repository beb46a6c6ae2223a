use logql::Read;
use protocol::index::{Gap, Index};

use crate::store::Store;

/// A head may be sealed between the index and the reading; then the index is asked again. Each
/// round needs a seal in between, so that a few are enough unless nothing can be read at all.
const ROUNDS: usize = 8;

/// An index and the heads it names, all of one moment.
pub struct Snapshot {
    pub index: Index,
    /// By the stream's name.
    pub heads: Vec<(String, model::Batch)>,
}

impl Snapshot {
    /// Reads the heads first: a head that was sealed meanwhile is a chunk that the index does not
    /// name yet, so the index is asked again.
    pub fn take(store: &Store, read: &Read, gaps: &mut Gaps) -> Self {
        let ask = || store.index(&read.matchers, read.range, &read.literals, read.columns);
        for _ in 0..ROUNDS {
            let index = ask();
            let heads: Option<Vec<_>> = index
                .heads
                .iter()
                .map(|head| Some((head.id.clone(), store.read_head(head)?)))
                .collect();
            if let Some(heads) = heads {
                gaps.add(&index.gaps);
                return Self { index, heads };
            }
        }
        gaps.say(
            "the newest entries are missing: they were sealed faster than they were read".into(),
        );
        let mut index = ask();
        gaps.add(&index.gaps);
        index.heads.clear();
        Self { index, heads: Vec::new() }
    }

    pub fn head(&self, id: &str) -> Option<&model::Batch> {
        self.heads.iter().find(|(known, _)| known == id).map(|(_, batch)| batch)
    }
}

/// Sentences about what is missing, each once.
#[derive(Debug, Default)]
pub struct Gaps(pub Vec<String>);

impl Gaps {
    pub fn say(&mut self, text: String) {
        if !self.0.contains(&text) {
            self.0.push(text);
        }
    }

    pub fn add(&mut self, gaps: &[Gap]) {
        for gap in gaps {
            self.say(gap.to_string());
        }
    }
}
