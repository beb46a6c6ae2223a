//! What servers say when they start: where they listen, and that they cannot.

use super::{Flow, Sentences, after, number, word};
use crate::Auto;

/// How a message starts that ends in an address.
const LISTENING: [&[u8]; 6] = [
    b"Uvicorn running on ",
    b"* Running on local URL:",
    b"* Running on public URL:",
    b"Running on local URL:",
    b"Startup done, listening server at ",
    b"To see the GUI go to:",
];

pub(super) const SENTENCES: Sentences = Sentences { starts: b"U*RST[", read };

fn read(message: &[u8], auto: &mut Auto) -> Flow {
    match message.first() {
        Some(b'U' | b'*' | b'R' | b'S' | b'T') => {
            let address = LISTENING.iter().find_map(|start| message.strip_prefix(*start));
            if let Some(address) = address {
                auto.push_bytes("address", word(address.trim_ascii_start()).0);
            }
        }
        Some(b'[') => {
            if let Some((errno, rest)) = message.strip_prefix(b"[Errno ").and_then(number) {
                auto.push_bytes("errno", errno);
                if let Some((port, _)) = after(rest, b"', ").and_then(number) {
                    auto.push_bytes("port", port);
                }
            }
        }
        _ => {}
    }
    Flow::More
}
