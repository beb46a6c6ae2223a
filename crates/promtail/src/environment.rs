use std::fmt;

use jiff::tz::TimeZone;

/// Finds a zone by its name.
type Zones = dyn Fn(&str) -> Option<TimeZone> + Send + Sync;

/// What the stages of a file need to know about the machine.
pub struct Environment {
    zones: Box<Zones>,
}

impl Environment {
    /// `zones` finds a zone by its name, `Asia/Shanghai`.
    pub fn new(zones: impl Fn(&str) -> Option<TimeZone> + Send + Sync + 'static) -> Self {
        Self { zones: Box::new(zones) }
    }

    /// A machine that knows UTC only.
    pub fn utc() -> Self {
        Self::new(|name| (name == "UTC").then_some(TimeZone::UTC))
    }

    pub(crate) fn zone(&self, name: &str) -> Option<TimeZone> {
        (self.zones)(name)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}
