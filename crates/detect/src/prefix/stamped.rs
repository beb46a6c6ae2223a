//! The time that `docker logs -t` and `kubectl logs --timestamps` put in front of each line:
//! `2024-12-17T14:30:52.123456789Z text`. It has a zone and the program's own time often has none,
//! or the container's.

use super::Prefix;
use crate::stamp::{Stamp, When};

/// Programs themselves print milliseconds, runtimes more.
const MIN_LEN: usize = "2024-12-17T14:30:52.123456Z".len();

pub(super) fn read(text: &[u8]) -> Option<Prefix<'_>> {
    if text.get(10) != Some(&b'T') {
        return None;
    }
    let (stamp, len) = Stamp::iso(text)?;
    let rest = match text.get(len..)? {
        [b' ', rest @ ..] => rest,
        [] => b"",
        _ => return None,
    };
    (stamp.offset.is_some() && len >= MIN_LEN).then_some(Prefix {
        rest,
        when: Some(When::Full(stamp)),
        writer: b"stamped",
        ..Prefix::default()
    })
}
