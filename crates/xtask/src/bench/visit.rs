use std::path::Path;

use anyhow::{Context, Result};

use super::logs::files_of;
use super::relay::Relay;

/// What a browser takes over the wire until the viewer works: every file of it, as the relay
/// sends it to a browser that takes Brotli.
pub fn compressed_bytes(relay: &Relay, dist: &Path) -> Result<u64> {
    let mut sum = 0;
    for file in files_of(dist)? {
        // Twins of other files; the relay chooses them itself.
        if file.extension().is_some_and(|extension| extension == "br" || extension == "gz") {
            continue;
        }
        let path = file.strip_prefix(dist).context("a file outside the viewer")?;
        sum += relay.get(&format!("/{}", path.to_string_lossy()))?.len() as u64;
    }
    Ok(sum)
}
