use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{Relay, root};

/// What a browser takes over the wire until the viewer works: every file of it, as the relay
/// sends it to a browser that takes Brotli.
pub fn first_visit_bytes(relay: &Relay) -> Result<usize> {
    let dist = root().join("dist");
    let files = files(&dist, &dist)?;
    ensure!(files.iter().any(|file| file.ends_with(".wasm")), "no viewer in {dist:?}: {files:?}");
    files.iter().try_fold(0, |sum, file| {
        let request = ureq::get(format!("{}/{file}", relay.url)).header("accept-encoding", "br");
        let mut response = request.call().with_context(|| format!("{file} is not served"))?;
        Ok(sum + response.body_mut().read_to_vec()?.len())
    })
}

/// What the page may load, without the compressed twins.
fn files(dist: &Path, dir: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).context("run `cargo xtask dist` first")? {
        let path: PathBuf = entry?.path();
        if path.is_dir() {
            found.extend(files(dist, &path)?);
        } else if path.extension().is_none_or(|extension| extension != "br" && extension != "gz") {
            found.push(path.strip_prefix(dist)?.to_string_lossy().into_owned());
        }
    }
    Ok(found)
}
