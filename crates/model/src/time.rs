use serde::{Deserialize, Serialize};

/// Nanoseconds since 1970-01-01T00:00:00Z. A string in JSON, since a JavaScript number cannot
/// hold it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub const MIN: Self = Self(i64::MIN);
    pub const MAX: Self = Self(i64::MAX);

    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    pub const fn from_millis(ms: i64) -> Self {
        Self(ms.saturating_mul(1_000_000))
    }

    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    #[must_use]
    pub const fn saturating_add(self, ns: i64) -> Self {
        Self(self.0.saturating_add(ns))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&self.0)
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
            text.parse().map(Self).map_err(|_| {
                serde::de::Error::custom(format!("{text:?} is not a time in nanoseconds"))
            })
        } else {
            i64::deserialize(deserializer).map(Self)
        }
    }
}

/// From `start` inclusive to `end` exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeRange {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl TimeRange {
    pub const ALL: Self = Self { start: Timestamp::MIN, end: Timestamp::MAX };

    pub const fn new(start: i64, end: i64) -> Self {
        Self { start: Timestamp(start), end: Timestamp(end) }
    }

    pub const fn contains(&self, ts: i64) -> bool {
        self.start.0 <= ts && ts < self.end.0
    }

    /// Whether anything between `first` and `last`, both inclusive, can lie in the range.
    pub const fn overlaps(&self, first: i64, last: i64) -> bool {
        first < self.end.0 && last >= self.start.0
    }

    /// Whether everything between `first` and `last`, both inclusive, lies in the range.
    pub const fn covers(&self, first: i64, last: i64) -> bool {
        self.start.0 <= first && last < self.end.0
    }
}
