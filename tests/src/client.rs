use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::root;

/// A script of `tests/clients` and the language it is written in; `cargo xtask setup` has
/// installed what it needs.
#[derive(Clone, Copy, Debug)]
pub enum Client {
    Python(&'static str),
    Node(&'static str),
}

impl Client {
    /// Runs the script to its end; what it printed.
    pub fn run(self, args: &[&str]) -> Result<String> {
        let installed = root().join("target/clients");
        let script = |folder: &str, name: &str| -> PathBuf {
            root().join("tests/clients").join(folder).join(name)
        };
        let mut command = match self {
            Self::Python(name) => {
                let mut python = Command::new(installed.join("python/bin/python"));
                // The old clients warn of themselves.
                python.args(["-W", "ignore"]).arg(script("python", name));
                python
            }
            Self::Node(name) => {
                let mut node = Command::new("node");
                node.env("NODE_PATH", installed.join("node/node_modules"));
                node.arg(script("node", name));
                node
            }
        };
        // A proxy of whoever runs the tests is not for 127.0.0.1.
        command.args(args).env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
        let output = command
            .output()
            .with_context(|| format!("cannot run {command:?}; run `cargo xtask setup`"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success() && said.is_empty(), "{command:?} failed:\n{said}");
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}
