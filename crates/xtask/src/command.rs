//! Running other programs: said aloud, checked, with a sentence when they fail.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The top of the checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Where the programs are kept that set-up installs: inside the checkout, gone with it.
pub fn tools_dir() -> PathBuf {
    root().join("target/tools")
}

/// A command at the top of the checkout that finds our tools before the system's.
pub fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let ours = std::iter::once(tools_dir().join("bin")).chain(std::env::split_paths(&path));
    if let Ok(joined) = std::env::join_paths(ours) {
        command.env("PATH", joined);
    }
    command.args(args).current_dir(root());
    command
}

/// Runs to the end with its output shown.
pub fn run(mut command: Command) -> Result<()> {
    let shown = show(&command);
    eprintln!("» {shown}");
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// What a program prints, or None when it is missing or fails.
pub fn output(program: &str, args: &[&str]) -> Option<String> {
    let result = command(program, args).stderr(Stdio::null()).output().ok()?;
    result.status.success().then(|| String::from_utf8_lossy(&result.stdout).trim().to_owned())
}

fn show(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let mut text = program.to_string_lossy().into_owned();
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&arg.to_string_lossy());
    }
    text
}
