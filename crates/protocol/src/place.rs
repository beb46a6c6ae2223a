//! `GET /api/place`: where an entry stands in the file it was read from.

use model::Place;
use serde::{Deserialize, Serialize};

/// The bytes of an entry in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRange {
    /// As the file was called when it was read; `-` is standard input.
    pub path: String,
    pub device: u64,
    pub inode: u64,
    /// Of its first byte. What was packed since is counted unpacked.
    pub offset: u64,
    /// Bytes to the end of its last line, that one's line end excluded.
    pub length: u64,
    /// Where these bytes are today, if the relay finds them: the file may have been renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
}

impl From<&Place> for FileRange {
    fn from(place: &Place) -> Self {
        Self {
            path: place.file.path.clone(),
            device: place.file.device,
            inode: place.file.inode,
            offset: place.offset,
            length: u64::from(place.len),
            now: None,
        }
    }
}

impl FileRange {
    /// A command that prints these bytes; None where they are in no file.
    pub fn command(&self) -> Option<String> {
        let path = self.now.as_ref().unwrap_or(&self.path);
        if path == "-" {
            return None;
        }
        let quoted = path.replace('\'', r"'\''");
        let (start, length) = (self.offset.saturating_add(1), self.length);
        Some(format!("tail -c +{start} -- '{quoted}' | head -c {length}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_prints_the_bytes() {
        let range = FileRange {
            path: "/logs/it's.log".into(),
            offset: 18_204,
            length: 173,
            ..FileRange::default()
        };
        let now = FileRange { now: Some("/logs/a.log.1".into()), ..range.clone() };
        let stdin = FileRange { path: "-".into(), ..range.clone() };
        for (range, expected) in [
            (range, Some(r"tail -c +18205 -- '/logs/it'\''s.log' | head -c 173")),
            (now, Some("tail -c +18205 -- '/logs/a.log.1' | head -c 173")),
            (stdin, None),
        ] {
            assert_eq!(range.command().as_deref(), expected);
        }
    }
}
