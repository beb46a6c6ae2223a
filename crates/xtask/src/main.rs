//! Everything a clone needs, one command each: `cargo xtask setup|dist|run|test|bench|shots`.

mod clients;
mod command;
mod compress;
mod dist;
mod report;
mod stamp;
mod test;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask run [-- ARGS]   build the product and run `logpane ARGS` (without ARGS: the live demo)
cargo xtask test            format, lints, all tests, natively and in a real browser
cargo xtask dist            build target/release/logpane with the viewer inside
cargo xtask report          after a `trunk build` by hand: what an exported report carries of it
cargo xtask bench [PART]    print the table of the figures we hold ourselves to
cargo xtask shots           pictures of every screen into tests/shots/every, to be looked at
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

/// Programs that live with the end-to-end tests: they need their relay and their browser.
fn with_product(program: &str, args: &[String]) -> Result<()> {
    tools::for_tests()?;
    dist::build()?;
    let mut run = command::command("cargo", &["run", "--package", "tests", "--bin", program]);
    run.arg("--").args(args);
    command::run(run)
}

fn dispatch(command: &str, rest: &[String]) -> Result<ExitCode> {
    let forwarded = rest.strip_prefix(&["--".to_owned()]).unwrap_or(rest);
    match command {
        "setup" => {
            tools::for_build()?;
            tools::for_tests()?;
        }
        "dist" => drop(dist::build()?),
        "report" => report::build(&command::root().join("dist"))?,
        "run" => return dist::run(forwarded),
        "test" => test::all()?,
        "bench" => with_product("bench", forwarded)?,
        "shots" => with_product("shots", forwarded)?,
        "" | "help" | "-h" | "--help" => println!("{HELP}"),
        other => bail!("there is no command {other:?}\n\n{HELP}"),
    }
    Ok(ExitCode::SUCCESS)
}
