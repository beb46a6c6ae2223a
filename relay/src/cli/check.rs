//! `logpane check`: whether `logpane serve` with the same arguments could work.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;

use crate::alert;
use crate::cli::args::RawConfig;
use crate::cli::dispatch::written;
use crate::cli::failure::Failure;
use crate::cli::retention;
use crate::cli::sources;
use crate::config::Config;

pub fn run(raw: &RawConfig) -> Result<(), Failure> {
    let config = raw.check()?;
    let mut problems = problems(&config, &std::env::current_dir()?);
    let mut out = std::io::stdout().lock();
    let mut text = format!(
        "listen     {}\ndata       {}\nretention  {}, {} bytes\npassword   {}\n",
        config.listen,
        config.data.display(),
        model::format_duration(i64::try_from(config.retention.as_nanos()).unwrap_or(i64::MAX)),
        config.retention_bytes,
        if config.passwords.is_some() { "needed" } else { "none" },
    );
    let rules = alert::check(&config.alerts.rules);
    text.push_str(&retention::plan(&config));
    text.push_str(&rules.text);
    for endpoint in &config.alerts.alertmanagers {
        text.push_str(&format!("tell       Alertmanager {}\n", endpoint.url));
    }
    for channel in &config.alerts.receivers {
        text.push_str(&format!("tell       {} {}\n", channel.name, channel.receiver.redacted()));
    }
    for path in &config.paths {
        text.push_str(&format!("follow     {path}\n"));
    }
    for path in config.loaded.sources.iter().flat_map(|source| &source.paths) {
        text.push_str(&format!("follow     {path}\n"));
    }
    for notice in &config.loaded.notices {
        text.push_str(&format!("left out   {notice}\n"));
    }
    problems.extend(rules.problems);
    for problem in &problems {
        text.push_str(&format!("problem    {problem}\n"));
    }
    written(out.write_all(text.as_bytes()))?;
    match problems.len() {
        0 => Ok(()),
        1 => Err(Failure::failed("1 problem")),
        n => Err(Failure::failed(format!("{n} problems"))),
    }
}

fn problems(config: &Config, folder: &Path) -> Vec<String> {
    let mut problems = sources::notes(&config.paths, folder, !config.loaded.sources.is_empty());
    problems.extend(config.loaded.problems.iter().cloned());
    if let Err(error) = TcpListener::bind(config.listen) {
        problems.push(format!("cannot listen on {}: {error}", config.listen));
    }
    if let Err(problem) = writable(&config.data) {
        problems.push(problem);
    }
    problems
}

/// Whether the folder, or the nearest one above it that is there, takes a new file.
fn writable(dir: &Path) -> Result<(), String> {
    let there = dir.ancestors().find(|dir| dir.exists()).unwrap_or(dir);
    if !there.is_dir() {
        return Err(format!("this is no folder: {}", there.display()));
    }
    tempfile::tempfile_in(there)
        .map(drop)
        .map_err(|error| format!("cannot write to the data folder ({error}): {}", dir.display()))
}
