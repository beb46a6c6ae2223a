use std::rc::Rc;

use crate::engine::message::Listed;
use crate::line::{Entry, Interner};

/// The entries of a list. Cloning is cheap, and two clones are equal exactly when nothing was
/// changed in between, so that the list is only laid out again when it must be.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    entries: Rc<Vec<Rc<Entry>>>,
}

impl PartialEq for Rows {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }
}

impl Rows {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn get(&self, at: usize) -> Option<&Rc<Entry>> {
        self.entries.get(at)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Rc<Entry>> + ExactSizeIterator {
        self.entries.iter()
    }

    pub fn last(&self) -> Option<&Rc<Entry>> {
        self.entries.last()
    }

    /// Puts `rows` at `from`; what stood there and after it no longer holds.
    pub fn replace_from(&mut self, from: usize, rows: Vec<Listed>, interner: &mut Interner) {
        let entries = Rc::make_mut(&mut self.entries);
        entries.truncate(from);
        entries.extend(rows.into_iter().map(|row| Rc::new(Entry::new(row, interner))));
    }

    pub fn edit(&mut self, edit: impl FnOnce(&mut Vec<Rc<Entry>>)) {
        edit(Rc::make_mut(&mut self.entries));
    }

    /// Puts an entry in the place of the one with its arrival number, if that is there.
    pub fn put(&mut self, entry: &Rc<Entry>) {
        let found = self.iter().rposition(|known| known.arrival == entry.arrival);
        if let Some(at) = found {
            self.edit(|entries| {
                if let Some(known) = entries.get_mut(at) {
                    *known = Rc::clone(entry);
                }
            });
        }
    }

    /// The same entries, the other way round.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { entries: Rc::new(self.entries.iter().rev().cloned().collect()) }
    }

    /// The greatest arrival number among them.
    pub fn newest_arrival(&self) -> Option<u64> {
        self.entries.iter().map(|entry| entry.arrival).max()
    }
}

#[cfg(test)]
mod tests {
    use logql::Row;

    use super::*;

    fn row(arrival: u64) -> Listed {
        Row { arrival, ..Row::default() }.into()
    }

    #[test]
    fn a_message_replaces_what_stood_from_its_place_on() {
        let mut rows = Rows::default();
        let mut interner = Interner::default();
        rows.replace_from(0, vec![row(1), row(2), row(3)], &mut interner);
        let before = rows.clone();
        rows.replace_from(1, vec![row(7)], &mut interner);
        let arrivals: Vec<u64> = rows.iter().map(|entry| entry.arrival).collect();
        assert_eq!(arrivals, [1, 7]);
        assert_ne!(rows, before);
        assert_eq!(before.len(), 3);
        assert_eq!(rows.newest_arrival(), Some(7));
        rows.replace_from(9, vec![row(8)], &mut interner);
        assert_eq!(rows.len(), 3);
    }
}
