use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tests::root;

/// A folder of generated logs, the same on every machine.
pub struct Logs {
    /// As given to the generator.
    pub name: String,
    pub files: Vec<OsString>,
    pub num_bytes: u64,
}

impl Logs {
    /// Generates what is not there yet, into a folder as a voice service has it.
    pub fn generated(size: &str) -> Result<Self> {
        let bench = root().join("target/bench");
        let folder = bench.join(size).join("CosyVoice/logs");
        if !folder.exists() {
            // Renamed when whole: the generator may be interrupted.
            let partial = bench.join(format!("{size}.partial"));
            fs::remove_dir_all(&partial).ok();
            let mut generator = Command::new("python3");
            generator.arg(root().join("tests/voice/gen_voice_logs.py")).arg("--out").arg(&partial);
            let status = generator.args(["--bytes", size]).status();
            ensure!(status.context("cannot start python3")?.success(), "the generator failed");
            fs::create_dir_all(bench.join(size).join("CosyVoice"))?;
            fs::rename(&partial, &folder).context("cannot keep the generated logs")?;
        }
        let mut files: Vec<PathBuf> = files_of(&folder)?;
        files.retain(|file| file.file_name().is_some_and(|name| name != "truth.json"));
        files.sort();
        let num_bytes = sum_bytes(&files)?;
        let files = files.into_iter().map(OsString::from).collect();
        Ok(Self { name: size.to_owned(), files, num_bytes })
    }
}

/// Bytes of all files below `folder`.
pub fn folder_bytes(folder: &Path) -> Result<u64> {
    sum_bytes(&files_of(folder)?)
}

/// All files below `folder`, unsorted.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {folder:?}"))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files.append(&mut files_of(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn sum_bytes(files: &[PathBuf]) -> Result<u64> {
    files.iter().try_fold(0, |sum, file| {
        let meta = file.metadata().with_context(|| format!("cannot look at {file:?}"))?;
        Ok(sum + meta.len())
    })
}
