use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use promtail::Relabel;

use super::entry::JournalEntry;
use crate::staged::Staged;
use crate::stopping::{is_stopped, wait};
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
    let Some(mut staged) = Staged::new(&job.piped, &job.relabel, "journal") else { return };
    let mut last_error = String::new();
    loop {
        let ended = follow(job, store, stopped, &mut staged);
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
        if wait(stopped, RETRY) {
            return;
        }
    }
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
    staged: &mut Staged,
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
    let (mut cursor, mut count) = (String::new(), 0);
    loop {
        let received = received.recv_timeout(PAUSE);
        if let Ok(line) = &received
            && let Some(entry) = JournalEntry::read(&String::from_utf8_lossy(line), job.is_whole)
        {
            cursor = entry.cursor;
            staged.take(entry.timestamp, entry.labels, entry.line);
            count += 1;
        }
        if count >= BATCH || (received.is_err() && count > 0) {
            staged.flush(store, RETRY, stopped)?;
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

fn write_cursor(path: &Path, cursor: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let new = path.with_extension("new");
    std::fs::write(&new, cursor)?;
    std::fs::rename(&new, path)
}
