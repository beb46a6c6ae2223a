//! `logpane [PATHS…]`.

use std::path::Path;

use clap::CommandFactory as _;

use crate::cli::args::{Cli, OpenArgs};
use crate::cli::dispatch::say;
use crate::cli::failure::Failure;
use crate::cli::serve::{End, print_url, relay};
use crate::cli::{browser, handover};
use crate::config::Config;
use crate::store::Store;

const NOTHING_TO_SHOW: &str = "\
nothing to show: no files were given and nothing was kept before.

Give it the files to follow, for example
  logpane ~/CosyVoice/logs/*.log          these files
  logpane '~/apps/**/*.log'               all below a folder, also those to come
  python app.py 2>&1 | logpane -          what a program prints
  logpane demo                            a simulated service, to try it

Entries are kept for 7 days; after that first time, `logpane` alone shows them again.";

pub fn run(args: &OpenArgs) -> Result<(), Failure> {
    if let Some(done) = args.raw.promtail.look() {
        return done;
    }
    if args.raw.promtail.config_file.is_some() {
        // As Promtail is started, which opens no browser.
        return crate::cli::serve::run(&args.raw);
    }
    refuse_misspelt(&args.raw.paths)?;
    let config = args.raw.check()?;
    let is_configured = !config.loaded.sources.is_empty();
    if !is_configured && config.paths.is_empty() && !config.data.exists() {
        return Err(Failure::usage(NOTHING_TO_SHOW));
    }
    let started = |url: &str, store: &Store| {
        if config.paths.is_empty() && !is_configured {
            if store.status().entries == 0 {
                return Err(Failure::usage(NOTHING_TO_SHOW));
            }
            say("no files were given: showing what was kept; `logpane PATHS` adds files");
        }
        show(url, args.no_open);
        Ok(())
    };
    match relay(&config, started, std::future::pending())? {
        End::Stopped => Ok(()),
        End::RunsElsewhere { addr, dir } => join(&config, args, addr, &dir),
    }
}

/// Prints the URL and opens it.
pub fn show(url: &str, no_open: bool) {
    print_url(url);
    if !no_open {
        browser::open(&format!("{url}/"));
    }
}

/// Another relay has the data folder: it gets the paths, and its page is opened.
fn join(config: &Config, args: &OpenArgs, addr: Option<String>, dir: &Path) -> Result<(), Failure> {
    let Some(addr) = addr else {
        return Err(Failure::failed(handover::refusal(None, dir)));
    };
    if !config.paths.is_empty() {
        handover::hand_over(config, &addr)?;
        say(&format!("the relay that already runs at {addr} follows these files now"));
    }
    show(&addr, args.no_open);
    Ok(())
}

/// A file that is not there yet is followed once it comes; but the first word may well be a
/// command, and nobody waits for a file of such a name.
fn refuse_misspelt(paths: &[String]) -> Result<(), Failure> {
    let Some(word) = paths.first() else { return Ok(()) };
    let command = Cli::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let is_word = word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    match model::nearest(word, &names) {
        Some(meant) if is_word && !Path::new(word).exists() => Err(Failure::usage(format!(
            "there is neither a command nor a file {word:?}; did you mean `logpane {meant}`? A \
             file still to come is followed as ./{word}"
        ))),
        _ => Ok(()),
    }
}
