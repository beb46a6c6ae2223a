use std::io::Write as _;
use std::process::ExitCode;

use clap::CommandFactory as _;
use tracing_subscriber::EnvFilter;

use crate::cli::args::{Cli, Command};
use crate::cli::failure::Failure;
use crate::cli::{check, demo, export, open, promtail, query, serve, share, tail};

/// Does what was typed. Results go to stdout, messages to stderr; 0 done, 1 failed, 2 wrong usage.
pub fn run(cli: Cli) -> ExitCode {
    log_to_stderr();
    if matches!(cli.command, None | Some(Command::Serve(_) | Command::Demo(_))) {
        // It works without, it is merely larger.
        if let Err(error) = crate::memory::settle() {
            tracing::warn!(%error, "free memory is given back late");
        }
    }
    let done = match cli.command {
        None => open::run(&cli.open),
        Some(Command::Serve(raw)) => serve::run(&raw),
        Some(Command::Query(args)) => query::run(&args),
        Some(Command::Tail(args)) => tail::run(&args),
        Some(Command::Share(args)) => share::run(&args),
        Some(Command::Check(raw)) => check::run(&raw),
        Some(Command::Export(args)) => export::run(&args),
        Some(Command::Verify(args)) => export::verify(&args),
        Some(Command::Extract(args)) => export::extract(&args),
        Some(Command::ImportPromtail(args)) => promtail::run_import(&args),
        Some(Command::Run(args)) => match crate::cli::run::run(&args) {
            Ok(code) => return code,
            Err(failure) => Err(failure),
        },
        Some(Command::Demo(args)) => demo::run(&args),
        Some(Command::Completions { shell }) => {
            // It takes a writer that cannot fail; stdout can.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "logpane", &mut script);
            written(std::io::stdout().write_all(&script))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&failure.to_string());
            failure.exit_code()
        }
    }
}

/// A message for a person, on stderr. Nobody reading it is no reason to stop.
pub fn say(message: &str) {
    writeln!(std::io::stderr(), "logpane: {message}").ok();
}

/// `LOGPANE_LOG` as in tracing: `debug`, `relay=trace`. Without it only what went wrong; a
/// connection that a client broke off did not.
fn log_to_stderr() {
    let filter = std::env::var("LOGPANE_LOG").unwrap_or_default();
    let filter = if filter.is_empty() { "warn,warp=off,hyper=off".to_owned() } else { filter };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::new(filter))
        .with_target(false)
        .try_init()
        .ok();
}

/// Ends quietly when the reader of stdout has gone, as `head` does.
pub fn written(result: std::io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| Failure::failed(format!("cannot write: {error}"))),
    }
}
