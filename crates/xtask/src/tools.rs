//! Set-up: installs what is missing, says what it does, never does it twice.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::clients;
use crate::command::{command, output, root, run, tools_dir};

/// The newest trunk that builds with our oldest supported compiler.
const TRUNK: &str = "0.21.14";
const GECKODRIVER: &str = "0.37.1";

/// What the product needs to be built.
pub fn for_build() -> Result<()> {
    wasm_target()?;
    trunk()?;
    wasm_bindgen()
}

/// What the tests need besides: two browsers with their drivers, Python for the log generator, an
/// Alertmanager to tell, a clock that can be set, Debian's way to rotate logs, and the clients that
/// push.
pub fn for_tests() -> Result<()> {
    let wanted = [
        ("chromium", "chromium"),
        ("chromedriver", "chromium-driver"),
        ("faketime", "faketime"),
        ("firefox-esr", "firefox-esr"),
        ("logrotate", "logrotate"),
        ("prometheus-alertmanager", "prometheus-alertmanager"),
        ("python3", "python3"),
    ];
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|(program, _)| output(program, &["--version"]).is_none())
        .map(|(_, package)| *package)
        .collect();
    if !missing.is_empty() {
        debian(&missing)?;
    }
    geckodriver()?;
    clients::install()
}

fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let installed = output("rustup", &["target", "list", "--installed"])
        .context("rustup is missing; install Rust from https://rustup.rs first")?;
    if installed.lines().any(|line| line == TARGET) {
        return Ok(());
    }
    eprintln!("set-up: adding the WebAssembly target (a few seconds)");
    run(command("rustup", &["target", "add", TARGET]))
}

fn trunk() -> Result<()> {
    let found = output("trunk", &["--version"]).unwrap_or_default();
    if found.starts_with("trunk 0.21.") {
        return Ok(());
    }
    eprintln!("set-up: building trunk {TRUNK}, the page bundler (once, about 5 minutes)");
    install(&[
        "--locked",
        "trunk",
        "--version",
        TRUNK,
        "--no-default-features",
        "--features",
        "rustls",
    ])
}

/// Firefox's driver, which Debian does not have.
fn geckodriver() -> Result<()> {
    if output("geckodriver", &["--version"]).is_some() {
        return Ok(());
    }
    eprintln!("set-up: building geckodriver (once, about 2 minutes)");
    install(&["--locked", "geckodriver", "--version", GECKODRIVER])
}

/// wasm-bindgen's program and library must be of one version, the one in Cargo.lock.
fn wasm_bindgen() -> Result<()> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let version = locked_version(&lock, "wasm-bindgen")
        .context("Cargo.lock does not name wasm-bindgen; is the checkout complete?")?;
    let found = output("wasm-bindgen", &["--version"]).unwrap_or_default();
    if found == format!("wasm-bindgen {version}") {
        return Ok(());
    }
    eprintln!("set-up: building wasm-bindgen {version} (once, about 2 minutes)");
    // Without --locked: the lock file inside that package names dependencies that do not build.
    install(&["wasm-bindgen-cli", "--version", version])
}

/// `cargo install` into the checkout. Unoptimised: the tools run for seconds, and an optimised
/// build of them takes twice as long as all their runs together.
fn install(args: &[&str]) -> Result<()> {
    let mut cargo = command("cargo", &["install"]);
    cargo.args(args).arg("--root").arg(tools_dir());
    cargo.env("CARGO_TARGET_DIR", root().join("target/tools-build"));
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "off");
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256");
    run(cargo)
}

pub fn debian(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    let by_hand = format!("the tests need {list}; install with: sudo apt-get install {list}");
    if output("apt-get", &["--version"]).is_none() {
        bail!("{by_hand} (this system has no apt-get: use its own package manager)");
    }
    eprintln!("set-up: installing {list} with apt-get (a minute or two)");
    let root_user = output("id", &["-u"]).as_deref() == Some("0");
    let apt = |args: &[&str]| {
        let mut apt: Command = if root_user {
            command("apt-get", args)
        } else {
            let mut sudo = command("sudo", &["-n", "apt-get"]);
            sudo.args(args);
            sudo
        };
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        run(apt)
    };
    apt(&["update", "-qq"]).with_context(|| by_hand.clone())?;
    let mut args = vec!["install", "-y", "-qq", "--no-install-recommends"];
    args.extend(packages);
    apt(&args).with_context(|| by_hand.clone())
}

/// The version Cargo.lock fixes for a package.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let entry = lock
        .split("[[package]]")
        .find(|entry| entry.lines().any(|line| line.trim() == format!("name = \"{package}\"")))?;
    let line = entry.lines().find_map(|line| line.strip_prefix("version = "))?;
    Some(line.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_package_is_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "yew"), None);
    }
}
