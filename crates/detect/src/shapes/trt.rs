//! TensorRT: `[12/17/2024-14:30:58] [TRT] [I] message`

use super::{Body, Head, Shape, Subject, bracket, split};
use crate::{Auto, Level, stamp, stamp::Stamp, stamp::When};

pub(super) const SHAPE: Shape = Shape { name: "TensorRT", starts: bracket, read };

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let rest = subject.text.strip_prefix(b"[")?;
    let [_, _, b'/', _, _, b'/', _, _, _, _, b'-', ..] = rest else { return None };
    let number = |at: usize, len: usize| {
        let digits = rest.get(at..at + len)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        std::str::from_utf8(digits).ok()?.parse::<u32>().ok()
    };
    let (month, day, year) = (number(0, 2)?, number(3, 2)?, number(6, 4)?);
    let second = stamp::clock(rest.get(11..)?)?;
    let stamp = Stamp::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?, second)?;
    let (module, rest) = split(rest.get(19..)?.strip_prefix(b"] [")?, b"] [")?;
    let word = rest.get(..1).filter(|word| b"VIWEF".contains(&word[0]))?;
    let message = rest.get(1..)?.strip_prefix(b"] ")?;
    auto.push_bytes("module", module);
    Some(Head {
        when: Some(When::Full(stamp)),
        level: Level::from_word(word),
        word,
        message,
        body: Body::Text,
    })
}
