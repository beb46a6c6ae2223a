use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use model::{Entry, Labels};
use promtail::{Environment, Outcome, Pipeline, Relabel, relabel};

use super::entry::JournalEntry;
use crate::store::{Piped, Store};

/// Entries are pushed together until none has come for so long, or there are so many.
const PAUSE: Duration = Duration::from_millis(200);
const BATCH: usize = 500;
/// A journalctl that ended, or a store that is full, is tried again after this long.
const RETRY: Duration = Duration::from_secs(5);

/// A journal that is followed.
#[derive(Clone, Debug)]
pub struct JournalJob {
    /// The line is the whole entry as JSON.
    pub is_whole: bool,
    /// How far back the first reading goes: long brings more history, short starts sooner.
    pub max_age: Duration,
    /// The folder of the journal; None: the system's.
    pub path: Option<String>,
    /// `_SYSTEMD_UNIT=tts.service …`
    pub matches: Vec<String>,
    pub relabel: Vec<Relabel>,
    /// Labels of every line, the stages of the job and its name.
    pub piped: Piped,
    /// Where it is noted how far it was read. What was read since then is read again after a
    /// restart, and told by its time and text.
    pub cursor: PathBuf,
}

/// Follows the journal until `stopped` has no sender.
pub(crate) fn watch(job: &JournalJob, store: &Store, stopped: &Receiver<()>) {
    let environment = Environment::new(|name| jiff::tz::TimeZone::get(name).ok());
    // They were checked when the file was read.
    let Ok(mut stages) = Pipeline::new(&job.piped.stages, &environment) else { return };
    let mut last_error = String::new();
    loop {
        let ended = follow(job, store, stopped, &mut stages);
        if is_stopped(stopped) {
            return;
        }
        let error = match ended {
            Ok(()) => "journalctl has ended".to_owned(),
            Err(error) => error.to_string(),
        };
        if error != last_error {
            crate::cli::say(&format!(
                "cannot read the journal of {} ({error}); it is tried again",
                job.piped.job
            ));
        }
        last_error = error;
        if !matches!(stopped.recv_timeout(RETRY), Err(RecvTimeoutError::Timeout)) {
            return;
        }
    }
}

fn is_stopped(stopped: &Receiver<()>) -> bool {
    !matches!(stopped.try_recv(), Err(TryRecvError::Empty))
}

/// Ends the program with the value.
struct Journalctl(Child);

impl Drop for Journalctl {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn follow(
    job: &JournalJob,
    store: &Store,
    stopped: &Receiver<()>,
    stages: &mut Pipeline,
) -> io::Result<()> {
    let mut child = Journalctl(command(job).spawn()?);
    let Some(output) = child.0.stdout.take() else { return Ok(()) };
    let (lines, received) = sync_channel(BATCH);
    let reader = std::thread::Builder::new().name("journalctl".to_owned());
    reader.spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
    })?;
    let (mut out, mut cursor, mut count) = (Vec::new(), String::new(), 0);
    loop {
        let received = received.recv_timeout(PAUSE);
        if let Ok(line) = &received
            && let Some(entry) = JournalEntry::read(&String::from_utf8_lossy(line), job.is_whole)
        {
            cursor.clone_from(&entry.cursor);
            take(job, entry, stages, &mut out);
            count += 1;
        }
        if count >= BATCH || (received.is_err() && count > 0) {
            stages.finish(now(), &mut out);
            push(store, stopped, std::mem::take(&mut out))?;
            write_cursor(&job.cursor, &cursor)?;
            count = 0;
        }
        match received {
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
            _ if is_stopped(stopped) => return Ok(()),
            _ => {}
        }
    }
}

fn command(job: &JournalJob) -> Command {
    let mut command = Command::new("journalctl");
    command.args(["--output=json", "--follow", "--no-pager", "--all"]);
    match std::fs::read_to_string(&job.cursor) {
        Ok(cursor) if !cursor.trim().is_empty() => {
            command.arg(format!("--after-cursor={}", cursor.trim())).arg("--lines=all");
        }
        _ => {
            command.arg(format!("--since=-{}s", job.max_age.as_secs())).arg("--lines=all");
        }
    }
    if let Some(path) = &job.path {
        command.arg(format!("--directory={path}"));
    }
    command.args(&job.matches);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

fn now() -> i64 {
    i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}

fn take(job: &JournalJob, entry: JournalEntry, stages: &mut Pipeline, out: &mut Vec<Outcome>) {
    let JournalEntry { timestamp, mut labels, line, .. } = entry;
    for (name, value) in job.piped.labels.iter() {
        labels.set(name, value);
    }
    let Some(labels) = relabel(labels, &job.relabel) else { return };
    let labels: Labels = labels.iter().filter(|(name, _)| !name.starts_with("__")).collect();
    stages.push(promtail::Entry::new(labels, timestamp, line), now(), out);
}

/// Pushes until there is room.
fn push(store: &Store, stopped: &Receiver<()>, out: Vec<Outcome>) -> io::Result<()> {
    let entry = |outcome| match outcome {
        Outcome::Entry(entry) => {
            let mut labels = entry.labels;
            if labels.is_empty() {
                labels.set("job", "journal");
            }
            let (timestamp, line, metadata) = (entry.timestamp, entry.line, entry.metadata);
            Some((labels, vec![Entry { timestamp, line, metadata, ..Entry::default() }]))
        }
        Outcome::Dropped { .. } => None,
    };
    let streams: Vec<(Labels, Vec<Entry>)> = out.into_iter().filter_map(entry).collect();
    let end = Instant::now() + RETRY;
    loop {
        match store.push(streams.clone()) {
            Ok(_) => return Ok(()),
            Err(error) if Instant::now() > end || is_stopped(stopped) => {
                return Err(io::Error::other(error));
            }
            Err(_) => _ = stopped.recv_timeout(PAUSE),
        }
    }
}

fn write_cursor(path: &Path, cursor: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let new = path.with_extension("new");
    std::fs::write(&new, cursor)?;
    std::fs::rename(&new, path)
}
