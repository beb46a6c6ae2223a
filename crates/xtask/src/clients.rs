//! The log clients that the end-to-end tests push with: real ones, of fixed versions, below
//! `target/clients`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::{command, output, root, run};
use crate::tools::debian;

/// The oldest the clients run on.
const NODE_MAJOR: u32 = 18;

/// Installs what is missing.
pub fn install() -> Result<()> {
    programs()?;
    python()?;
    node()
}

fn programs() -> Result<()> {
    let has_venv = output("python3", &["-c", "import ensurepip, venv"]).is_some();
    let wanted = [
        (has_venv, "python3-venv"),
        (output("node", &["--version"]).is_some(), "nodejs"),
        (output("npm", &["--version"]).is_some(), "npm"),
    ];
    let missing: Vec<&str> =
        wanted.iter().filter(|(is_there, _)| !is_there).map(|(_, package)| *package).collect();
    if !missing.is_empty() {
        debian(&missing)?;
    }
    let version = output("node", &["--version"]).context("node is missing after its set-up")?;
    match major(&version) {
        Some(major) if major >= NODE_MAJOR => Ok(()),
        _ => bail!(
            "the tests push with clients that need Node.js {NODE_MAJOR} or newer, found {version}; \
             install a newer one"
        ),
    }
}

/// Of `v20.1.2`.
fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

fn python() -> Result<()> {
    let place = Place::of("python", &["requirements.txt"])?;
    if place.is_current() {
        return Ok(());
    }
    eprintln!("set-up: installing the Python clients of the tests (half a minute)");
    place.clear()?;
    let dir = place.dir.to_string_lossy();
    let by_hand = "the tests need the packages of tests/clients/python/requirements.txt from PyPI";
    run(command("python3", &["-m", "venv", &dir])).context(by_hand)?;
    let pip = place.dir.join("bin/pip");
    let args = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"];
    let mut install = command(&pip.to_string_lossy(), &args);
    install.arg("tests/clients/python/requirements.txt");
    run(install).context(by_hand)?;
    place.done()
}

fn node() -> Result<()> {
    let place = Place::of("node", &["package.json", "package-lock.json"])?;
    if place.is_current() {
        return Ok(());
    }
    eprintln!("set-up: installing the Node.js clients of the tests (half a minute)");
    place.clear()?;
    fs::create_dir_all(&place.dir)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(root().join("tests/clients/node").join(file), place.dir.join(file))?;
    }
    let mut install =
        command("npm", &["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
    install.current_dir(&place.dir);
    run(install).context("the tests need the packages of tests/clients/node from npm")?;
    place.done()
}

/// Where the clients of one language go, with a copy of what was asked for when that was done.
struct Place {
    dir: PathBuf,
    wanted: String,
}

impl Place {
    fn of(language: &str, files: &[&str]) -> Result<Self> {
        let from = root().join("tests/clients").join(language);
        let read = |file: &&str| {
            let path = from.join(file);
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
        };
        let wanted = files.iter().map(read).collect::<Result<String>>()?;
        Ok(Self { dir: root().join("target/clients").join(language), wanted })
    }

    fn stamp(&self) -> PathBuf {
        self.dir.join("installed")
    }

    fn is_current(&self) -> bool {
        fs::read_to_string(self.stamp()).is_ok_and(|installed| installed == self.wanted)
    }

    fn clear(&self) -> Result<()> {
        remove(&self.dir).with_context(|| format!("cannot remove {}", self.dir.display()))
    }

    fn done(&self) -> Result<()> {
        fs::write(self.stamp(), &self.wanted)?;
        Ok(())
    }
}

fn remove(dir: &Path) -> std::io::Result<()> {
    if dir.exists() { fs::remove_dir_all(dir) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_node_is_read() {
        for (version, expected) in [("v20.20.2", Some(20)), ("18.1.0", Some(18)), ("odd", None)] {
            assert_eq!(major(version), expected);
        }
    }
}
