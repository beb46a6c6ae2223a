//! What collectors and supervisors put in front of every line of a program: a container's name, a
//! process, a rank, syslog's time and host. It says where a line comes from; what the line is, the
//! rest of it says. One file for each family.

mod container;
mod process;
mod stamped;
mod syslog;

use crate::{Auto, Level, stamp::When};

/// A prefix, and what follows it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Prefix<'a> {
    /// Who writes such.
    pub family: Family,
    pub rest: &'a [u8],
    pub when: Option<When>,
    pub level: Option<Level>,
    /// What tells this writer's lines from those of others in the same file.
    pub writer: &'a [u8],
    /// Each line is a record of its own, unless it is inside a traceback.
    pub is_record: bool,
}

/// Who puts prefixes and envelopes around lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Family {
    Syslog,
    Process,
    Stamped,
    #[default]
    Container,
    Docker,
    Cri,
}

impl Family {
    /// In the order of their values.
    pub(crate) const NAMES: [&str; 6] =
        ["syslog", "process", "time of docker or kubectl", "container", "docker JSON", "CRI"];
}

/// More in front of each other than anybody stacks.
pub(crate) const MAX_PREFIXES: usize = 4;

/// The prefix that `text` starts with; its fields go into `auto`.
pub(crate) fn leading<'a>(text: &'a [u8], auto: &mut Auto) -> Option<Prefix<'a>> {
    let of = |family| move |prefix| Prefix { family, ..prefix };
    let (process, syslog) = (of(Family::Process), of(Family::Syslog));
    match text.first()? {
        b'(' => process::in_parentheses(text, auto).map(process),
        b'[' => process::rank(text, auto).map(process).or_else(|| container::pod(text, auto)),
        b'<' => syslog::with_priority(text, auto).map(syslog),
        b'A'..=b'Z' => {
            syslog::read(text, auto).map(syslog).or_else(|| container::composed(text, auto))
        }
        b'0'..=b'9' => syslog::read(text, auto)
            .map(syslog)
            .or_else(|| stamped::read(text).map(of(Family::Stamped)))
            .or_else(|| container::managed(text, auto))
            .or_else(|| container::composed(text, auto)),
        b'a'..=b'z' => container::composed(text, auto),
        _ => None,
    }
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// `text` up to `mark` and after it.
fn split<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memchr::memmem::find(text, mark)?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

#[cfg(test)]
mod tests;
