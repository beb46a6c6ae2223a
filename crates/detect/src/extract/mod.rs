//! Fields out of messages, with no configuration: `key=value` anywhere, and the fixed sentences of
//! the applications, one file for each. To add sentences: a file, and its line in `SENTENCES`.

mod access;
mod cosyvoice;
mod fish;
mod kernel;
mod memory;
mod pairs;
mod units;

use crate::Auto;

/// Longer messages (dumped headers, user texts) are searched for fields only this far.
const SEARCHED_BYTES: usize = 8 << 10;

/// Reads the fields of sentences it knows. `Flow::Done`: the rest of the message is a user's text,
/// where `key=value` means nothing.
type Sentence = fn(&[u8], &mut Auto) -> Flow;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    More,
    Done,
}

static SENTENCES: [Sentence; 5] =
    [cosyvoice::read, access::read, fish::read, memory::read, kernel::read];

/// Puts the fields of a record's first line into `auto`.
pub(crate) fn fields(message: &[u8], auto: &mut Auto) {
    let message = message.get(..SEARCHED_BYTES).unwrap_or(message);
    if message.is_empty() {
        return;
    }
    for sentence in SENTENCES {
        if sentence(message, auto) == Flow::Done {
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
