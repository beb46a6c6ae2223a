//! PyTorch's out-of-memory errors, in the words of all its versions.

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::{Flow, Sentences, after, number, units};
use crate::Auto;

const MARK: &[u8] = b"out of memory. Tried to allocate ";
/// Built once, since every line is searched.
static SEARCH: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(MARK));

/// `… Tried to allocate 2.00 GiB (GPU 0; 23.65 GiB total capacity; 21.90 GiB already allocated;
/// 41.06 MiB free; …`, `… Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 23.65 GiB of
/// which 9.81 MiB is free. …`
pub(super) const SENTENCES: Sentences = Sentences { starts: b"", read };

pub(super) fn read(message: &[u8], auto: &mut Auto) -> Flow {
    let Some(at) = SEARCH.find(message) else { return Flow::More };
    let rest = message.get(at + MARK.len()..).unwrap_or(b"");
    let mut put = |name: &str, size: Option<&[u8]>| {
        if let Some(bytes) = size.and_then(units::bytes) {
            auto.push(name, &bytes);
        }
    };
    put("tried_bytes", Some(rest));
    put("total_bytes", after(rest, b" total capacity of "));
    put("free_bytes", after(rest, b" of which "));
    put("total_bytes", before(rest, b" total capacity;"));
    put("free_bytes", before(rest, b" free;"));
    if let Some((gpu, _)) = after(rest, b"GPU ").and_then(number) {
        auto.push_bytes("gpu_index", gpu);
    }
    Flow::More
}

/// The size that stands before `mark`.
fn before<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let front = text.get(..memmem::find(text, mark)?)?;
    let unit = memchr::memrchr(b' ', front)?;
    let number = memchr::memrchr(b' ', front.get(..unit)?)? + 1;
    front.get(number..)
}
