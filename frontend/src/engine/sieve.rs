//! What is left of blocks after a text was looked for in them. A longer text is looked for in
//! that: while a word is typed, a key costs what the key before it left.

use std::collections::VecDeque;
use std::rc::Rc;

use model::Batch;

use super::cache::{BlockKey, Cache, Needs};

/// Texts that are remembered: as many as keys in a word.
const MAX_TEXTS: usize = 16;

#[derive(Debug)]
pub struct Sieve {
    cache: Cache,
    /// Each once.
    texts: VecDeque<Rc<[u8]>>,
}

impl Sieve {
    pub fn new(budget_bytes: usize) -> Self {
        Self { cache: Cache::new(budget_bytes), texts: VecDeque::new() }
    }

    pub fn set_budget(&mut self, bytes: usize) {
        self.cache.set_budget(bytes);
    }

    pub const fn used_bytes(&self) -> usize {
        self.cache.used_bytes()
    }

    /// Entries of the block, among them all that hold `text`.
    pub fn get(&mut self, block: &BlockKey, text: &[u8], needs: &Needs) -> Option<Rc<Batch>> {
        let key = self.find(block, text, needs)?;
        self.cache.get(&key, needs)
    }

    /// Whether `get` would find them.
    pub fn has(&self, block: &BlockKey, text: &[u8], needs: &Needs) -> bool {
        self.find(block, text, needs).is_some()
    }

    /// Keeps the entries of the block that hold `text`.
    pub fn put(&mut self, block: BlockKey, text: &[u8], needs: Needs, batch: Rc<Batch>) {
        let known = self.texts.iter().find(|known| ***known == *text).map(Rc::clone);
        let text = known.unwrap_or_else(|| {
            // What the oldest left goes on its own, as nobody asks for it.
            self.texts.truncate(MAX_TEXTS - 1);
            let text: Rc<[u8]> = text.into();
            self.texts.push_front(Rc::clone(&text));
            text
        });
        self.cache.put(BlockKey { text, ..block }, needs, batch);
    }

    /// The longest text within `text` that was looked for in the block: it left the least.
    fn find(&self, block: &BlockKey, text: &[u8], needs: &Needs) -> Option<BlockKey> {
        let within = self.texts.iter().filter(|known| {
            known.len() <= text.len() && memchr::memmem::find(text, known).is_some()
        });
        let keys = within.map(|text| BlockKey { text: Rc::clone(text), ..block.clone() });
        keys.filter(|key| self.cache.has(key, needs)).max_by_key(|key| key.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_what_the_longest_part_of_it_left() {
        let block = |block| BlockKey { chunk: "a".into(), block, text: Rc::default() };
        let batch = |rows| Rc::new(Batch { timestamps: vec![0; rows], ..Batch::default() });
        let mut sieve = Sieve::new(1 << 20);
        for (at, text, rows) in [(0, "t", 5), (0, "tim", 2), (0, "ti", 3), (1, "er", 4)] {
            sieve.put(block(at), text.as_bytes(), Needs::default(), batch(rows));
        }
        for (at, text, expected) in [
            (0, "t", Some(5)),
            (0, "ti", Some(3)),
            (0, "time", Some(2)),
            (0, "a time", Some(2)),
            (0, "tea", Some(5)),
            (0, "x", None),
            (0, "er", None),
            (1, "err", Some(4)),
            (1, "time", None),
        ] {
            let found = sieve.get(&block(at), text.as_bytes(), &Needs::default());
            assert_eq!(found.map(|batch| batch.len()), expected, "{at} {text}");
        }
        // More columns than were kept.
        let more = Needs { columns: model::Columns::ALL, ..Needs::default() };
        assert!(!sieve.has(&block(0), b"time", &more));
        // Texts of long ago are not looked through for ever.
        for n in 0..MAX_TEXTS {
            sieve.put(block(2), format!("{n:02}").as_bytes(), Needs::default(), batch(1));
        }
        assert!(!sieve.has(&block(0), b"time", &Needs::default()));
    }
}
