//! Times and how Go writes them.

mod civil;
mod format;
mod method;
mod parse;
mod part;
mod zone;

pub(crate) use civil::Civil;
pub(crate) use method::method;
pub(crate) use parse::parse;
pub(crate) use part::part;
pub(crate) use zone::{Zone, zone};

/// A moment, and the zone it is shown in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Time {
    /// Nanoseconds since 1970; before the year 1678 and after 2262 as well.
    pub(crate) ns: i128,
    pub(crate) zone: Zone,
}

/// What a text that is no time is read as: the year 1.
pub(crate) const ZERO_NS: i128 = -62_135_596_800 * 1_000_000_000;

impl Time {
    pub(crate) const fn utc(ns: i128) -> Self {
        Self { ns, zone: Zone::UTC }
    }

    pub(crate) fn civil(&self) -> Civil {
        Civil::of(self.ns + i128::from(self.zone.offset_secs) * 1_000_000_000)
    }

    /// In Go's layout: how the moment 2006-01-02 15:04:05 would be written.
    pub(crate) fn format(&self, layout: &str) -> String {
        format::format(self, layout)
    }
}

/// As Go prints a time: `2026-11-20 10:59:39.614 +0000 UTC`.
impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.format("2006-01-02 15:04:05.999999999 -0700 MST"))
    }
}
