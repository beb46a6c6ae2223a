use std::collections::HashMap;

use model::Labels;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Something for each series, found by the series' labels.
#[derive(Clone, Debug)]
pub(crate) struct Table<T> {
    series: Vec<(Labels, T)>,
    /// From `key` to the position in `series`.
    index: HashMap<Box<[u8]>, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { series: Vec::new(), index: HashMap::new() }
    }
}

/// Writes what tells a label set from all others. Labels come in order of their names.
pub(crate) fn key<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>, key: &mut Vec<u8>) {
    key.clear();
    for (name, value) in labels {
        // 0xff stands in no text.
        key.extend_from_slice(name.as_bytes());
        key.push(0xff);
        key.extend_from_slice(value.as_bytes());
        key.push(0xff);
    }
}

impl<T: Default> Table<T> {
    /// The position of the series with this key; `labels` is asked when it is new.
    pub(crate) fn at(&mut self, key: &[u8], labels: impl FnOnce() -> Labels) -> usize {
        if let Some(at) = self.index.get(key) {
            return *at;
        }
        let at = self.series.len();
        self.series.push((labels(), T::default()));
        self.index.insert(key.into(), at);
        at
    }

    pub(crate) fn entry(&mut self, labels: Labels) -> &mut T {
        let mut bytes = Vec::new();
        key(labels.iter(), &mut bytes);
        let at = self.at(&bytes, || labels);
        self.get(at)
    }
}

impl<T> Table<T> {
    /// What a position that `at` gave holds.
    pub(crate) fn get(&mut self, at: usize) -> &mut T {
        &mut self.series[at].1
    }

    pub(crate) const fn len(&self) -> usize {
        self.series.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Labels, T)> {
        self.series.iter()
    }

    pub(crate) fn into_series(self) -> Vec<(Labels, T)> {
        self.series
    }
}

impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.series)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let series = Vec::<(Labels, T)>::deserialize(deserializer)?;
        let mut index = HashMap::with_capacity(series.len());
        let mut bytes = Vec::new();
        for (at, (labels, _)) in series.iter().enumerate() {
            key(labels.iter(), &mut bytes);
            index.insert(bytes.as_slice().into(), at);
        }
        Ok(Self { series, index })
    }
}
