//! Fields out of messages, with no configuration: `key=value` anywhere, and the fixed sentences of
//! the applications, one file for each. To add sentences: a file, and its line in `SENTENCES`.

mod access;
mod columns;
mod comfyui;
mod cosyvoice;
mod fish;
mod kernel;
mod library;
mod memory;
mod pairs;
mod server;
mod sovits;
mod training;
mod units;
mod vllm;

use std::sync::LazyLock;

use crate::Auto;

pub(crate) use columns::{columns, row};
pub(crate) use pairs::put as pair;

/// Longer messages (dumped headers, user texts) are searched for fields only this far.
const SEARCHED_BYTES: usize = 8 << 10;

/// What one application says.
struct Sentences {
    /// The bytes that its sentences start with; none: any.
    starts: &'static [u8],
    read: fn(&[u8], &mut Auto) -> Flow,
}

/// `Done`: the rest of the message is a user's text, where `key=value` means nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    More,
    Done,
}

static SENTENCES: [Sentences; 11] = [
    cosyvoice::SENTENCES,
    access::SENTENCES,
    library::SENTENCES,
    fish::SENTENCES,
    memory::SENTENCES,
    kernel::SENTENCES,
    server::SENTENCES,
    comfyui::SENTENCES,
    sovits::SENTENCES,
    training::SENTENCES,
    vllm::SENTENCES,
];

/// By the first byte of a message, the sentences that it can be, a bit for each.
static STARTS: LazyLock<[u16; 256]> = LazyLock::new(|| {
    std::array::from_fn(|byte| {
        let may = |sentences: &Sentences| {
            sentences.starts.is_empty()
                || u8::try_from(byte).is_ok_and(|b| sentences.starts.contains(&b))
        };
        (0..).zip(&SENTENCES).map(|(at, sentences)| u16::from(may(sentences)) << at).sum()
    })
});

/// Puts the fields of a record's first line into `auto`.
pub(crate) fn fields(message: &[u8], auto: &mut Auto) {
    let message = message.get(..SEARCHED_BYTES).unwrap_or(message);
    let Some(first) = message.first() else { return };
    let mut possible = STARTS[usize::from(*first)];
    while let at @ 0..16 = possible.trailing_zeros() {
        possible &= possible - 1;
        let Some(sentences) = usize::try_from(at).ok().and_then(|at| SENTENCES.get(at)) else {
            break;
        };
        if (sentences.read)(message, auto) == Flow::Done {
            return;
        }
    }
    pairs::read(message, auto);
}

/// Puts the fields of a line that joins a record into `auto`: what an exception says.
pub(crate) fn continuation_fields(line: &[u8], auto: &mut Auto) {
    memory::read(line, auto);
}

/// The first run of bytes without white space, and what follows the space after it.
fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let len = memchr::memchr(b' ', text).unwrap_or(text.len());
    let (word, rest) = text.split_at(len);
    (word, rest.trim_ascii_start())
}

/// The decimal number that `text` starts with, and what follows.
fn number(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let number = units::number_len(text);
    text.split_at_checked(number).filter(|(number, _)| !number.is_empty())
}

fn after<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    text.get(memchr::memmem::find(text, mark)? + mark.len()..)
}

#[cfg(test)]
mod tests;
