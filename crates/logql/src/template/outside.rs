//! Templates and times for those who have no query: the collector's pipelines.

use super::parse::Template;
use super::scope::Scope;
use super::time::{self, Zone};
use crate::limits::MAX_TEMPLATE_WORK;

impl Template {
    /// The template, filled in. An error says what went wrong.
    pub fn fill(&self, scope: &dyn Scope) -> Result<String, String> {
        let (mut text, mut work) = (String::new(), MAX_TEMPLATE_WORK);
        self.render(scope, &mut text, &mut work)?;
        Ok(text)
    }
}

/// A date and a time of day as a text says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallTime {
    /// Nanoseconds since 1970 if the clock was in UTC; the year is 0 where the layout has none.
    pub ns: i128,
    /// Seconds east of UTC, where the text says it.
    pub offset_secs: Option<i32>,
}

/// Reads a time in Go's layout: how 2006-01-02 15:04:05 would be written. None: it does not fit.
pub fn read_time(layout: &str, text: &str) -> Option<WallTime> {
    /// No zone of a text has this name.
    const NONE: Zone = Zone { offset_secs: 0, name: std::borrow::Cow::Borrowed("?") };
    let found = time::parse(layout, text, &NONE)?;
    if found.zone == NONE {
        return Some(WallTime { ns: found.ns, offset_secs: None });
    }
    let offset_secs = found.zone.offset_secs;
    let ns = found.ns + i128::from(offset_secs) * 1_000_000_000;
    Some(WallTime { ns, offset_secs: Some(offset_secs) })
}
