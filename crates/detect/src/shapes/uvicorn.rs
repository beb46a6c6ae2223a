//! uvicorn: `INFO:     192.168.1.5:51234 - "POST /inference_sft HTTP/1.1" 200 OK`

use super::{Body, Head, Shape, Subject, capital};
use crate::{Auto, level};

pub(super) const SHAPE: Shape = Shape { name: "uvicorn", starts: capital, read };

fn read<'a>(subject: &Subject<'a>, _: &mut Auto) -> Option<Head<'a>> {
    let (level, word, rest) = level::leading_word(subject.text)?;
    let rest = rest.strip_prefix(b":")?;
    let message = rest.trim_ascii_start();
    // The word and its colon are padded to ten columns.
    (4..=8).contains(&(rest.len() - message.len())).then_some(Head {
        when: None,
        level: Some(level),
        word,
        message,
        body: Body::Text,
    })
}
