use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// A log file that a test writes itself, line by line.
#[derive(Debug)]
pub struct Written {
    pub path: PathBuf,
    file: File,
    stamp: String,
}

impl Written {
    /// An empty `app/logs/NAME` below `dir`.
    pub fn create(dir: &Path, name: &str) -> Result<Self> {
        let dir = dir.join("app/logs");
        std::fs::create_dir_all(&dir)?;
        let path = dir.join(name);
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let now = Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]).output();
        let stamp = String::from_utf8(now.context("cannot run date")?.stdout)?.trim().to_owned();
        Ok(Self { path, file, stamp })
    }

    /// The time of the next line, as it is written.
    pub fn stamp(&self) -> &str {
        &self.stamp
    }

    /// What is written next is of this time.
    pub fn at(&mut self, stamp: &str) {
        stamp.clone_into(&mut self.stamp);
    }

    /// Appends one line, and gives it as it stands in the file.
    pub fn line(&mut self, text: &str) -> Result<String> {
        self.of("INFO", text)
    }

    /// The same of another level.
    pub fn of(&mut self, level: &str, text: &str) -> Result<String> {
        let line = format!("[{level}] {} {text}", self.stamp);
        self.file.write_all(format!("{line}\n").as_bytes())?;
        Ok(line)
    }

    /// Selects what is in it.
    pub fn selector(&self) -> String {
        format!("{{filename={:?}}}", self.path)
    }
}
