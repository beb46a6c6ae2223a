//! What Fish-Speech says while it works.

use super::{Flow, Sentences, after, number, pair};
use crate::Auto;

/// How a message starts, the mark its number stands after, the name of the number.
const NUMBERS: [(&[u8], &str); 6] = [
    (b"GPU Memory used: ", "gpu_memory_gb"),
    (b"Bandwidth achieved: ", "bandwidth_gb_per_sec"),
    (b"Compilation time: ", "compile_s"),
    (b"Time to load model: ", "load_s"),
    (b"Time used: ", "time_used_s"),
    (b"set seed: ", "seed"),
];

pub(super) const SENTENCES: Sentences = Sentences { starts: b"BG-CTsV[", read };

fn read(message: &[u8], auto: &mut Auto) -> Flow {
    match message.first() {
        Some(b'B') if message.starts_with(b"Batch ") => return batch(message, auto),
        Some(b'G') if message.starts_with(b"Generated ") => generated(message, auto),
        Some(b'V') => {
            if let Some(shape) = message.strip_prefix(b"VQ features: torch.Size(") {
                auto.push_bytes("shape", shape.strip_suffix(b")").unwrap_or(shape));
            }
        }
        Some(b'[') => {
            executed(message, auto);
        }
        Some(b'-') if message.starts_with(b"--- Sample ") => {
            if let Some((bytes, _)) = after(message, b" (").and_then(number) {
                auto.push_bytes("text_bytes", bytes);
            }
        }
        Some(b'B' | b'C' | b'G' | b'T' | b's') => {
            for (start, name) in NUMBERS {
                if let Some((value, _)) = message.strip_prefix(start).and_then(number) {
                    auto.push_bytes(name, value);
                }
            }
        }
        _ => {}
    }
    Flow::More
}

/// `Batch 0: Generated 412 tokens in 8.32 seconds, 49.52 tokens/sec`, `Batch text: …`
fn batch(message: &[u8], auto: &mut Auto) -> Flow {
    if message.starts_with(b"Batch text: ") {
        return Flow::Done;
    }
    if let Some(at) = memchr::memmem::find(message, b": Generated ") {
        generated(message.get(at + 2..).unwrap_or(b""), auto);
    }
    Flow::More
}

/// `Generated 412 tokens in 8.32 seconds, 49.52 tokens/sec`
fn generated(message: &[u8], auto: &mut Auto) {
    let found = || {
        let (tokens, rest) = number(message.strip_prefix(b"Generated ")?)?;
        let (seconds, rest) = number(rest.strip_prefix(b" tokens in ")?)?;
        let (per_sec, rest) = number(rest.strip_prefix(b" seconds, ")?)?;
        rest.starts_with(b" tokens/sec").then_some((tokens, seconds, per_sec))
    };
    if let Some((tokens, seconds, per_sec)) = found() {
        auto.push_bytes("tokens", tokens);
        auto.push_bytes("seconds", seconds);
        auto.push_bytes("tokens_per_sec", per_sec);
    }
}

/// `[EXEC] VQGAN encode time: 31.22ms`
fn executed(message: &[u8], auto: &mut Auto) -> Option<()> {
    let rest = message.strip_prefix(b"[EXEC] ")?;
    let at = memchr::memmem::find(rest, b" time: ")?;
    auto.push_bytes("exec", rest.get(..at)?);
    pair("exec_s", rest.get(at + 7..)?, auto);
    Some(())
}
