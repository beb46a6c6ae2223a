//! The program `logpane`.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    relay::cli::run(relay::cli::Cli::parse_from(relay::cli::arguments(std::env::args_os())))
}
