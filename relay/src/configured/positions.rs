use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// In the data folder: which positions were taken over. They count once only, since a file that
/// appears later under one of the names is another file.
const MARKER: &str = "promtail-positions";

/// Where Promtail stopped reading.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    pub offsets: Arc<BTreeMap<String, u64>>,
    /// What the marker says once they are taken over.
    marker: String,
}

impl Positions {
    /// None: there are none, or they were taken over before. An error is a sentence about them.
    pub(super) fn read(path: &Path, data: &Path) -> Result<Option<Self>, String> {
        let unreadable = |error: io::Error| {
            format!("the positions cannot be read ({error}): {}", path.display())
        };
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(unreadable)?,
        };
        let written = fs::metadata(path).and_then(|file| file.modified()).map_err(unreadable)?;
        let marker = format!("{} {:?}\n", path.display(), written);
        if fs::read_to_string(data.join(MARKER)).is_ok_and(|known| known == marker) {
            return Ok(None);
        }
        let offsets = promtail::positions::read(&text)
            .map_err(|problem| problem.in_file(&path.display().to_string()))?;
        Ok(Some(Self { offsets: Arc::new(offsets), marker }))
    }
}

/// Notes that these positions are taken over.
pub fn mark_imported(positions: &Positions, data: &Path) -> io::Result<PathBuf> {
    let path = data.join(MARKER);
    fs::write(&path, &positions.marker)?;
    Ok(path)
}
