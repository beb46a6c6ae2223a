//! Training: names and values without a `=` between them, and the rank of the process.

use super::{Flow, Sentences, after, number, word};
use crate::Auto;

pub(super) const SENTENCES: Sentences = Sentences { starts: b"TCE[R", read };

fn read(message: &[u8], auto: &mut Auto) -> Flow {
    match message.first() {
        Some(b'T') if message.starts_with(b"TRAIN Batch ") => words(message, auto),
        Some(b'T') => {
            if let Some((epoch, rest)) = message.strip_prefix(b"Train Epoch: ").and_then(number) {
                auto.push_bytes("epoch", epoch);
                let percent = rest.strip_prefix(b" [").and_then(number);
                auto.push_bytes("percent", percent.map_or(b"", |(percent, _)| percent));
            }
        }
        Some(b'C') if message.starts_with(b"CV Batch ") => words(message, auto),
        Some(b'E') if message.starts_with(b"Epoch ") => words(message, auto),
        Some(b'[') => {
            if let Some((rank, rest)) = message.strip_prefix(b"[Rank ").and_then(number) {
                auto.push_bytes("rank", rank);
                if let Some(path) = after(rest, b" save to checkpoint ") {
                    auto.push_bytes("checkpoint", word(path).0);
                }
            }
        }
        Some(b'R') => {
            if let Some((rank, rest)) = message.strip_prefix(b"RANK: ").and_then(number)
                && let Some((size, _)) = rest.strip_prefix(b" / ").and_then(number)
            {
                auto.push_bytes("rank", rank);
                auto.push_bytes("world_size", size);
            }
        }
        _ => {}
    }
    Flow::More
}

/// `TRAIN Batch 3/100 loss 2.134567 acc 0.412345 rank 0`, `Epoch 3 Step 1200 CV info lr 0.1 rank 0`
fn words(message: &[u8], auto: &mut Auto) {
    let mut words = message.split(|b| *b == b' ').filter(|word| !word.is_empty()).peekable();
    while let Some(name) = words.next() {
        let fits = |b: &u8| b.is_ascii_alphabetic() || *b == b'_';
        let Ok(text) = std::str::from_utf8(name) else { continue };
        if !name.iter().all(fits) {
            continue;
        }
        let Some((value, rest)) = words.peek().and_then(|value| number(value)) else { continue };
        match (text, rest) {
            ("Batch", [b'/', all @ ..]) => {
                auto.push_bytes("batch", value);
                auto.push_bytes("batches", all);
            }
            (_, []) => auto.push_bytes(&text.to_ascii_lowercase(), value),
            _ => {}
        }
    }
}
