//! How severe a line is that has no level of its own, where its first words can mean only that.

use crate::{Level, join};

pub(crate) fn level(line: &[u8]) -> Option<Level> {
    if join::warning(line).is_some() {
        return Some(Level::Warning);
    }
    match line.first()? {
        // What the system says when it kills a process.
        b'K' | b'A' | b'S' | b'F' if is_death(line) => Some(Level::Critical),
        // ComfyUI prints neither time nor level.
        b'!' if line.starts_with(b"!!! Exception during processing") => Some(Level::Error),
        b'F' if line.starts_with(b"Failed to validate prompt for output ") => Some(Level::Error),
        b'G' if line.starts_with(b"Got an OOM, unloading ") => Some(Level::Error),
        b'C' if line.starts_with(b"Cannot import ") && line.ends_with(b" for custom nodes:") => {
            Some(Level::Warning)
        }
        // A failed check on the GPU, for each of its threads.
        b'.' | b'/' if is_assertion(line) => Some(Level::Error),
        _ => None,
    }
}

fn is_death(line: &[u8]) -> bool {
    [&b"Killed"[..], b"Aborted", b"Segmentation fault", b"Fatal Python error: "]
        .iter()
        .any(|start| line.starts_with(start) && (start.len() > 7 || line.len() <= 24))
}

/// `../aten/src/ATen/native/cuda/Indexing.cu:1231: f: block: [7,0,0], thread: [59,0,0] Assertion …`
fn is_assertion(line: &[u8]) -> bool {
    let find = |mark: &[u8]| memchr::memmem::find(line, mark);
    find(b".cu:").is_some() && find(b" block: [").is_some() && find(b" Assertion `").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_sentences_have_a_level() {
        for (line, expected) in [
            ("Killed", Some(Level::Critical)),
            ("Killed the old worker, starting a new one", None),
            ("Segmentation fault (core dumped)", Some(Level::Critical)),
            ("Aborted (core dumped)", Some(Level::Critical)),
            ("Fatal Python error: Segmentation fault", Some(Level::Critical)),
            ("/p/torch/weight_norm.py:143: FutureWarning: old", Some(Level::Warning)),
            ("!!! Exception during processing !!! Allocation on device", Some(Level::Error)),
            ("Failed to validate prompt for output 9:", Some(Level::Error)),
            ("Got an OOM, unloading all loaded models.", Some(Level::Error)),
            ("Cannot import /c/x module for custom nodes: no", None),
            ("Cannot import /c/x module for custom nodes:", Some(Level::Warning)),
            (
                "../aten/x.cu:1231: f: block: [7,0,0], thread: [59,0,0] Assertion `a < b` failed.",
                Some(Level::Error),
            ),
            ("../x.cu: an Assertion", None),
            ("failed to import ttsfrd, use wetext instead", None),
            ("an ERROR in words", None),
        ] {
            assert_eq!(level(line.as_bytes()), expected, "{line:?}");
        }
    }
}
