use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command::{command, root, run};

/// A folder of generated logs, the same on every machine.
pub struct Logs {
    /// As given to the generator.
    pub name: String,
    pub files: Vec<PathBuf>,
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
            let out = partial.to_string_lossy();
            let generator = "tests/voice/gen_voice_logs.py";
            run(command("python3", &[generator, "--out", &out, "--bytes", size]))?;
            fs::create_dir_all(bench.join(size).join("CosyVoice"))?;
            fs::rename(&partial, &folder).context("cannot keep the generated logs")?;
        }
        let mut files: Vec<PathBuf> = files_of(&folder)?;
        files.retain(|file| file.file_name().is_some_and(|name| name != "truth.json"));
        files.sort();
        let num_bytes = sum_bytes(&files)?;
        Ok(Self { name: size.to_owned(), files, num_bytes })
    }
}

/// Bytes of all files below `folder`.
pub fn folder_bytes(folder: &Path) -> Result<u64> {
    sum_bytes(&files_of(folder)?)
}

/// All files below `folder`, unsorted.
pub fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
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
