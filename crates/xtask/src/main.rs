//! Everything a clone needs, one command each: `cargo xtask setup|dist|run|test|bench`.

mod clients;
mod command;
mod compress;
mod dist;
mod stamp;
mod test;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask run [-- ARGS]   build the product and run `logpane ARGS` (without ARGS: the live demo)
cargo xtask test            format, lints, all tests, natively and in a real browser
cargo xtask dist            build target/release/logpane with the viewer inside
cargo xtask bench [PART]    print the table of the figures we hold ourselves to
cargo xtask setup           only install what is missing";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    match dispatch(&command, &rest) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The bench lives with the end-to-end tests: it needs their relay and their browser.
fn bench(parts: &[String]) -> Result<()> {
    tools::for_tests()?;
    dist::build()?;
    let mut bench = command::command("cargo", &["run", "--package", "tests", "--bin", "bench"]);
    bench.arg("--").args(parts);
    command::run(bench)
}

fn dispatch(command: &str, rest: &[String]) -> Result<ExitCode> {
    let forwarded = rest.strip_prefix(&["--".to_owned()]).unwrap_or(rest);
    match command {
        "setup" => {
            tools::for_build()?;
            tools::for_tests()?;
        }
        "dist" => drop(dist::build()?),
        "run" => return dist::run(forwarded),
        "test" => test::all()?,
        "bench" => bench(forwarded)?,
        "" | "help" | "-h" | "--help" => println!("{HELP}"),
        other => bail!("there is no command {other:?}\n\n{HELP}"),
    }
    Ok(ExitCode::SUCCESS)
}
