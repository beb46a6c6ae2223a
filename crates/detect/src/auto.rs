use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

/// Values longer than this many bytes are not fields; they stay where they are, in the line.
pub(crate) const MAX_VALUE_BYTES: usize = 256;
/// An entry carries at most this many auto fields.
pub(crate) const MAX_FIELDS: usize = 64;
/// What the entry's labels say already.
const RESERVED: [&str; 4] = ["level", "job", "filename", "instance"];

/// The fields that were found in a record, in the order they were found; each name once.
#[derive(Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Auto {
    /// Names and values one after the other, so that a record's fields are one allocation that the
    /// next record uses again.
    text: String,
    /// Where each name and then its value end in `text`.
    ends: Vec<(u32, u32)>,
}

impl Auto {
    /// Name and value of each field.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut start = 0;
        self.ends.iter().map(move |&(name_end, value_end)| {
            let (name_end, value_end) = (name_end as usize, value_end as usize);
            let name = self.text.get(start..name_end).unwrap_or("");
            let value = self.text.get(name_end..value_end).unwrap_or("");
            start = value_end;
            (name, value)
        })
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether no field fits any more.
    pub(crate) fn is_full(&self) -> bool {
        self.ends.len() >= MAX_FIELDS
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds a field. The first value of a name stays; too long a value, too many fields and names
    /// that are labels of every entry are left out.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        if value.is_empty() || value.len() > MAX_VALUE_BYTES || !self.takes(name) {
            return;
        }
        self.text.push_str(name);
        let name_end = self.text.len();
        self.text.push_str(value);
        self.end(name_end);
    }

    /// As [`push`](Self::push), of a number.
    pub(crate) fn push_number(&mut self, name: &str, value: u64) {
        if self.takes(name) {
            self.text.push_str(name);
            let name_end = self.text.len();
            // A string takes whatever is written to it.
            let _ = write!(self.text, "{value}");
            self.end(name_end);
        }
    }

    /// As [`push_bytes`](Self::push_bytes), under `name` with `_raw` behind it.
    pub(crate) fn push_raw(&mut self, name: &str, value: &[u8]) {
        let start = self.text.len();
        self.text.push_str(name);
        self.text.push_str("_raw");
        let name_end = self.text.len();
        let value = std::str::from_utf8(value).unwrap_or("");
        let takes = self.text.get(start..).is_some_and(|name| self.takes(name));
        if takes && (1..=MAX_VALUE_BYTES).contains(&value.len()) {
            self.text.push_str(value);
            self.end(name_end);
        } else {
            self.text.truncate(start);
        }
    }

    /// The field at the end of `text` is whole.
    fn end(&mut self, name_end: usize) {
        // 64 names and values of 256 bytes never reach 2^32.
        self.ends.push((name_end as u32, self.text.len() as u32));
    }

    /// Whether a field of this name can be added.
    fn takes(&self, name: &str) -> bool {
        !self.is_full() && !RESERVED.contains(&name) && !self.has(name)
    }

    /// Asked for each field that is found: lengths are compared before names.
    fn has(&self, name: &str) -> bool {
        let mut start = 0;
        self.ends.iter().any(|&(name_end, value_end)| {
            let (from, end) = (start, name_end as usize);
            start = value_end as usize;
            end - from == name.len() && self.text.as_bytes().get(from..end) == Some(name.as_bytes())
        })
    }

    /// Takes back all but the first `len` fields.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.ends.truncate(len);
        let end = self.ends.last().map_or(0, |&(_, value_end)| value_end as usize);
        self.text.truncate(end);
    }

    /// Adds a field whose value is not known to be UTF-8; where it is not, it is left out.
    pub(crate) fn push_bytes(&mut self, name: &str, value: &[u8]) {
        if value.len() <= MAX_VALUE_BYTES
            && let Ok(value) = std::str::from_utf8(value)
        {
            self.push(name, value);
        }
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        for (name, value) in other.iter() {
            self.push(name, value);
        }
    }
}

impl Clone for Auto {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), ends: self.ends.clone() }
    }

    /// In the memory that is there.
    fn clone_from(&mut self, other: &Self) {
        self.text.clone_from(&other.text);
        self.ends.clone_from(&other.ends);
    }
}

impl fmt::Debug for Auto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_of_a_name_stays() {
        let mut auto = Auto::default();
        auto.push("seed", "1");
        auto.push("seed", "2");
        auto.push("level", "info");
        auto.push("long", &"x".repeat(MAX_VALUE_BYTES + 1));
        auto.push_bytes("raw", b"\xff");
        auto.push("rtf", "0.5");
        assert_eq!(auto.iter().collect::<Vec<_>>(), [("seed", "1"), ("rtf", "0.5")]);
    }
}
