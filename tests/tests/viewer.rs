//! The release program carries the viewer, small enough for a first visit.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;
use tests::Relay;

/// Code, styles and texts of a first visit, compressed as served.
const BUDGET_BYTES: usize = 1_000_000;

#[test]
fn a_first_visit_stays_within_its_budget() -> Result<()> {
    let dir = TempDir::new()?;
    let relay = Relay::start(dir.path(), &[])?;
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist");
    let mut total = 0;
    let files = files(&dist, &dist)?;
    assert!(files.iter().any(|file| file.ends_with(".wasm")), "no viewer in {dist:?}: {files:?}");
    for file in files {
        let mut response = ureq::get(format!("{}/{file}", relay.url))
            .header("accept-encoding", "br")
            .call()
            .with_context(|| format!("{file} is not in the program"))?;
        total += response.body_mut().read_to_vec()?.len();
    }
    assert!(total <= BUDGET_BYTES, "{total} bytes");
    Ok(())
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
