//! What GPT-SoVITS and ChatTTS say while they work.

use super::{Flow, Sentences, after, number, pair};
use crate::Auto;

/// How a message starts, and the name of the number behind it.
const NUMBERS: [(&[u8], &str); 5] = [
    (b"use early stop num: ", "early_stop_num"),
    (b"first_package_delay: ", "first_package_delay"),
    (b"Set seed to ", "seed"),
    // "Time used for upsampling".
    ("超采样用时：".as_bytes(), "upsample_s"),
    (b"incomplete result. hit max_new_token: ", "max_new_token"),
];

pub(super) const SENTENCES: Sentences = Sentences { starts: b"ufSiT0123456789\xE8", read };

fn read(message: &[u8], auto: &mut Auto) -> Flow {
    match message.first() {
        Some(b'u' | b'f' | b'S' | b'i' | 0xE8) => {
            let found = NUMBERS
                .iter()
                .find_map(|(start, name)| Some((number(message.strip_prefix(*start)?)?.0, *name)));
            if let Some((value, name)) = found {
                auto.push_bytes(name, value);
            }
        }
        Some(b'T') if message.starts_with(b"T2S Decoding EOS [") => {
            decoded(message, auto);
        }
        Some(b'0'..=b'9') => {
            stages(message, auto);
        }
        _ => {}
    }
    Flow::More
}

/// `T2S Decoding EOS [103 -> 287]`: the tokens from there to there.
fn decoded(message: &[u8], auto: &mut Auto) -> Option<()> {
    let (from, rest) = number(after(message, b"[")?)?;
    let (to, _) = number(rest.strip_prefix(b" -> ")?)?;
    let parse = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<u64>().ok();
    auto.push_number("tokens", parse(to)?.checked_sub(parse(from)?)?);
    Some(())
}

/// `0.812⇥2.104⇥0.201⇥0.934`: how long each stage took.
fn stages(message: &[u8], auto: &mut Auto) -> Option<()> {
    let (_, rest) = number(message)?;
    if rest.first() != Some(&b'\t') {
        return None;
    }
    let columns: Vec<&[u8]> = message.split(|b| *b == b'\t').collect();
    let are_numbers =
        columns.iter().all(|column| number(column).is_some_and(|(_, rest)| rest.is_empty()));
    if columns.len() < 3 || !are_numbers {
        return None;
    }
    for (at, column) in columns.iter().enumerate() {
        pair(&format!("t{at}"), column, auto);
    }
    Some(())
}
