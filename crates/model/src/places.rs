use std::sync::Arc;

/// A file that entries were read from, as it was called and known then: a name may lead to another
/// file today, device and inode tell whether it does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceFile {
    /// Absolute; `-` is standard input.
    pub path: String,
    pub device: u64,
    pub inode: u64,
}

/// Where an entry stands in the file it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: Arc<SourceFile>,
    /// Of its first byte.
    pub offset: u64,
    /// Bytes in the file as they were read (before decoding, with what a container's runtime wraps
    /// around a line), from the first line of the entry to the end of its last, without that one's
    /// line end. What stands between its lines and is not part of it counts. 4 GiB at most.
    pub len: u32,
}

impl Place {
    pub const fn end(&self) -> u64 {
        self.offset.saturating_add(self.len as u64)
    }
}

/// The places of the entries of a batch, those that have one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Each once, in the order of the entries.
    files: Vec<Arc<SourceFile>>,
    /// By row. It ends with the last entry that has a place.
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Slot {
    /// One more than the index into `files`; 0: the entry has no place.
    file: u32,
    len: u32,
    offset: u64,
}

impl Places {
    pub const fn new() -> Self {
        Self { files: Vec::new(), slots: Vec::new() }
    }

    /// Gives entry `row` a place. Rows come in ascending order.
    pub fn push(&mut self, row: usize, file: &Arc<SourceFile>, offset: u64, len: u32) {
        // Most entries are from the file of the one before.
        let last = self.slots.last().map_or(0, |slot| slot.file);
        let is_last = (last as usize)
            .checked_sub(1)
            .and_then(|at| self.files.get(at))
            .is_some_and(|known| Arc::ptr_eq(known, file));
        let index = if is_last { last } else { self.index_of(file) };
        self.slots.resize(row, Slot::default());
        self.slots.push(Slot { file: index, len, offset });
    }

    fn index_of(&mut self, file: &Arc<SourceFile>) -> u32 {
        let at = self.files.iter().position(|known| known == file).unwrap_or_else(|| {
            self.files.push(Arc::clone(file));
            self.files.len() - 1
        });
        u32::try_from(at + 1).unwrap_or(0)
    }

    pub fn get(&self, row: usize) -> Option<Place> {
        let (file, offset, len) = self.part(row)?;
        Some(Place { file: Arc::clone(file), offset, len })
    }

    /// File, offset and length of entry `row`.
    pub fn part(&self, row: usize) -> Option<(&Arc<SourceFile>, u64, u32)> {
        let slot = self.slots.get(row)?;
        let file = self.files.get((slot.file as usize).checked_sub(1)?)?;
        Some((file, slot.offset, slot.len))
    }

    /// The files, in the order in which entries name them.
    pub fn files(&self) -> &[Arc<SourceFile>] {
        &self.files
    }

    /// One more than the last row that has a place.
    pub fn rows(&self) -> usize {
        self.slots.len()
    }

    /// No entry has a place.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The places of these rows, in this order.
    #[must_use]
    pub fn pick(&self, rows: impl IntoIterator<Item = usize>) -> Self {
        let mut picked = Self::new();
        if !self.is_empty() {
            for (new, row) in rows.into_iter().enumerate() {
                if let Some((file, offset, len)) = self.part(row) {
                    picked.push(new, file, offset, len);
                }
            }
        }
        picked
    }

    /// Bytes this holds, roughly: what a memory budget counts.
    pub fn size_bytes(&self) -> usize {
        let files: usize = self.files.iter().map(|file| file.path.len() + 48).sum();
        self.slots.len() * size_of::<Slot>() + files
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_the_places_they_were_given() {
        let file = |path: &str| Arc::new(SourceFile { path: path.into(), device: 1, inode: 2 });
        let (a, b) = (file("/a"), file("/b"));
        let mut places = Places::new();
        places.push(1, &b, 10, 5);
        places.push(2, &file("/b"), 16, 4);
        places.push(4, &a, 0, 9);
        let found: Vec<Option<(&str, u64, u32)>> = (0..6)
            .map(|row| places.part(row).map(|(file, at, len)| (file.path.as_str(), at, len)))
            .collect();
        let expected =
            [None, Some(("/b", 10, 5)), Some(("/b", 16, 4)), None, Some(("/a", 0, 9)), None];
        assert_eq!(found, expected);
        assert_eq!(places.files().len(), 2);

        let turned = places.pick([4, 3, 2]);
        assert_eq!(turned.get(0), Some(Place { file: a, offset: 0, len: 9 }));
        assert_eq!(turned.get(1), None);
        assert_eq!(turned.get(2).map(|place| place.end()), Some(20));
        assert_eq!(places.pick([0, 3]), Places::new());
    }
}
