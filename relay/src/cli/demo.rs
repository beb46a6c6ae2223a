//! `logpane demo`.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use jiff::tz::TimeZone;

use crate::cli::args::{DemoArgs, RawConfig};
use crate::cli::dispatch::say;
use crate::cli::failure::Failure;
use crate::cli::handover;
use crate::cli::open::show;
use crate::cli::serve::{End, relay, until_told};
use crate::config::Config;
use crate::demo::{DemoError, Files, LogFile, Story, StoryOptions, Write, follow, write_past};
use crate::store::Store;

const HOUR_NS: f64 = 3_600e9;

pub fn run(args: &DemoArgs) -> Result<(), Failure> {
    if !(args.speed > 0.0 && args.speed <= 1000.0) {
        return Err(Failure::usage("--speed must be above 0 and at most 1000"));
    }
    if !(0.0..=168.0).contains(&args.hours) {
        return Err(Failure::usage("--hours must be between 0 and 168"));
    }
    let temporary = tempfile::Builder::new().prefix("logpane-demo-").tempdir()?;
    let logs = args.dir.clone().unwrap_or_else(|| temporary.path().join("CosyVoice/logs"));
    let live = now();
    let fresh = LogFile::ALL.iter().all(|file| is_empty(&logs.join(file.name())));
    #[expect(clippy::cast_possible_truncation, reason = "a week at most")]
    let past = if fresh { (args.hours * HOUR_NS) as i64 } else { 0 };
    let mut story = Story::new(StoryOptions {
        seed: args.seed,
        start: live - past,
        live,
        speed: args.speed,
        zone: TimeZone::system(),
    });
    let written = write_past(&mut story, &logs, live)?;
    say(&format!("writing logs as a speech service does: {}", logs.display()));

    let writer = Writer::start(story, written);
    let ended = if args.write_only {
        until_told()
    } else {
        let data = args.data.clone().unwrap_or_else(|| temporary.path().join("data"));
        serve(args, logs, data)
    };
    writer.stop()?;
    ended
}

fn is_empty(path: &std::path::Path) -> bool {
    std::fs::metadata(path).map_or(true, |file| file.len() == 0)
}

fn now() -> i64 {
    i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}

/// The relay really tails the files.
fn serve(args: &DemoArgs, logs: PathBuf, data: PathBuf) -> Result<(), Failure> {
    let logs = logs.into_os_string().into_string();
    let logs = logs.map_err(|path| Failure::usage(format!("{path:?} is not valid Unicode")))?;
    let config: Config = RawConfig {
        paths: LogFile::ALL.iter().map(|file| format!("{logs}/{}", file.name())).collect(),
        listen: Some(args.listen.clone()),
        data: Some(data),
        ..RawConfig::default()
    }
    .check()?;
    let started = |url: &str, _: &Store| {
        show(url, args.no_open);
        Ok(())
    };
    match relay(&config, started, std::future::pending())? {
        End::Stopped => Ok(()),
        End::RunsElsewhere { addr, dir } => Err(Failure::failed(handover::refusal(addr, &dir))),
    }
}

/// The thread that writes the present.
struct Writer {
    stop: Sender<()>,
    thread: JoinHandle<Result<(), DemoError>>,
}

impl Writer {
    fn start(mut story: Story, written: (Files, Option<Write>)) -> Self {
        let (stop, stopped): (Sender<()>, Receiver<()>) = channel();
        let thread = std::thread::spawn(move || follow(&mut story, written, now, &stopped));
        Self { stop, thread }
    }

    fn stop(self) -> Result<(), Failure> {
        drop(self.stop);
        match self.thread.join() {
            Ok(done) => Ok(done?),
            Err(_) => Err(Failure::failed("the writer of the demo broke")),
        }
    }
}
