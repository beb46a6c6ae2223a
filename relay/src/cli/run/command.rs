use std::process::ExitCode;
use std::time::Instant;

use crate::cli::args::RunArgs;
use crate::cli::dispatch::say;
use crate::cli::failure::Failure;
use crate::cli::run::child::{Program, code_of};
use crate::cli::run::keeper::{Keeper, settings};
use crate::cli::run::origin::Origin;
use crate::cli::run::output::Stream;
use crate::cli::run::spool::Spool;
use crate::cli::run::{child, output};

/// Runs the program and gives back its status. What goes wrong with keeping its output is said
/// and is no reason for the program to stop.
pub fn run(args: &RunArgs) -> Result<ExitCode, Failure> {
    let settings = settings(args)?;
    let origin = Origin::here(&args.command)?;
    let job = settings.job.clone().unwrap_or_else(|| origin.job());
    let program = match Program::start(&args.command) {
        Ok(program) => program,
        Err(error) => {
            say(&child::cannot_start(&args.command, &error));
            return Ok(ExitCode::from(child::code_of_error(&error)));
        }
    };
    let Program { mut child, stdout, stderr, pty } = program;
    let started = Instant::now();
    let spool = Spool::start(&settings.data, &job, &origin)
        .inspect_err(|error| say(&format!("the program's output is not kept: {error}")))
        .ok();
    let sink = spool.as_ref().map(Spool::sink).unwrap_or_default();
    let keeper = spool.as_ref().map(|spool| Keeper::start(args, settings, job, spool.path()));
    let copies = [
        output::copy(stdout, Stream::Stdout, sink.clone()),
        output::copy(stderr, Stream::Stderr, sink),
    ];
    super::signals::forward(&child, pty)?;

    let status = child.wait()?;
    // A program that it left behind may still write; nothing of that is lost either.
    for copy in copies.into_iter().flatten() {
        copy.join().ok();
    }
    let code = code_of(status);
    if let Some(spool) = spool {
        let path = spool.path().to_owned();
        if let Err(problem) = spool.end(code, started.elapsed()) {
            say(&problem);
        }
        if let Some(problem) = keeper.and_then(|keeper| keeper.end(&path)) {
            say(&problem);
        }
    }
    Ok(ExitCode::from(code))
}
