//! A row of `nvidia-smi --format=csv -l 5`, whose header line names the columns:
//! `2024/12/17 14:30:52.123, 45 %, 12345 MiB`

use super::{Body, Head, Shape, Subject, digit};
use crate::{Auto, stamp::When};

pub(super) const SHAPE: Shape = Shape { name: "CSV rows", starts: digit, read };

fn read<'a>(subject: &Subject<'a>, _: &mut Auto) -> Option<Head<'a>> {
    let (stamp, rest) = subject.dated()?;
    if subject.text.get(4) != Some(&b'/') {
        return None;
    }
    let message = rest.strip_prefix(b", ")?;
    let when = Some(When::Full(stamp));
    Some(Head { when, level: None, word: b"", message, body: Body::Row })
}
