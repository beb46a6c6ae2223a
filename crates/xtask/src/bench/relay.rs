use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::logs::Logs;

/// Between two looks at a relay that is busy.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(300);

/// A running `logpane serve`, killed with the value.
pub struct Relay {
    process: Child,
    /// Host and port.
    address: String,
    /// From the start of the process to the answer of `/ready`.
    pub ready_after: Duration,
}

/// Bytes of a process that are in memory.
pub struct Memory {
    pub now: u64,
    pub peak: u64,
}

impl Relay {
    pub fn start(program: &Path, data: &Path, files: &[PathBuf]) -> Result<Self> {
        let start = Instant::now();
        let mut process = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(files)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {program:?}"))?;
        let stdout = process.stdout.take().context("the relay has no output")?;
        let mut relay = Self { process, address: String::new(), ready_after: Duration::ZERO };
        let mut url = String::new();
        BufReader::new(stdout).read_line(&mut url)?;
        let address = url.trim().strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let Some(address) = address else {
            bail!("the relay printed {url:?}, expected its URL");
        };
        relay.address = address.to_owned();
        relay.get("/ready")?;
        relay.ready_after = start.elapsed();
        Ok(relay)
    }

    /// The body of the answer as it was sent, compressed where the relay does that.
    pub fn get(&self, path: &str) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.address)?;
        // HTTP/1.0: the body ends with the connection, without chunks.
        let host = &self.address;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\nAccept-Encoding: br, gzip\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let body = answer.windows(4).position(|four| four == b"\r\n\r\n");
        let body = body.with_context(|| format!("{path}: the answer has no body"))?;
        let status = String::from_utf8_lossy(answer.get(..body).unwrap_or_default()).into_owned();
        if status.split(' ').nth(1) != Some("200") {
            bail!("{path}: {}", status.lines().next().unwrap_or_default());
        }
        Ok(answer.split_off(body + 4))
    }

    /// Waits until every file is read to its end.
    pub fn wait_until_read(&self, logs: &Logs) -> Result<()> {
        let start = Instant::now();
        while !self.has_read(logs)? {
            if start.elapsed() > PATIENCE {
                bail!("{} were not read within {} s", logs.name, PATIENCE.as_secs());
            }
            sleep(LOOK_EVERY);
        }
        Ok(())
    }

    fn has_read(&self, logs: &Logs) -> Result<bool> {
        let status: Value = serde_json::from_slice(&self.get("/api/status")?)?;
        let sources = status["sources"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_read = |source: &Value| source["offset"].as_u64() == source["size"].as_u64();
        Ok(sources.len() >= logs.files.len() && sources.iter().all(is_read))
    }

    /// Runs `logpane query` to its end.
    pub fn query(&self, program: &Path, query: &str) -> Result<()> {
        let url = format!("http://{}", self.address);
        let limits = ["--since", "100000h", "--limit", "100"];
        let output = Command::new(program)
            .args(["query", query, "--addr", &url])
            .args(limits)
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() || output.stdout.is_empty() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{query} found nothing: {}", said.trim());
        }
        Ok(())
    }

    pub fn memory(&self) -> Result<Memory> {
        let path = format!("/proc/{}/status", self.process.id());
        let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
        };
        let now = of("VmRSS:").context("the process has no memory")?;
        Ok(Memory { now, peak: of("VmHWM:").unwrap_or(now) })
    }

    /// Asks it to stop and waits until it has written everything out.
    pub fn stop(mut self) -> Result<()> {
        let pid = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().context("cannot run kill")?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
