//! The program `logpane`.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    relay::cli::run(relay::cli::Cli::parse())
}
