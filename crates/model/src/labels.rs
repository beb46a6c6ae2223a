use std::fmt;

use serde::{Deserialize, Serialize};

/// The label set that names a stream: sorted by name, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Labels(Vec<(String, String)>);

impl Labels {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of `name`, if the label is there.
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|(n, _)| n.as_str().cmp(name)).ok()?;
        self.0.get(at).map(|(_, value)| value.as_str())
    }

    /// Sets `name`, replacing what was there.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        match self.0.binary_search_by(|(n, _)| n.cmp(&name)) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name, value)),
        }
    }

    /// Removes `name` and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        let at = self.0.binary_search_by(|(n, _)| n.as_str().cmp(name)).ok()?;
        Some(self.0.remove(at).1)
    }

    /// The labels in order of their names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Labels {
    /// The last of several values for one name wins.
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut labels = Self::new();
        for (name, value) in pairs {
            labels.set(name, value);
        }
        labels
    }
}

impl<N: Into<String>, V: Into<String>, const K: usize> From<[(N, V); K]> for Labels {
    fn from(pairs: [(N, V); K]) -> Self {
        pairs.into_iter().collect()
    }
}

/// `{job="cosyvoice3", level="error"}`, as LogQL and Loki write it.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, (name, value)) in self.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{name}={value:?}")?;
        }
        f.write_str("}")
    }
}

/// A JSON object, name to value.
impl Serialize for Labels {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Pairs)
    }
}

/// Takes the pairs as they come: thousands of label sets cross between workers, all of them in
/// order already.
struct Pairs;

impl<'de> serde::de::Visitor<'de> for Pairs {
    type Value = Labels;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from label names to values")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
        // What a hostile message claims to hold reserves nothing.
        let mut labels = Labels(Vec::with_capacity(map.size_hint().unwrap_or(0).min(16)));
        while let Some((name, value)) = map.next_entry::<String, String>()? {
            match labels.0.last() {
                Some((last, _)) if *last >= name => labels.set(name, value),
                _ => labels.0.push((name, value)),
            }
        }
        Ok(labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_set_is_sorted_and_holds_each_name_once() {
        let labels = Labels::from([("level", "info"), ("job", "a"), ("level", "error")]);
        assert_eq!(labels.to_string(), r#"{job="a", level="error"}"#);
        assert_eq!(labels.get("level"), Some("error"));
        assert_eq!(labels.get("none"), None);
    }

    #[test]
    fn json_in_any_order_is_a_label_set() {
        let labels: Labels =
            serde_json::from_str(r#"{"job":"a","level":"info","job":"b","app":"c"}"#).unwrap();
        assert_eq!(labels, Labels::from([("app", "c"), ("job", "b"), ("level", "info")]));
        assert!(serde_json::from_str::<Labels>("[1]").is_err());
    }
}
