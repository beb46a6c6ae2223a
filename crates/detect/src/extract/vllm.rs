//! vLLM's figures: `Avg prompt throughput: 0.0 tokens/s, Avg generation throughput: 45.2 tokens/s,
//! Running: 1 reqs, Waiting: 0 reqs, GPU KV cache usage: 3.1%, …`

use super::{Flow, Sentences, after, number};
use crate::Auto;

const FIGURES: [(&[u8], &str); 5] = [
    (b"Avg prompt throughput: ", "prompt_tokens_per_sec"),
    (b"Avg generation throughput: ", "tokens_per_sec"),
    (b"Running: ", "running"),
    (b"Waiting: ", "waiting"),
    (b"KV cache usage: ", "kv_cache_percent"),
];

pub(super) const SENTENCES: Sentences = Sentences { starts: b"AE", read };

fn read(message: &[u8], auto: &mut Auto) -> Flow {
    // Behind the engine's number in some versions.
    let is_figures = |text: &[u8]| text.starts_with(b"Avg prompt throughput: ");
    let message = match message.first() {
        Some(b'A') => message,
        Some(b'E') if message.starts_with(b"Engine ") => {
            let at = memchr::memmem::find(message, b": Avg ").map_or(0, |at| at + 2);
            message.get(at..).unwrap_or(b"")
        }
        _ => return Flow::More,
    };
    if is_figures(message) {
        for (mark, name) in FIGURES {
            let value = after(message, mark).and_then(number);
            auto.push_bytes(name, value.map_or(b"", |(value, _)| value));
        }
    }
    Flow::More
}
