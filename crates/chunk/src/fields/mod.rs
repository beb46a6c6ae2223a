//! Fields of a block: pushed metadata, and what Logpane extracted. Before packing:
//!
//! ```text
//! names    count; each a text, ascending
//! shapes   count; each: count of names, then each name's position - the position before it - 1
//! rows     for each entry: 0 = no fields, else 1 + its shape
//! columns  for each shape, for each of its names: length in bytes, then the values of that name
//!          for the entries of that shape, in order:
//!            0 constant    a text, the value of all
//!            1 dictionary  count; texts; then for each entry a position in them
//!            2 texts       for each entry a text
//!            3 references  lengths: bytes; offsets: bytes; then texts
//!                          length 0: the value is the next of the texts;
//!                          else: length - 1 bytes of the entry's line, from zigzag(offset -
//!                          offset before, starting with 0), which is the next of the offsets
//! ```
//!
//! A text is its length and its bytes in UTF-8; all numbers are varints.
//!
//! Lines of one kind carry the same names, so a line's kind (its shape) is one small number, and
//! values are kept by shape, where they are most alike: constant more often, and at nearly the
//! same place in their lines. That place is what is stored, since most extracted values stand
//! word for word in their line: on a voice service's logs, whose measurements have 17 digits, all
//! auto fields take 0.9% of the lines' size where their values took 5%. The price is that a reader of such
//! fields must read the lines.

mod read;
mod write;

pub(crate) use read::read_fields;
pub(crate) use write::{LineText, write_fields};

const CONSTANT: u8 = 0;
const DICTIONARY: u8 = 1;
const TEXTS: u8 = 2;
const REFERENCES: u8 = 3;
