use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use model::{Batch, Entry, Labels, Place};

use crate::journal::OpenEntry;
use crate::store::order::sorted;

/// The entries of a stream that are in no chunk yet, in the order they were taken.
#[derive(Debug, Default)]
pub(crate) struct Head {
    /// Closed entries that are being written as a chunk.
    pub sealing: Option<Arc<Batch>>,
    /// Closed entries since then: nothing changes them any more.
    pub closed: Batch,
    /// The last entry of each file of the stream, while further lines may extend it.
    #[expect(clippy::vec_box, reason = "an entry goes through many hands, and is large")]
    pub open: Vec<Box<OpenEntry>>,
    /// Counts the seals.
    pub epoch: u64,
    /// Counts the extensions.
    pub revision: u64,
    /// When the first of the entries was taken, nanoseconds since 1970.
    pub taken: i64,
    first: Option<i64>,
    last: Option<i64>,
    /// Bytes of `closed`, roughly.
    size_bytes: usize,
    /// Which columns of `closed` the fields of the entry before went to.
    hints: Vec<usize>,
    /// What was pushed and is in here, so that a client's retry is recognised.
    pushed: HashMap<u64, u64>,
}

impl Head {
    pub(crate) fn len(&self) -> usize {
        self.sealing.as_ref().map_or(0, |batch| batch.len()) + self.closed.len() + self.open.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// First and last timestamp.
    pub(crate) fn span(&self) -> Option<(i64, i64)> {
        self.first.zip(self.last)
    }

    /// Bytes that a seal would take out, roughly.
    pub(crate) const fn closed_bytes(&self) -> usize {
        self.size_bytes
    }

    /// Bytes of lines that wait, those being sealed too.
    pub(crate) fn size_bytes(&self) -> usize {
        let open: usize = self.open.iter().map(|open| open.line.len() + 256).sum();
        self.size_bytes + self.sealing.as_ref().map_or(0, |batch| batch.size_bytes()) + open
    }

    /// Takes an entry of a file that nothing extends.
    pub(crate) fn push_closed(&mut self, entry: &OpenEntry, now: i64) {
        self.note(entry.timestamp, now);
        self.append(entry);
    }

    /// The same for what a client sent, so that it is known when it comes again.
    pub(crate) fn push_from_client(&mut self, entry: &Entry, now: i64) {
        self.pushed.insert(fingerprint(entry), entry.arrival);
        self.note(entry.timestamp, now);
        self.closed.push(entry);
        let values = entry.metadata.iter().map(|(_, value)| value.len() + FIELD_BYTES);
        self.size_bytes += entry.line.len() + ROW_BYTES + values.sum::<usize>();
    }

    /// The same for what stages made of a file's line, which is never told from another by what
    /// it says.
    pub(crate) fn push_piped(&mut self, entry: &Entry, now: i64) {
        self.note(entry.timestamp, now);
        self.closed.push(entry);
        let fields = entry.metadata.iter().chain(&entry.auto);
        let fields = fields.map(|(_, value)| value.len() + FIELD_BYTES);
        self.size_bytes += entry.line.len() + ROW_BYTES + fields.sum::<usize>();
    }

    /// Takes the closed entries of a checkpoint. Whether a client sent them is not written there;
    /// what has neither auto fields nor a place in
    /// a file may be from one.
    pub(crate) fn restore(&mut self, closed: Batch, taken: i64) {
        let mut is_ours = vec![false; closed.len()];
        for row in closed.auto.columns().iter().flat_map(|column| &column.rows) {
            if let Some(is_ours) = is_ours.get_mut(*row as usize) {
                *is_ours = true;
            }
        }
        for (row, is_ours) in is_ours.iter_mut().enumerate() {
            *is_ours |= closed.places.part(row).is_some();
        }
        for (row, _) in is_ours.iter().enumerate().filter(|(_, is_ours)| !**is_ours) {
            let entry = closed.entry(row);
            self.pushed.insert(fingerprint(&entry), entry.arrival);
        }
        self.size_bytes = size_bytes(&closed);
        self.first = closed.timestamps.iter().min().copied();
        self.last = closed.timestamps.iter().max().copied();
        self.closed = closed;
        self.taken = taken;
    }

    /// Takes the new last entry of a file; the one before it is complete.
    pub(crate) fn push_open(&mut self, open: Box<OpenEntry>, now: i64) {
        self.note(open.timestamp, now);
        self.open.push(open);
    }

    /// The open entry of `file`.
    pub(crate) fn open_of(&mut self, file: u64) -> Option<&mut OpenEntry> {
        self.open.iter_mut().map(Box::as_mut).find(|open| open.file == file)
    }

    /// Nothing extends the last entry of `file` any more. Gives it back for its memory.
    pub(crate) fn close(&mut self, file: u64) -> Option<Box<OpenEntry>> {
        let at = self.open.iter().position(|open| open.file == file)?;
        let open = self.open.remove(at);
        self.append(&open);
        Some(open)
    }

    fn note(&mut self, timestamp: i64, now: i64) {
        if self.is_empty() {
            self.taken = now;
        }
        self.first = Some(self.first.map_or(timestamp, |first| first.min(timestamp)));
        self.last = Some(self.last.map_or(timestamp, |last| last.max(timestamp)));
    }

    fn append(&mut self, entry: &OpenEntry) {
        let Batch { timestamps, arrivals, lines, auto, places, .. } = &mut self.closed;
        let row = u32::try_from(timestamps.len()).unwrap_or(u32::MAX);
        timestamps.push(entry.timestamp);
        arrivals.push(entry.arrival);
        places.push(row as usize, &entry.source, entry.offset, entry.len());
        lines.get_or_insert_default().push(&entry.line);
        self.size_bytes += entry.line.len() + ROW_BYTES;
        for (at, (name, value)) in entry.fields().enumerate() {
            if at >= self.hints.len() {
                self.hints.push(0);
            }
            if let Some(hint) = self.hints.get_mut(at) {
                *hint = auto.push_near(*hint, row, name, value);
            }
            self.size_bytes += value.len() + FIELD_BYTES;
        }
    }

    /// Whether the same entry was pushed and is still in the head.
    pub(crate) fn has_pushed(&self, entry: &Entry) -> bool {
        // Two entries with one 64-bit fingerprint in one head are not to be expected; still the
        // entry itself decides.
        let Some(arrival) = self.pushed.get(&fingerprint(entry)) else { return false };
        let parts = || self.sealing.iter().map(Arc::as_ref).chain([&self.closed]);
        // Arrival numbers are in order but after a seal that failed.
        let found = parts()
            .find_map(|batch| Some((batch, batch.arrivals.binary_search(arrival).ok()?)))
            .or_else(|| {
                let row = |batch: &Batch| batch.arrivals.iter().position(|a| a == arrival);
                parts().find_map(|batch| Some((batch, row(batch)?)))
            });
        found.is_some_and(|(batch, row)| is_same(&batch.entry(row), entry))
    }

    /// Where an entry stands in its file.
    pub(crate) fn place(&self, arrival: u64) -> Option<Place> {
        let mut closed = self.sealing.iter().map(Arc::as_ref).chain([&self.closed]);
        let found = closed.find_map(|batch| {
            batch.places.get(batch.arrivals.iter().position(|known| *known == arrival)?)
        });
        let open = || self.open.iter().find(|open| open.arrival == arrival);
        found.or_else(|| open()?.to_entry().place)
    }

    /// Hands out all closed entries to be written as a chunk. None when a seal is under way or
    /// there is nothing to seal.
    pub(crate) fn start_seal(&mut self) -> Option<Arc<Batch>> {
        if self.sealing.is_some() || self.closed.is_empty() {
            return None;
        }
        let batch = Arc::new(std::mem::take(&mut self.closed));
        self.size_bytes = 0;
        self.sealing = Some(Arc::clone(&batch));
        Some(batch)
    }

    /// The chunk is on disk: its entries leave the head. `now` is taken for the age of what stays.
    pub(crate) fn finish_seal(&mut self, now: i64) {
        if self.sealing.take().is_some() {
            self.sealed(now);
        }
    }

    /// The chunk could not be written: its entries are as they were.
    pub(crate) fn cancel_seal(&mut self) {
        let Some(batch) = self.sealing.take() else { return };
        let earlier = Arc::unwrap_or_clone(batch);
        let later = std::mem::take(&mut self.closed);
        self.closed = match later.is_empty() {
            true => earlier,
            false => chunk::merge(&[sorted(&earlier).into_owned(), sorted(&later).into_owned()]),
        };
        self.size_bytes = size_bytes(&self.closed);
    }

    /// The same in one step, for a journal that is read again: the first `count` closed entries
    /// are in a chunk.
    pub(crate) fn drop_first(&mut self, count: usize, now: i64) {
        let len = self.closed.len();
        let rest = chunk::rows(&self.closed, count.min(len)..len);
        self.replace_closed(rest, now);
    }

    /// Drops the entries with these arrival numbers, which are in order.
    pub(crate) fn drop_arrivals(&mut self, arrivals: &[u64], now: i64) {
        let is_kept = |arrival: &u64| arrivals.binary_search(arrival).is_err();
        if self.closed.arrivals.iter().all(is_kept) {
            return;
        }
        let mut rest = Batch::default();
        for (row, _) in self.closed.arrivals.iter().enumerate().filter(|(_, a)| is_kept(a)) {
            rest.push(&self.closed.entry(row));
        }
        self.replace_closed(rest, now);
    }

    fn replace_closed(&mut self, rest: Batch, now: i64) {
        self.size_bytes = size_bytes(&rest);
        self.closed = rest;
        self.sealed(now);
    }

    fn sealed(&mut self, now: i64) {
        self.epoch += 1;
        self.taken = now;
        let closed = self.closed.timestamps.iter().copied();
        let stamps = closed.chain(self.open.iter().map(|open| open.timestamp));
        (self.first, self.last) = (stamps.clone().min(), stamps.max());
        let mut arrivals = self.closed.arrivals.clone();
        arrivals.sort_unstable();
        self.pushed.retain(|_, arrival| arrivals.binary_search(arrival).is_ok());
    }

    /// All entries in order of (timestamp, arrival).
    pub(crate) fn snapshot(&self) -> Batch {
        let mut parts: Vec<Batch> = Vec::with_capacity(3);
        parts.extend(self.sealing.as_ref().map(|batch| sorted(batch).into_owned()));
        parts.push(sorted(&self.closed).into_owned());
        let open = self.open.iter().map(|open| open.to_entry());
        parts.push(Batch::from_entries(open.collect()));
        parts.retain(|batch| !batch.is_empty());
        if parts.len() == 1 { parts.swap_remove(0) } else { chunk::merge(&parts) }
    }

    /// The entries after `arrival`, unsorted.
    pub(crate) fn after(&self, arrival: u64) -> Vec<Entry> {
        let parts = self.sealing.iter().map(Arc::as_ref).chain([&self.closed]);
        let closed = parts.flat_map(|batch| {
            let rows = batch.arrivals.iter().enumerate().filter(move |(_, a)| **a > arrival);
            rows.map(|(row, _)| batch.entry(row))
        });
        let open = self.open.iter().filter(|open| open.arrival > arrival);
        closed.chain(open.map(|open| open.to_entry())).collect()
    }
}

/// Bytes of an entry beside its line: stamp, arrival, end of line, place.
const ROW_BYTES: usize = 37;
/// Bytes of a field beside its value: row and end.
const FIELD_BYTES: usize = 8;

fn size_bytes(batch: &Batch) -> usize {
    let lines = batch.lines.as_ref().map_or(0, |lines| lines.bytes.len());
    let columns = batch.metadata.columns().iter().chain(batch.auto.columns());
    let fields: usize = columns.map(|c| c.values.len() + c.rows.len() * FIELD_BYTES).sum();
    lines + batch.len() * ROW_BYTES + fields
}

pub(crate) fn fingerprint(entry: &Entry) -> u64 {
    let mut hasher = DefaultHasher::new();
    (entry.timestamp, &entry.line, &entry.metadata).hash(&mut hasher);
    hasher.finish()
}

/// Whether two entries of one stream are the same to a client that sends one again.
pub(crate) fn is_same(a: &Entry, b: &Entry) -> bool {
    a.timestamp == b.timestamp && a.line == b.line && a.metadata == b.metadata
}

/// The name of a stream's head in URLs; it depends on the labels alone.
pub(crate) fn stream_id(labels: &Labels) -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, value) in labels.iter() {
        for part in [name, value] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    let hex = hasher.finalize().to_hex();
    hex.get(..16).unwrap_or(&hex).to_owned()
}
