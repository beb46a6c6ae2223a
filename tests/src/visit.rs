use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{Relay, root};

/// What no visit loads that shows nothing but lines: charts are drawn by it.
pub const LOADED_LATER: &str = "uPlot.iife.min.js";

/// The second page with everything that only it loads, and what opens a report that is dropped.
const NOT_AT_FIRST: [&str; 5] =
    ["export.html", "export-", "exporting-", "open-report.js", "dense.js"];

/// What a browser takes over the wire until the viewer works: every file of its first page that is
/// not [`LOADED_LATER`], as the relay sends it to a browser that takes Brotli.
pub fn first_visit_bytes(relay: &Relay) -> Result<usize> {
    let dist = root().join("dist");
    let mut files = files(&dist, &dist)?;
    // What an exported report carries is for `logpane export` alone.
    files.retain(|file| !file.starts_with("report/"));
    files.retain(|file| !NOT_AT_FIRST.iter().any(|name| file.starts_with(name)));
    ensure!(files.iter().any(|file| file.ends_with(".wasm")), "no viewer in {dist:?}: {files:?}");
    ensure!(files.iter().any(|file| file == LOADED_LATER), "no {LOADED_LATER} in {files:?}");
    files.iter().filter(|file| *file != LOADED_LATER).try_fold(0, |sum, file| {
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
