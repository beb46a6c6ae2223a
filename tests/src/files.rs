use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// A server of plain files that knows nothing of them, ended with the value.
#[derive(Debug)]
pub struct Files {
    child: Child,
    pub url: String,
}

impl Files {
    pub fn serve(folder: &Path) -> Result<Self> {
        let mut child = Command::new("python3")
            .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start python3")?;
        // "Serving HTTP on 127.0.0.1 port 41235 (http://127.0.0.1:41235/) ..."
        let mut line = String::new();
        let stdout = child.stdout.take().context("no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let port = line.split_whitespace().skip_while(|word| *word != "port").nth(1);
        let url = format!("http://127.0.0.1:{}", port.with_context(|| line.clone())?);
        Ok(Self { child, url })
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
