//! What can be said about the paths before they are followed, in the words of the status.

use std::fs::File;
use std::path::Path;

use crate::source::{Patterns, refuse};

/// One sentence for each path that cannot be followed right now.
/// `has_others`: a configuration file names more.
pub fn notes(paths: &[String], folder: &Path, has_others: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let mut usable = paths.is_empty() || has_others;
    for path in paths {
        let patterns = Patterns::new(path, folder);
        if patterns.is_stdin() {
            usable = true;
            continue;
        }
        let found = patterns.find();
        notes.extend(found.problem.map(|(_, sentence)| sentence));
        for file in found.files {
            match File::open(&file) {
                Ok(opened) => match refuse(&file, &opened) {
                    None => usable = true,
                    Some(refusal) => notes.push(refusal.sentence),
                },
                Err(error) => notes.push(format!(
                    "cannot read {}: {error}; check its permissions",
                    file.display()
                )),
            }
        }
    }
    if !usable {
        notes.push("none of the files can be read yet: waiting for them".to_owned());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_said() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.log"), "x\n").unwrap();
        std::fs::write(dir.path().join("empty.log"), "").unwrap();
        std::fs::write(dir.path().join("b.png"), b"\x89PNG\x01\x02\x03\x04\x05").unwrap();
        for (paths, expected) in [
            (&["a.log", "*.log", "empty.log", "-", "."][..], &[][..]),
            (&["a.log", "b.log"], &["does not exist"]),
            (&["b.log"], &["does not exist", "none of the files"]),
            (&["b.png"], &["binary", "none of the files"]),
            (&["none*"], &["no file matches", "none of the files"]),
        ] {
            let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
            let notes = notes(&paths, dir.path(), false);
            assert_eq!(notes.len(), expected.len(), "{paths:?}: {notes:?}");
            for (note, part) in notes.iter().zip(expected) {
                assert!(note.contains(part), "{paths:?}: {note}");
            }
        }
    }
}
