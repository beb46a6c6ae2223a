use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::relay::root;

/// A generated log folder and the truth about it.
#[derive(Debug)]
pub struct Voice {
    pub dir: PathBuf,
    pub truth: Value,
    /// Those of its files that are followed.
    files: &'static [&'static str],
}

/// All files of one application.
const FILES: [&str; 4] = ["cosyvoice.log", "startup.log", "webui.log", "api.jsonl"];
/// Every file that the generator writes.
const ALL_FILES: [&str; 8] = [
    "cosyvoice.log",
    "startup.log",
    "webui.log",
    "api.jsonl",
    "fish.log",
    "chattts.log",
    "syslog",
    "cosyvoice_win.log",
];

impl Voice {
    /// Writes a set of about `bytes` into `…/CosyVoice/logs` below `dir`; `size` as `20MB`.
    pub fn generate(dir: &Path, size: &str) -> Result<Self> {
        let dir = dir.join("CosyVoice/logs");
        let status = generator(&dir).args(["--bytes", size]).status();
        if !status.context("cannot start python3")?.success() {
            bail!("the log generator failed");
        }
        let truth = std::fs::read(dir.join("truth.json")).context("no truth.json")?;
        Ok(Self { dir, truth: serde_json::from_slice(&truth)?, files: &FILES })
    }

    /// As [`generate`](Self::generate), but all files are followed, those of other applications too.
    pub fn generate_all(dir: &Path, size: &str) -> Result<Self> {
        Ok(Self { files: &ALL_FILES, ..Self::generate(dir, size)? })
    }

    pub fn paths(&self) -> Vec<OsString> {
        paths(&self.dir, self.files)
    }

    pub fn path(&self, name: &str) -> String {
        self.dir.join(name).to_string_lossy().into_owned()
    }

    /// What queries over joined records must answer, by the reference detector.
    pub fn expect(&self) -> Result<Value> {
        expect(&self.dir, self.files)
    }

    /// From an hour before the first stamp to the full hour after now, in nanoseconds: lines
    /// without any stamp in their file have the time the file was written.
    pub fn range(&self) -> Result<(i64, i64)> {
        let start = self.truth["args"]["start_ms"].as_i64().context("start_ms")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let end_hour = i64::try_from(now / 3600 + 1)?;
        Ok(((start - 3_600_000) * 1_000_000, end_hour * 3_600_000_000_000))
    }

    /// The first 36 hours of it, which hold lines with stamps of their own: files without any were
    /// written today, months after the others.
    pub fn stamped_range(&self) -> Result<(i64, i64)> {
        let (start, end) = self.range()?;
        Ok((start, end.min(start + 36 * 3_600_000_000_000)))
    }
}

/// The generator appending in real time, ended with the value.
#[derive(Debug)]
pub struct LiveVoice {
    process: Child,
    pub dir: PathBuf,
}

impl LiveVoice {
    /// Goes through the last day `speed` times faster than the clock.
    pub fn start(dir: &Path, speed: u32) -> Result<Self> {
        let dir = dir.join("CosyVoice/logs");
        let process = generator(&dir)
            .args([
                "--live",
                &speed.to_string(),
                "--lines",
                "30000",
                "--days",
                "1",
                "--start",
                "now-24h",
            ])
            .spawn()
            .context("cannot start python3")?;
        Ok(Self { process, dir })
    }

    pub fn paths(&self) -> Vec<OsString> {
        paths(&self.dir, &FILES)
    }

    /// As [`Voice::expect`], for what is written so far.
    pub fn expect(&self) -> Result<Value> {
        expect(&self.dir, &FILES)
    }

    pub fn running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    pub fn stop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Drop for LiveVoice {
    fn drop(&mut self) {
        self.stop();
    }
}

fn paths(dir: &Path, files: &[&str]) -> Vec<OsString> {
    files.iter().map(|name| dir.join(name).into_os_string()).collect()
}

fn generator(dir: &Path) -> Command {
    let mut command = Command::new("python3");
    command.arg(root().join("tests/voice/gen_voice_logs.py")).arg("--out").arg(dir);
    command
}

fn expect(dir: &Path, files: &[&str]) -> Result<Value> {
    let script = root().join("tests/voice/expect.py");
    let output = Command::new("python3").arg(script).arg(dir).args(files).output()?;
    serde_json::from_slice(&output.stdout).with_context(|| format!("{output:?}"))
}
