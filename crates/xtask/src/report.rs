//! What an exported report carries of the viewer, as `dist/report/`: the same program once more as
//! one classic script, since a page opened from a file can load no module. Its wasm is the page's,
//! packed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::command::{command, root, run};

/// Where trunk has the compiler's output.
const COMPILED: &str = "target/wasm32-unknown-unknown/web/app.wasm";
/// Beside trunk's own: with the same name, so that the same wasm comes out.
const BOUND: &str = "target/wasm-bindgen/report";
/// The workers run what stands before the second mark, see `static/js/report.js`.
const PROGRAM: [&str; 1] = ["static/js/report-worker.js"];
const PAGE_MARK: &str = "/*! page */\n";
const PAGE: [&str; 6] = [
    "static/js/theme.js",
    "static/vendor/uplot/uPlot.iife.min.js",
    "static/js/chart.js",
    "static/vendor/fzstd/fzstd.min.js",
    "crates/report/src/dense.js",
    "static/js/report.js",
];
/// Packed once for every report.
const WASM_LEVEL: i32 = 19;
/// Not in the page of a relay.
const STYLE: &str = "static/style/report.css";

/// Writes script and style into `dist`.
pub fn build(dist: &Path) -> Result<()> {
    run(command(
        "wasm-bindgen",
        &["--target", "no-modules", "--no-typescript", "--out-dir", BOUND, COMPILED],
    ))?;
    let bound = root().join(BOUND);
    let wasm = wasm_of(dist)?;
    ensure!(
        fs::read(bound.join("app_bg.wasm"))? == wasm,
        "the report's program is not the page's: their wasm differs"
    );
    let mut script = read(&bound.join("app.js"))?;
    for part in PROGRAM {
        add(&mut script, &read(&root().join(part))?);
    }
    add(&mut script, PAGE_MARK);
    for part in PAGE {
        add(&mut script, &read(&root().join(part))?);
    }
    let page = read(&root().join("frontend/index.html"))?;
    let mut style = String::new();
    for part in styles(&page).chain([STYLE]) {
        add(&mut style, &read(&root().join(part))?);
    }
    let target = dist.join("report");
    fs::create_dir_all(&target).with_context(|| format!("cannot make {target:?}"))?;
    let packed = zstd::bulk::compress(&wasm, WASM_LEVEL).context("cannot pack the wasm")?;
    let parts = [
        ("script.js", script.as_bytes()),
        ("style.css", style.as_bytes()),
        ("app.wasm.zst", packed.as_slice()),
    ];
    for (name, bytes) in parts {
        fs::write(target.join(name), bytes).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(())
}

/// A part on lines of its own, whatever the one before ends with.
fn add(all: &mut String, part: &str) {
    if !all.is_empty() && !all.ends_with('\n') {
        all.push('\n');
    }
    all.push_str(part);
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn wasm_of(dist: &Path) -> Result<Vec<u8>> {
    for entry in fs::read_dir(dist).with_context(|| format!("cannot read {}", dist.display()))? {
        let path = entry?.path();
        let is_viewer = path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with("app-"));
        if is_viewer && path.extension().is_some_and(|extension| extension == "wasm") {
            return fs::read(&path).with_context(|| format!("cannot read {}", path.display()));
        }
    }
    anyhow::bail!("{} has no wasm", dist.display())
}

/// The styles of the page in their order, from the top of the checkout.
fn styles(page: &str) -> impl Iterator<Item = &str> {
    page.lines().filter(|line| line.contains("rel=\"css\"")).filter_map(|line| {
        let (_, rest) = line.split_once("href=\"../")?;
        Some(rest.split_once('"')?.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_come_in_the_order_of_the_page() {
        let page = "<link data-trunk rel=\"css\" href=\"../static/style/b.css\">\n\
                    <link data-trunk rel=\"icon\" href=\"../static/icon.svg\">\n\
                    <link data-trunk rel=\"css\" href=\"../static/style/a.css\">\n";
        let found: Vec<&str> = styles(page).collect();
        assert_eq!(found, ["static/style/b.css", "static/style/a.css"]);
    }
}
