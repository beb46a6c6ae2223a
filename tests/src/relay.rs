use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::wait_for;

/// A running `logpane serve`, ended with the value.
#[derive(Debug)]
pub struct Relay {
    process: Child,
    pub url: String,
}

/// What `logpane query` printed and how it ended.
#[derive(Debug)]
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The top of the checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

impl Relay {
    /// The release program with the viewer inside.
    pub fn program() -> PathBuf {
        root().join("target/release/logpane")
    }

    /// Starts on a free port and waits for the URL it prints.
    pub fn start(data: &Path, args: &[OsString]) -> Result<Self> {
        Self::start_at("127.0.0.1:0", data, args)
    }

    pub fn start_at(listen: &str, data: &Path, args: &[OsString]) -> Result<Self> {
        let program = Self::program();
        let mut process = Command::new(&program)
            .arg("serve")
            .args(["--listen", listen, "--data"])
            .arg(data)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| {
                format!("cannot start {}; run `cargo xtask dist`", program.display())
            })?;
        let stdout = process.stdout.take().context("no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let url = line.trim().trim_end_matches('/').to_owned();
        if !url.starts_with("http://") {
            process.kill().ok();
            bail!("expected a URL, got {line:?}");
        }
        Ok(Self { process, url })
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Asks it to stop and waits until it has written everything out.
    pub fn stop(mut self) -> Result<()> {
        let pid = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().context("cannot run kill")?;
        self.process.wait()?;
        Ok(())
    }

    /// `kill -9`, and waits until it is gone.
    pub fn kill(mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }

    pub fn get(&self, path: &str) -> Result<String> {
        let mut response = ureq::get(format!("{}{path}", self.url)).call()?;
        Ok(response.body_mut().read_to_string()?)
    }

    pub fn status(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.get("/api/status")?)?)
    }

    /// Waits until every followed file is read to its end.
    pub fn wait_until_read(&self, files: usize) -> Result<()> {
        wait_for("the relay to read all its files", || {
            let status = self.status().ok()?;
            let sources = status["sources"].as_array()?;
            let done = sources.iter().all(|s| s["offset"].as_u64() == s["size"].as_u64());
            (sources.len() >= files && done).then_some(())
        })
    }

    /// `logpane query` on this relay.
    pub fn query(&self, args: &[&str]) -> Result<Answer> {
        Answer::of(&mut Self::query_command(args, &["--addr", &self.url]))
    }

    /// `logpane query` on a data folder.
    pub fn query_data(data: &Path, args: &[&str]) -> Result<Answer> {
        let data = data.to_string_lossy();
        Answer::of(&mut Self::query_command(args, &["--data", &data]))
    }

    fn query_command(args: &[&str], target: &[&str]) -> Command {
        let mut command = Command::new(Self::program());
        command.arg("query").args(args).args(target);
        command
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Answer {
    pub fn of(command: &mut Command) -> Result<Self> {
        let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
        Ok(Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.stdout).with_context(|| format!("no JSON: {self:?}"))
    }

    /// The numbers of a vector or of a matrix with one sample a series, by their labels.
    pub fn samples(&self) -> Result<Vec<(Value, f64)>> {
        let body = self.json()?;
        let result = body["data"]["result"].as_array().context("no result")?.clone();
        result
            .into_iter()
            .map(|series| {
                let value = match &series["value"] {
                    Value::Null => series["values"][0][1].clone(),
                    value => value[1].clone(),
                };
                let number = value.as_str().and_then(|v| v.parse().ok());
                Ok((series["metric"].clone(), number.with_context(|| format!("{value}"))?))
            })
            .collect()
    }
}
