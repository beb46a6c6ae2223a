//! `-dry-run` and `-inspect`: what would be kept, printed.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};

use model::{MatchOp, Matcher};
use promtail::{Entry, Environment, Inspector, Outcome, Pipeline};

use crate::cli::dispatch::{say, written};
use crate::cli::failure::Failure;
use crate::config::ConfigError;
use crate::configured::PromtailFile;
use crate::source::Patterns;
use crate::store::{Piped, SourceOptions, Store, StoreOptions};

/// Prints the entries of the file's jobs, each with its time and labels, until it is stopped; of
/// standard input until that ends. With `inspects` what each stage does with each line that is
/// there now.
pub fn run(file: &PromtailFile, inspects: bool) -> Result<(), Failure> {
    let loaded = file.load(None).map_err(|error| Failure::from(ConfigError::from(error)))?;
    loaded.problems.iter().chain(&loaded.notices).for_each(|sentence| say(sentence));
    let is_stdin = loaded.sources.iter().any(|source| source.paths == ["-"]);
    match (inspects, is_stdin) {
        (true, _) => inspect(&loaded.sources),
        (false, true) => standard_input(&loaded.sources),
        (false, false) => follow(loaded.sources),
    }
}

fn environment() -> Environment {
    Environment::new(|name| jiff::tz::TimeZone::get(name).ok())
}

fn now() -> i64 {
    i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}

/// `2024-12-17T14:30:52.1Z {job="tts"} line`, fields apart by tabs.
fn print(timestamp: i64, labels: &model::Labels, line: &[u8]) -> Result<(), Failure> {
    let time = jiff::Timestamp::from_nanosecond(timestamp.into());
    let time = time.map_or_else(|_| timestamp.to_string(), |time| time.to_string());
    let line = String::from_utf8_lossy(line);
    written(writeln!(std::io::stdout(), "{time}\t{labels}\t{line}"))
}

fn pipeline(piped: &Piped) -> Result<Pipeline, Failure> {
    Pipeline::new(&piped.stages, &environment()).map_err(|p| Failure::usage(p.to_string()))
}

fn standard_input(sources: &[SourceOptions]) -> Result<(), Failure> {
    let Some(piped) = sources.iter().find_map(|source| source.piped.as_ref()) else {
        return Ok(());
    };
    let mut stages = pipeline(piped)?;
    let mut out = Vec::new();
    let print_all = |out: &mut Vec<Outcome>| {
        out.drain(..).try_for_each(|outcome| match outcome {
            Outcome::Entry(entry) => print(entry.timestamp, &entry.labels, &entry.line),
            Outcome::Dropped { .. } => Ok(()),
        })
    };
    for line in std::io::stdin().lock().split(b'\n') {
        let now = now();
        stages.push(Entry::new(piped.labels.clone(), now, line?), now, &mut out);
        print_all(&mut out)?;
    }
    stages.finish(now(), &mut out);
    print_all(&mut out)
}

/// The real store does it, in a folder that goes away.
fn follow(sources: Vec<SourceOptions>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Before there is a folder, so that no signal leaves one behind.
    let stopped = runtime.block_on(async { stopped() })?;
    let folder = tempfile::Builder::new().prefix("logpane-dry-run-").tempdir()?;
    let store = Store::open(StoreOptions::new(folder.path()))?;
    let everything = Matcher::new("nothing", MatchOp::Equal, "")
        .map_err(|error| Failure::failed(error.to_string()))?;
    let mut entries = store.subscribe(vec![everything], None);
    for source in sources {
        store.follow(source);
    }
    let printed = runtime.block_on(async {
        let mut stopped = std::pin::pin!(stopped);
        loop {
            let frame = tokio::select! {
                frame = entries.next() => frame,
                () = &mut stopped => return Ok(()),
            };
            let Some(frame) = frame else { return Ok(()) };
            for stream in frame.streams {
                for entry in stream.entries {
                    print(entry.ts.0, &stream.labels, entry.line.as_bytes())?;
                }
            }
        }
    });
    store.shutdown();
    printed
}

/// A signal that ends it: those that end a relay, and a terminal that goes away.
fn stopped() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let stop = crate::cli::serve::stop_signal()?;
    let (mut hang_up, mut quit) = (signal(SignalKind::hangup())?, signal(SignalKind::quit())?);
    Ok(async move {
        tokio::select! { () = stop => {}, _ = hang_up.recv() => {}, _ = quit.recv() => {} }
    })
}

fn inspect(sources: &[SourceOptions]) -> Result<(), Failure> {
    let folder = std::env::current_dir()?;
    let mut inspectors: BTreeMap<&str, Inspector> = BTreeMap::new();
    let mut out = std::io::stdout().lock();
    for source in sources {
        let Some(piped) = &source.piped else { continue };
        if !inspectors.contains_key(piped.job.as_str()) {
            let inspector = Inspector::new(&piped.stages, &environment())
                .map_err(|problem| Failure::usage(problem.to_string()))?;
            inspectors.insert(&piped.job, inspector);
        }
        let Some(inspector) = inspectors.get_mut(piped.job.as_str()) else { continue };
        let mut look = |mut labels: model::Labels, name: Option<&str>, text: &[u8]| {
            if let Some(name) = name {
                labels.set("filename", name);
            }
            for line in text.split_inclusive(|byte| *byte == b'\n') {
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                let now = now();
                let report = inspector.push(Entry::new(labels.clone(), now, line), now);
                written(out.write_all(report.as_bytes()))?;
            }
            Ok::<_, Failure>(())
        };
        for path in &source.paths {
            if path == "-" {
                let mut text = Vec::new();
                std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut text)?;
                look(piped.labels.clone(), None, &text)?;
                continue;
            }
            for file in Patterns::new(path, &folder).find().files {
                let text = std::fs::read(&file)?;
                look(piped.labels.clone(), Some(&file.to_string_lossy()), &text)?;
            }
        }
    }
    Ok(())
}
