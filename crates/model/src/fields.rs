use serde::{Deserialize, Serialize};

/// Named values that some entries of a batch carry: a column for each name, so that a reader
/// takes the names it needs and leaves the rest alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields {
    /// Sorted by name, each name once.
    columns: Vec<FieldColumn>,
}

/// The values of one name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldColumn {
    pub name: String,
    /// The entries that have the field, ascending, each at most once.
    pub rows: Vec<u32>,
    /// Where the value of `rows[i]` ends in `values`; ascending, as long as `rows`.
    pub ends: Vec<u32>,
    pub values: String,
}

impl FieldColumn {
    /// The value at position `at` of `rows`, not of the batch.
    pub fn value(&self, at: usize) -> &str {
        let start = match at.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(0),
            None => 0,
        };
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.values.get(start as usize..end as usize).unwrap_or("")
    }

    /// The value of entry `row`.
    pub fn get(&self, row: u32) -> Option<&str> {
        self.rows.binary_search(&row).ok().map(|at| self.value(at))
    }

    /// Appends the value of an entry beyond those that are there.
    pub fn push(&mut self, row: u32, value: &str) {
        debug_assert!(self.rows.last().is_none_or(|last| *last < row));
        self.values.push_str(value);
        self.rows.push(row);
        self.ends.push(u32::try_from(self.values.len()).unwrap_or(u32::MAX));
    }
}

impl Fields {
    pub const fn new() -> Self {
        Self { columns: Vec::new() }
    }

    /// From columns in any order; of two with one name the first stays.
    pub fn from_columns(mut columns: Vec<FieldColumn>) -> Self {
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        columns.dedup_by(|later, first| later.name == first.name);
        Self { columns }
    }

    /// In order of their names.
    pub fn columns(&self) -> &[FieldColumn] {
        &self.columns
    }

    pub fn column(&self, name: &str) -> Option<&FieldColumn> {
        let at = self.columns.binary_search_by(|c| c.name.as_str().cmp(name)).ok()?;
        self.columns.get(at)
    }

    pub fn get(&self, row: u32, name: &str) -> Option<&str> {
        self.column(name)?.get(row)
    }

    /// The fields of one entry, in order of their names.
    pub fn row(&self, row: u32) -> impl Iterator<Item = (&str, &str)> {
        self.columns.iter().filter_map(move |c| Some((c.name.as_str(), c.get(row)?)))
    }

    /// Gives entry `row` the field. Rows come in ascending order; the first of two values for
    /// one name of one entry stays.
    pub fn push(&mut self, row: u32, name: &str, value: &str) {
        self.push_near(0, row, name, value);
    }

    /// The same for whom the name's place among the names was `hint` before; gives its place now.
    /// Entries that follow each other mostly have the same names.
    pub fn push_near(&mut self, hint: usize, row: u32, name: &str, value: &str) -> usize {
        if let Some(column) = self.columns.get_mut(hint).filter(|column| column.name == name) {
            if column.rows.last() != Some(&row) {
                column.push(row, value);
            }
            return hint;
        }
        let at = match self.columns.binary_search_by(|c| c.name.as_str().cmp(name)) {
            Ok(at) => at,
            Err(at) => {
                let column = FieldColumn { name: name.to_owned(), ..FieldColumn::default() };
                self.columns.insert(at, column);
                at
            }
        };
        let column = &mut self.columns[at];
        if column.rows.last() != Some(&row) {
            column.push(row, value);
        }
        at
    }

    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Bytes this holds, roughly: what a memory budget counts.
    pub fn size_bytes(&self) -> usize {
        self.columns.iter().map(|c| c.values.len() + c.rows.len() * 8 + c.name.len() + 96).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_entry_and_name() {
        let mut fields = Fields::new();
        fields.push(0, "seed", "42");
        fields.push(2, "seed", "7");
        fields.push(2, "seed", "8");
        fields.push(2, "rtf", "0.3");
        assert_eq!(fields.get(0, "seed"), Some("42"));
        assert_eq!(fields.get(1, "seed"), None);
        assert_eq!(fields.row(2).collect::<Vec<_>>(), [("rtf", "0.3"), ("seed", "7")]);
    }
}
