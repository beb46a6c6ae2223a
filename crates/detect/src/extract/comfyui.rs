//! What ComfyUI says, without time or level, about its machine and its prompts.

use super::{Flow, Sentences, after, number, word};
use crate::Auto;

pub(super) const SENTENCES: Sentences = Sentences { starts: b"gPlTpD", read };

fn read(message: &[u8], auto: &mut Auto) -> Flow {
    let found = match message.first() {
        Some(b'g') if message == b"got prompt" => {
            auto.push("event", "request");
            None
        }
        Some(b'P') => message.strip_prefix(b"Prompt executed in ").map(|rest| executed(rest, auto)),
        Some(b'l') => message.strip_prefix(b"loaded completely; ").map(|rest| {
            if let Some((mb, _)) = number(rest) {
                auto.push_bytes("loaded_mb", mb);
            }
        }),
        Some(b'T') => message.strip_prefix(b"Total VRAM ").map(|rest| {
            if let Some((vram, rest)) = number(rest) {
                auto.push_bytes("vram_mb", vram);
                let ram = after(rest, b" total RAM ").and_then(number);
                auto.push_bytes("ram_mb", ram.map_or(b"", |(ram, _)| ram));
            }
        }),
        Some(b'p') => message
            .strip_prefix(b"pytorch version: ")
            .map(|version| auto.push_bytes("torch", word(version).0)),
        Some(b'D') => message.strip_prefix(b"Device: ").map(|rest| {
            let (device, gpu) = word(rest);
            auto.push_bytes("device", device);
            let end = memchr::memmem::find(gpu, b" : ").unwrap_or(gpu.len());
            auto.push_bytes("gpu", gpu.get(..end).unwrap_or(gpu));
        }),
        _ => None,
    };
    if found.is_some() { Flow::Done } else { Flow::More }
}

/// `12.34 seconds`; over ten minutes `00:11:02`.
fn executed(rest: &[u8], auto: &mut Auto) {
    let mut parts = rest.splitn(3, |b| *b == b':').map(|part| {
        let part = std::str::from_utf8(part).ok()?.trim();
        part.parse::<u32>().ok()
    });
    if let (Some(Some(hours)), Some(Some(minutes)), Some(Some(seconds))) =
        (parts.next(), parts.next(), parts.next())
    {
        let sum = u64::from(hours) * 3600 + u64::from(minutes) * 60 + u64::from(seconds);
        auto.push_number("prompt_s", sum);
    } else if let Some((seconds, _)) = number(rest) {
        auto.push_bytes("prompt_s", seconds);
    }
}
