use model::Labels;

use super::prepared::Prepared;
use super::thread::Ingest;
use crate::journal::{PushedEntry, Record};
use crate::store::{Pushed, StoreError};

impl Ingest {
    /// Takes what is new of what a client sent, journal first.
    pub(super) fn push(&mut self, streams: Vec<Prepared>) -> Result<Pushed, StoreError> {
        if !self.can_take() {
            return Err(self.full());
        }
        let mut pushed = Pushed::default();
        let mut fresh: Vec<(Labels, Vec<PushedEntry>)> = Vec::new();
        let mut room = self.room_for_streams();
        for mut stream in streams {
            self.strike_out(&mut stream);
            let Prepared { labels, entries, is_new, .. } = stream;
            if self.shared.read().by_labels(&labels).is_none() {
                if room == 0 {
                    pushed.beyond_limit += entries.len() as u64;
                    continue;
                }
                room -= 1;
            }
            let taken = is_new.iter().filter(|is_new| **is_new).count() as u64;
            pushed.taken += taken;
            pushed.repeated += entries.len() as u64 - taken;
            if taken > 0 {
                let entries = entries.into_iter().zip(is_new).filter(|(_, is_new)| *is_new);
                let entries = entries.map(|(entry, _)| PushedEntry::from(entry));
                fresh.push((labels, entries.collect()));
            }
        }
        if fresh.is_empty() {
            return Ok(pushed);
        }
        let now = self.now();
        let record = Record::Push { now, streams: fresh };
        if !self.say(&record) {
            return Err(self.full());
        }
        let Record::Push { streams, .. } = record else { return Ok(pushed) };
        self.last_taken = std::time::Instant::now();
        let mut catalogue = self.shared.write();
        let is_heard = catalogue.hub.is_heard();
        let news = self.core.push(streams, now, &mut catalogue, is_heard);
        catalogue.publish(&news, &[]);
        Ok(pushed)
    }

    pub(super) fn room_for_streams(&self) -> usize {
        let known = self.shared.read().streams().len();
        self.shared.options.max_streams.saturating_sub(known)
    }

    /// What was looked for in chunks before may since have come to the head, and from there to a
    /// new chunk.
    fn strike_out(&self, stream: &mut Prepared) {
        {
            let catalogue = self.shared.read();
            if let Some(known) = catalogue.by_labels(&stream.labels) {
                for (is_new, entry) in stream.is_new.iter_mut().zip(&stream.entries) {
                    *is_new = *is_new && !known.head.has_pushed(entry);
                }
            }
        }
        stream.strike_out_sealed(&self.shared);
    }
}
