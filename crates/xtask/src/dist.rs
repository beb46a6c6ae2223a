//! The product: the viewer by trunk into `dist/`, then the relay with `dist/` inside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::command::{command, root, run as run_command};
use crate::{compress, report, stamp, tools};

/// Builds what is not up to date and returns the path of the program.
pub fn build() -> Result<PathBuf> {
    tools::for_build()?;
    viewer()?;
    run_command(command("cargo", &["build", "--release", "--package", "relay"]))?;
    Ok(root().join("target/release/logpane"))
}

/// Builds and becomes `logpane ARGS`.
pub fn run(args: &[String]) -> Result<ExitCode> {
    let program = build()?;
    let args: Vec<&str> =
        if args.is_empty() { vec!["demo"] } else { args.iter().map(String::as_str).collect() };
    let mut logpane = std::process::Command::new(&program);
    let status =
        logpane.args(&args).status().with_context(|| format!("cannot start {program:?}"))?;
    Ok(u8::try_from(status.code().unwrap_or(1)).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The page that makes reports: a program of its own, so that nobody loads it who only reads logs.
/// Trunk builds one page at a time, and empties the folder it builds into.
fn second_page(dist: &Path) -> Result<()> {
    let folder = root().join("target/exporting");
    let to = folder.to_string_lossy();
    let page = ["--html-output", "export.html", "--dist", &to, "frontend/export.html"];
    let trunk = ["build", "--release", "--color", "never"].into_iter().chain(page);
    run_command(command("trunk", &trunk.collect::<Vec<_>>()))?;
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {folder:?}"))? {
        let entry = entry?;
        // What both pages have carries the same hash in its name.
        let target = dist.join(entry.file_name());
        fs::copy(entry.path(), &target).with_context(|| format!("cannot write {target:?}"))?;
    }
    Ok(())
}

/// `dist/`: pages, wasm, styles, each with its compressed twins.
fn viewer() -> Result<()> {
    let dist = root().join("dist");
    // Outside dist/, which is embedded whole.
    let stamp_file = root().join("target/viewer.stamp");
    let wanted = stamp::of_viewer()?;
    let built = fs::read_to_string(&stamp_file).unwrap_or_default();
    if built == wanted && dist.join("index.html").exists() {
        return Ok(());
    }
    fs::remove_file(&stamp_file).ok();
    run_command(command("trunk", &["build", "--release", "--color", "never"]))?;
    second_page(&dist)?;
    // Before: only what a browser loads over the wire is worth compressing.
    compress::folder(&dist)?;
    report::build(&dist)?;
    fs::write(&stamp_file, wanted).with_context(|| format!("cannot write {stamp_file:?}"))
}
