//! The line that ComfyUI-Manager starts a run with: `** ComfyUI startup time: 2024-12-17 14:30:40.123`

use super::{Body, Head, Shape, Subject};
use crate::{Auto, stamp::Stamp, stamp::When};

pub(super) const SHAPE: Shape = Shape { name: "ComfyUI start", starts: |byte| byte == b'*', read };

fn read<'a>(subject: &Subject<'a>, _: &mut Auto) -> Option<Head<'a>> {
    let stamp = Stamp::whole(subject.text.strip_prefix(b"** ComfyUI startup time: ")?)?;
    let when = Some(When::Full(stamp));
    Some(Head { when, level: None, word: b"", message: subject.text, body: Body::Text })
}
