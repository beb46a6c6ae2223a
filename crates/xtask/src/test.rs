//! `cargo xtask test`: everything that must hold on main, each step with its time.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::command::{command, output, run};
use crate::{dist, tools};

/// Crates that must build for the browser as they build for the machine.
const BROWSER: [&str; 20] = [
    "--package",
    "assist",
    "--package",
    "chunk",
    "--package",
    "export",
    "--package",
    "frontend",
    "--package",
    "insight",
    "--package",
    "logql",
    "--package",
    "model",
    "--package",
    "protocol",
    "--package",
    "redact",
    "--package",
    "report",
];
const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];

/// Property tests get the same cases each time, so that what fails is the change. Others are tried
/// by `PROPTEST_CASES=30000 cargo test -p CRATE`, with a new seed each time.
const PROPERTY_SEED: &str = "PROPTEST_RNG_SEED";

pub fn all() -> Result<()> {
    let start = Instant::now();
    step("set-up", || {
        tools::for_build()?;
        tools::for_tests()
    })?;
    step("format", || cargo(&[&["fmt", "--all", "--check"]]))?;
    step("lints", || {
        cargo(&[&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]])
    })?;
    step("lints for the browser", || {
        cargo(&[&["clippy"], &WASM, &BROWSER, &["--", "-D", "warnings"]])
    })?;
    step("unit and integration tests", || {
        let mut test = command("cargo", &["test", "--workspace", "--exclude", "tests"]);
        if std::env::var_os(PROPERTY_SEED).is_none() {
            test.env(PROPERTY_SEED, "1");
        }
        run(test)
    })?;
    step("engine cases in the browser", || {
        let driver = output("which", &["chromedriver"]).context("chromedriver is missing")?;
        let cases = ["--test", "golden", "--test", "conformance"];
        let mut test = command("cargo", &[&["test", "--package", "logql"][..], &cases].concat());
        test.args(WASM).env("CHROMEDRIVER", driver);
        run(test)
    })?;
    step("the product", || dist::build().map(drop))?;
    step("end to end", || cargo(&[&["test", "--package", "tests"]]))?;
    eprintln!("all passed in {} s", start.elapsed().as_secs());
    Ok(())
}

fn cargo(args: &[&[&str]]) -> Result<()> {
    run(command("cargo", &args.concat()))
}

fn step(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    eprintln!("== {name}");
    let start = Instant::now();
    work().with_context(|| name.to_owned())?;
    eprintln!("== {name}: {} s", start.elapsed().as_secs());
    Ok(())
}
