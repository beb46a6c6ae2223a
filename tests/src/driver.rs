use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// A browser's driver on a free port, ended with the value.
#[derive(Debug)]
pub struct Driver {
    child: Child,
    pub url: String,
}

/// A driver takes a port that is free on one protocol and ends if it is not on the other: with many
/// starting at once, that happens.
const TRIES: usize = 5;

impl Driver {
    /// `listening` is in the line that ends with the port.
    pub fn start(program: impl AsRef<Path>, args: &[&str], listening: &str) -> Result<Self> {
        let program = program.as_ref();
        let mut said = String::new();
        for _ in 0..TRIES {
            match Self::try_start(program, args, listening)? {
                Ok(driver) => return Ok(driver),
                Err(output) => said = output,
            }
        }
        bail!("{program:?} did not start in {TRIES} tries: {said}");
    }

    /// Or what it said before it ended.
    fn try_start(program: &Path, args: &[&str], listening: &str) -> Result<Result<Self, String>> {
        let mut child = Command::new(program)
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {program:?}; run `cargo xtask setup`"))?;
        let stdout = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let mut said = String::new();
        while let Some(line) = lines.next() {
            if line.contains(listening) {
                let line = line.trim_end_matches('.');
                let port = line.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
                let url = format!("http://127.0.0.1:{port}");
                // One that goes on talking would die where nobody listens.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Ok(Self { child, url }));
            }
            said.push_str(&line);
            said.push('\n');
        }
        child.kill().ok();
        child.wait().ok();
        Ok(Err(said))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
