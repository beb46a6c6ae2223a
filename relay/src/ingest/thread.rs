use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use protocol::sources::Change;
use protocol::status::Severity;

use super::behind::Behind;
use super::core::Core;
use super::follow::Follow;
use super::keeper::{self, Job, SealError};
use super::lost::{Found, Unpacking};
use super::prepared::Prepared;
use super::said::{SaidBook, Waiting};
use crate::journal::{Journal, PipedEntries, PipedFile, Record};
use crate::source::Watch;
use crate::store::chunk_file::{StoredChunk, nanos};
use crate::store::shared::{RESERVE_BYTES, Shared, problem};
use crate::store::{Pushed, SourceOptions, StoreError, retention};

/// Looked for changes at least this often, watched or not.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// And at most this often: a program that writes a thousand lines a second wakes us at each.
const LOOK_GAP: Duration = Duration::from_millis(15);
/// With thousands of files a look itself takes long: it is waited so many times as long as the last
/// one took, and at most so long. When the system tells of a change, less.
const LOOK_REST: u32 = 20;
const MAX_LOOK_REST: Duration = Duration::from_secs(1);
const WAKE_REST: u32 = 3;
const MAX_WAKE_REST: Duration = Duration::from_millis(150);
/// Pushed entries are on the disk itself after this long.
const SYNC_EVERY: Duration = Duration::from_secs(1);
const RETENTION_EVERY: Duration = Duration::from_secs(60);
/// A full disk is asked again after this long.
const RETRY_EVERY: Duration = Duration::from_millis(500);
/// A new checkpoint when the next start would have to go through this much.
const CHECKPOINT_BYTES: u64 = 32 << 20;
/// The same once nothing has come for a while: the next start is then quick.
const IDLE_CHECKPOINT_BYTES: u64 = 1 << 20;
const IDLE: Duration = Duration::from_secs(3);

/// What the ingest thread is asked to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Something changed on disk; whether names may have changed.
    Wake(bool),
    Follow(SourceOptions),
    /// The configuration was read again: these are followed instead of what it said before.
    Replace(Vec<SourceOptions>),
    /// Something is said of a file in place of what was found.
    Change {
        change: Change,
        answer: SyncSender<Result<(), StoreError>>,
    },
    Push {
        streams: Vec<Prepared>,
        answer: SyncSender<Result<Pushed, StoreError>>,
    },
    /// A chunk is on disk, or could not be written.
    Sealed {
        stream: usize,
        result: Result<StoredChunk, SealError>,
    },
    /// A rotated file can be read.
    Unpacked {
        found: Box<Found>,
        file: io::Result<Option<File>>,
    },
    AllUnpacked,
    Shutdown,
    /// Ends at once and writes nothing more, as a kill does.
    Abort,
}

/// The state of the ingest thread.
pub(super) struct Ingest {
    pub(super) shared: Arc<Shared>,
    pub(super) core: Core,
    pub(super) journal: Journal,
    pub(super) follow: Follow,
    pub(super) commands: SyncSender<Command>,
    /// None once the thread ends.
    jobs: Option<SyncSender<Job>>,
    /// Seals under way.
    sealing: usize,
    /// Seals that are done and not in the journal yet, for want of room.
    unsaid: Vec<Record>,
    /// Nanoseconds since 1970; never runs backwards, whatever the system's clock does.
    now: i64,
    last_sync: Instant,
    last_retention: Option<Instant>,
    last_space: Option<Instant>,
    /// When something was last taken.
    pub(super) last_taken: Instant,
    is_stopped: bool,
    /// Rotated files that are being unpacked.
    pub(super) unpacking: Option<Unpacking>,
    pub(super) behind: Behind,
    pub(super) waiting: VecDeque<Waiting>,
}

/// Starts the threads. `receiver` is the other end of `commands`.
pub(crate) fn spawn(
    shared: Arc<Shared>,
    core: Core,
    journal: Journal,
    said: SaidBook,
    commands: SyncSender<Command>,
    receiver: Receiver<Command>,
) -> io::Result<Vec<JoinHandle<()>>> {
    let (jobs, queue) = sync_channel(16);
    let (folder, done) = (shared.folder.clone(), commands.clone());
    let keeper = std::thread::Builder::new()
        .name("keeper".to_owned())
        .spawn(move || keeper::keep(&folder, &queue, &done))?;
    let wake = commands.clone();
    let ingest = std::thread::Builder::new().name("ingest".to_owned()).spawn(move || {
        // A full queue has something in it that wakes as well.
        let watch = Watch::new(move |names| {
            wake.try_send(Command::Wake(names)).ok();
        });
        let now = Instant::now();
        let own = shared.options.dir.clone();
        let behind = Behind::read(&own);
        let ingest = Ingest {
            shared,
            core,
            journal,
            follow: Follow::new(watch, own, said),
            commands,
            jobs: Some(jobs),
            sealing: 0,
            unsaid: Vec::new(),
            now: nanos(SystemTime::now()),
            last_sync: now,
            last_retention: None,
            last_space: None,
            last_taken: now,
            is_stopped: false,
            unpacking: None,
            behind,
            waiting: VecDeque::new(),
        };
        ingest.run(&receiver);
    })?;
    Ok(vec![keeper, ingest])
}

impl Ingest {
    fn run(mut self, commands: &Receiver<Command>) {
        let mut next_look = Instant::now();
        let mut took = Duration::ZERO;
        loop {
            let now = Instant::now();
            let has_more = if now >= next_look || self.follow.has_more() {
                let has_more = self.look();
                took = now.elapsed();
                next_look = Instant::now() + LOOK_EVERY.max((took * LOOK_REST).min(MAX_LOOK_REST));
                has_more
            } else {
                false
            };
            self.keep_house();
            let wait = if has_more {
                Duration::ZERO
            } else {
                next_look.saturating_duration_since(Instant::now())
            };
            let mut command = match commands.recv_timeout(wait) {
                Ok(command) => Some(command),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(Command::Shutdown),
            };
            while let Some(next) = command.take() {
                match next {
                    Command::Wake(names) => {
                        self.follow.names_changed |= names;
                        let gap = LOOK_GAP.max((took * WAKE_REST).min(MAX_WAKE_REST));
                        next_look = next_look.min(Instant::now() + gap);
                    }
                    Command::Shutdown => return self.shut_down(commands),
                    Command::Abort => return,
                    Command::Follow(sources) => {
                        self.follow_more(sources);
                        next_look = Instant::now();
                    }
                    Command::Replace(sources) => {
                        self.follow_instead(sources);
                        next_look = Instant::now();
                    }
                    other => {
                        // A seal makes room for more, and so does a file that was found.
                        if matches!(other, Command::Sealed { .. } | Command::Unpacked { .. }) {
                            next_look = Instant::now();
                        }
                        self.take_command(other);
                    }
                }
                command = commands.try_recv().ok();
            }
        }
    }

    fn take_command(&mut self, command: Command) {
        match command {
            Command::Push { streams, answer } => {
                let result = self.push(streams);
                // Who asked may have gone; the entries are taken all the same.
                answer.send(result).ok();
            }
            Command::Change { change, answer } => {
                self.waiting.push_back(Waiting { change, answer });
            }
            Command::Sealed { stream, result } => self.sealed(stream, result),
            Command::Unpacked { found, file } => self.unpacked(&found, file),
            Command::AllUnpacked => self.all_unpacked(),
            Command::Wake(_)
            | Command::Follow(_)
            | Command::Replace(_)
            | Command::Shutdown
            | Command::Abort => {}
        }
    }

    /// The time of what is taken now.
    pub(super) fn now(&mut self) -> i64 {
        self.now = self.now.max(nanos(SystemTime::now()));
        self.now
    }

    /// Whether something can be taken: there is room, and readers of heads keep up.
    pub(super) fn can_take(&self) -> bool {
        !self.is_stopped
    }

    /// Why nothing is taken then.
    pub(super) fn full(&self) -> StoreError {
        StoreError::Full { dir: self.shared.options.dir.clone() }
    }

    /// Writes a record before what it says counts; false when there is no room.
    pub(super) fn say(&mut self, record: &Record) -> bool {
        let written = self.journal.append(record);
        self.note_written(written)
    }

    pub(super) fn say_bytes(&mut self, file: u64, offset: u64, now: i64, bytes: &[u8]) -> bool {
        let written = self.journal.append_bytes(file, offset, now, bytes);
        self.note_written(written)
    }

    pub(super) fn say_piped(
        &mut self,
        now: i64,
        files: Vec<PipedFile>,
        entries: &PipedEntries,
    ) -> bool {
        let written = self.journal.append_piped(now, files, entries);
        self.note_written(written)
    }

    fn note_written(&mut self, written: io::Result<()>) -> bool {
        match written {
            Ok(()) => true,
            Err(error) => {
                self.stop(&error);
                false
            }
        }
    }

    /// Nothing is taken until there is room again.
    fn stop(&mut self, error: &io::Error) {
        let dir = self.shared.options.dir.display();
        let is_full =
            matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        let (code, message) = if is_full {
            let message = format!(
                "the disk is full, so reading has stopped; nothing is lost while the files stay. \
                 Make room or move the data folder: {dir}"
            );
            ("disk_full", message)
        } else {
            let message = format!(
                "cannot write to the data folder, so reading has stopped ({error}); check the \
                 disk and the permissions: {dir}"
            );
            ("data_folder", message)
        };
        if !self.is_stopped {
            tracing::error!(%error, "reading has stopped");
        }
        self.is_stopped = true;
        self.last_space = Some(Instant::now());
        self.shared.board().stopped = Some(problem(Severity::Error, code, message));
    }

    fn has_room(&self) -> bool {
        let dir = &self.shared.options.dir;
        self.shared.options.space.bytes_at(dir).is_none_or(|free| free >= RESERVE_BYTES)
    }

    /// Stops before the disk is full, and starts again once there is room.
    fn check_space(&mut self) {
        if self.last_space.is_some_and(|at| at.elapsed() < RETRY_EVERY) {
            return;
        }
        self.last_space = Some(Instant::now());
        if !self.has_room() {
            self.stop(&io::Error::from(io::ErrorKind::StorageFull));
            return;
        }
        if self.is_stopped {
            // Whether it really can be written is found out by the next record.
            tracing::info!("reading goes on");
            self.is_stopped = false;
            self.shared.board().stopped = None;
        }
    }

    fn longest_ns(&self) -> i64 {
        self.shared.read().policy().longest_ns()
    }

    /// What is due beside reading.
    fn keep_house(&mut self) {
        self.check_space();
        self.say_unsaid();
        self.keep_behind();
        if self.last_retention.is_none_or(|at| at.elapsed() >= RETENTION_EVERY) {
            self.last_retention = Some(Instant::now());
            let now = self.now();
            retention::apply(&self.shared, self.journal.size_bytes(), now);
            self.core.forget(now.saturating_sub(self.longest_ns()));
        }
        if self.last_sync.elapsed() >= SYNC_EVERY {
            self.last_sync = Instant::now();
            if let Some(Ok(file)) = self.journal.take_unsynced() {
                self.hand_over(Job::Sync(file));
            }
        }
        let is_idle = self.last_taken.elapsed() >= IDLE;
        self.shared.counters.is_idle.store(is_idle, Ordering::Relaxed);
        if self.is_stopped {
            self.refuse_changes();
        }
        let replay = self.journal.replay_bytes();
        let is_due = replay >= CHECKPOINT_BYTES
            || (is_idle && replay >= IDLE_CHECKPOINT_BYTES)
            || !self.waiting.is_empty();
        if is_due && !self.is_stopped {
            // Heads that are half sealed cannot be written: first the seals end.
            if self.sealing == 0 {
                match self.waiting.pop_front() {
                    Some(Waiting { change, answer }) => {
                        let changed = self.change_source(change);
                        // Who asked may have gone.
                        answer.send(changed).ok();
                    }
                    None => self.write_checkpoint(),
                }
            }
        } else {
            self.start_seals(is_idle);
        }
        self.shared.board().journal_bytes = self.journal.size_bytes();
    }

    fn hand_over(&mut self, job: Job) {
        if let Some(jobs) = &self.jobs
            && jobs.try_send(job).is_err()
        {
            // The keeper has enough to do; the next sync covers this one.
            self.journal.sync_again();
        }
    }

    fn start_seals(&mut self, is_idle: bool) {
        if self.is_stopped || self.sealing >= super::seal::MAX_UNDER_WAY {
            return;
        }
        let now = self.now();
        let mut catalogue = self.shared.write();
        for stream in super::seal::choose(&catalogue, now, is_idle) {
            if self.sealing >= super::seal::MAX_UNDER_WAY {
                break;
            }
            let Some(at) = catalogue.stream_mut(stream) else { continue };
            let (Ok(journal), Some(jobs)) = (self.journal.file(), &self.jobs) else { return };
            let Some(batch) = at.head.start_seal() else { continue };
            let job = Job::Seal { stream, labels: at.labels.clone(), batch, journal };
            match jobs.try_send(job) {
                Ok(()) => self.sealing += 1,
                Err(_) => at.head.cancel_seal(),
            }
        }
    }

    fn sealed(&mut self, stream: usize, result: Result<StoredChunk, SealError>) {
        self.sealing = self.sealing.saturating_sub(1);
        let now = self.now();
        match result {
            Ok(chunk) => {
                let mut catalogue = self.shared.write();
                let Some(at) = catalogue.stream_mut(stream) else { return };
                let (labels, count) = (at.labels.clone(), chunk.num_entries());
                at.head.finish_seal(now);
                catalogue.add_chunk(stream, chunk);
                drop(catalogue);
                self.unsaid.push(Record::Sealed { labels, count, now });
                self.say_unsaid();
            }
            Err(error) => {
                if let Some(at) = self.shared.write().stream_mut(stream) {
                    at.head.cancel_seal();
                }
                match error {
                    SealError::Write(error) => self.stop(&error),
                    SealError::Encode(error) => {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "a head stays as it is"
                        );
                        let message = format!(
                            "a chunk cannot be packed, its entries stay in the journal: {error}"
                        );
                        let mut board = self.shared.board();
                        board.found.retain(|known| known.code != "encode");
                        board.found.push(problem(Severity::Error, "encode", message));
                    }
                }
            }
        }
    }

    /// Tells the journal of seals; nothing else may be said before.
    fn say_unsaid(&mut self) {
        while !self.is_stopped && !self.unsaid.is_empty() {
            let written = self.journal.append(&self.unsaid[0]);
            if !self.note_written(written) {
                return;
            }
            self.unsaid.remove(0);
        }
    }

    pub(super) fn write_checkpoint(&mut self) {
        let forget_before = self.now.saturating_sub(self.longest_ns());
        let state = self.core.checkpoint(forget_before);
        let records = super::seal::checkpoint(&self.shared, state, self.core.piped_files());
        match self.journal.next(records) {
            Ok(journal) => {
                self.journal = journal;
                self.unsaid.clear();
            }
            Err(error) => self.stop(&error),
        }
    }

    /// Ends the seals, writes a checkpoint and syncs.
    fn shut_down(mut self, commands: &Receiver<Command>) {
        while self.sealing > 0 {
            match commands.recv() {
                Ok(Command::Sealed { stream, result }) => self.sealed(stream, result),
                Ok(Command::Push { answer, .. }) => {
                    answer.send(Err(StoreError::Closed { state: "shutting down" })).ok();
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        self.jobs = None;
        self.note_behind();
        if self.journal.replay_bytes() > 0 {
            self.write_checkpoint();
        }
        if let Err(error) = self.journal.sync() {
            tracing::error!(%error, "the journal cannot be synced to the disk");
        }
        self.shared.write().hub.close();
    }
}
