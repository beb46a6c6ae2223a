use crate::{Fields, Place, Places};

/// Some entries of one stream as columns. Rows are ordered by (timestamp, arrival).
///
/// A column that the reader did not ask for is empty (`lines`: None); `timestamps` is always
/// there and gives the number of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Nanoseconds since 1970.
    pub timestamps: Vec<i64>,
    /// The order in which the relay took the entries, over all its streams; unique in one relay.
    /// Empty when not read.
    pub arrivals: Vec<u64>,
    pub lines: Option<Lines>,
    /// Line lengths in bytes, for readers that need no lines (`bytes_rate`). Empty when not read
    /// or when `lines` is there.
    pub lengths: Vec<u32>,
    /// What a client pushed with the entry (structured metadata).
    pub metadata: Fields,
    /// What Logpane extracted itself (auto fields).
    pub auto: Fields,
    /// Where the entries stand in the files they were read from.
    pub places: Places,
}

/// The lines of a batch in one buffer, so that a needle is searched in the whole buffer and only
/// then its line. After each line stands one `\n` that belongs to no line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    pub bytes: Vec<u8>,
    /// Where line `i` ends in `bytes` (without its `\n`); line `i + 1` starts one after.
    pub ends: Vec<u32>,
}

/// Which columns a reader needs besides the timestamps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Columns {
    pub arrivals: bool,
    pub lines: bool,
    /// Lengths come with the lines anyway; this asks for them without the lines.
    pub lengths: bool,
    pub metadata: bool,
    pub auto: bool,
    /// Nothing that a query says depends on them: read where one entry is looked at.
    pub places: bool,
}

impl Columns {
    pub const ALL: Self = Self { places: true, ..Self::ENTRIES };

    /// All that a query can speak of.
    pub const ENTRIES: Self = Self {
        arrivals: true,
        lines: true,
        lengths: true,
        metadata: true,
        auto: true,
        places: false,
    };

    /// Whether a batch read with `self` serves a reader that needs `other`.
    pub const fn contains(self, other: Self) -> bool {
        (self.arrivals || !other.arrivals)
            && (self.lines || !other.lines)
            && (self.lengths || self.lines || !other.lengths)
            && (self.metadata || !other.metadata)
            && (self.auto || !other.auto)
            && (self.places || !other.places)
    }

    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            arrivals: self.arrivals || other.arrivals,
            lines: self.lines || other.lines,
            lengths: self.lengths || other.lengths,
            metadata: self.metadata || other.metadata,
            auto: self.auto || other.auto,
            places: self.places || other.places,
        }
    }
}

impl Lines {
    pub fn push(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        self.bytes.push(b'\n');
    }

    /// Where line `row` starts in `bytes`.
    pub fn start(&self, row: usize) -> usize {
        match row.checked_sub(1) {
            Some(before) => self.ends.get(before).map_or(self.bytes.len(), |end| *end as usize + 1),
            None => 0,
        }
    }

    pub fn get(&self, row: usize) -> &[u8] {
        let end = self.ends.get(row).map_or(0, |end| *end as usize);
        self.bytes.get(self.start(row)..end).unwrap_or(b"")
    }

    /// The line that byte `at` of the buffer belongs to; the `\n` after a line counts to it.
    pub fn row_at(&self, at: usize) -> usize {
        self.ends.partition_point(|end| (*end as usize) < at)
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// One entry on its own, where columns do not pay: what the tail, a push and tests carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub timestamp: i64,
    pub arrival: u64,
    pub line: Vec<u8>,
    pub metadata: Vec<(String, String)>,
    pub auto: Vec<(String, String)>,
    /// None for what a client pushed.
    pub place: Option<Place>,
}

impl Batch {
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }

    /// The line of `row`; empty when the lines were not read.
    pub fn line(&self, row: usize) -> &[u8] {
        self.lines.as_ref().map_or(b"", |lines| lines.get(row))
    }

    /// The length of line `row` in bytes, whether or not the lines were read.
    pub fn line_len(&self, row: usize) -> usize {
        match &self.lines {
            Some(lines) => lines.get(row).len(),
            None => self.lengths.get(row).map_or(0, |len| *len as usize),
        }
    }

    /// All columns of these entries, ordered by (timestamp, arrival).
    pub fn from_entries(mut entries: Vec<Entry>) -> Self {
        entries.sort_by_key(|e| (e.timestamp, e.arrival));
        let mut batch = Self { lines: Some(Lines::default()), ..Self::default() };
        for entry in &entries {
            batch.push(entry);
        }
        batch
    }

    /// Appends an entry; the caller keeps the order.
    pub fn push(&mut self, entry: &Entry) {
        let row = u32::try_from(self.len()).unwrap_or(u32::MAX);
        self.timestamps.push(entry.timestamp);
        self.arrivals.push(entry.arrival);
        self.lines.get_or_insert_default().push(&entry.line);
        for (name, value) in &entry.metadata {
            self.metadata.push(row, name, value);
        }
        for (name, value) in &entry.auto {
            self.auto.push(row, name, value);
        }
        if let Some(Place { file, offset, len }) = &entry.place {
            self.places.push(self.len() - 1, file, *offset, *len);
        }
    }

    /// Row `row` on its own.
    pub fn entry(&self, row: usize) -> Entry {
        let at = u32::try_from(row).unwrap_or(u32::MAX);
        let owned = |fields: &Fields| {
            fields.row(at).map(|(n, v)| (n.to_owned(), v.to_owned())).collect::<Vec<_>>()
        };
        Entry {
            timestamp: self.timestamps.get(row).copied().unwrap_or_default(),
            arrival: self.arrivals.get(row).copied().unwrap_or_default(),
            line: self.line(row).to_vec(),
            metadata: owned(&self.metadata),
            auto: owned(&self.auto),
            place: self.places.get(row),
        }
    }

    /// Bytes this holds, roughly: what a memory budget counts.
    pub fn size_bytes(&self) -> usize {
        self.timestamps.len() * 8
            + self.arrivals.len() * 8
            + self.lengths.len() * 4
            + self.lines.as_ref().map_or(0, |l| l.bytes.len() + l.ends.len() * 4)
            + self.metadata.size_bytes()
            + self.auto.size_bytes()
            + self.places.size_bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_byte_of_the_buffer_leads_to_its_line() {
        let mut lines = Lines::default();
        for line in ["ab", "", "c\nd"] {
            lines.push(line.as_bytes());
        }
        assert_eq!(lines.bytes, b"ab\n\nc\nd\n");
        let rows: Vec<usize> = (0..lines.bytes.len()).map(|at| lines.row_at(at)).collect();
        assert_eq!(rows, [0, 0, 0, 1, 2, 2, 2, 2]);
        assert_eq!(lines.get(1), b"");
        assert_eq!(lines.get(2), b"c\nd");
    }

    #[test]
    fn entries_survive_the_way_through_columns() {
        let entry = |timestamp, arrival, line: &str| Entry {
            timestamp,
            arrival,
            line: line.as_bytes().to_vec(),
            metadata: vec![],
            auto: vec![("seed".into(), line.len().to_string())],
            place: Some(Place { file: Arc::default(), offset: arrival, len: 7 }),
        };
        let batch = Batch::from_entries(vec![entry(5, 1, "b"), entry(5, 0, "a"), entry(1, 2, "")]);
        assert_eq!(batch.timestamps, [1, 5, 5]);
        assert_eq!(batch.entry(1), entry(5, 0, "a"));
        assert_eq!(batch.line(2), b"b");
    }
}
