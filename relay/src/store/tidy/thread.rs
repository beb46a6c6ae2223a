use std::collections::{HashSet, VecDeque};
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use chunk::ChunkId;

use super::choose::{Piece, When, choose};
use super::mark;
use super::merge::{MergeError, Merger, Task};
use super::options::{Fate, Step};
use crate::store::chunk_file::{StoredChunk, nanos};
use crate::store::shared::{RESERVE_BYTES, Shared};
use crate::store::{damage, list};

/// After a merge that failed nothing is tried for so long.
const RETRY_AFTER: Duration = Duration::from_secs(60);
/// While entries come, four parts of the time are theirs for one of ours.
const PAUSES: u32 = 4;

/// The thread, for who ends it.
#[derive(Debug)]
pub(crate) struct Tidy {
    halt: Arc<Halt>,
    thread: JoinHandle<()>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Going,
    /// It writes out what is to be written, and ends.
    Ending,
    /// It ends at once.
    Killed,
}

#[derive(Debug)]
struct Halt {
    state: Mutex<State>,
    changed: Condvar,
}

impl Halt {
    fn set(&self, state: State) {
        let mut now = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Who was killed does not come to an end.
        if *now == State::Going {
            *now = state;
        }
        drop(now);
        self.changed.notify_all();
    }

    /// Waits for so long or until the thread is to end.
    fn wait(&self, time: Duration) -> State {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_going = |state: &mut State| *state == State::Going;
        let waited = self.changed.wait_timeout_while(state, time, is_going);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Starts to tidy.
pub(crate) fn tidy(shared: Arc<Shared>) -> io::Result<Tidy> {
    let halt = Arc::new(Halt { state: Mutex::new(State::Going), changed: Condvar::new() });
    let heard = Arc::clone(&halt);
    let thread = std::thread::Builder::new().name("tidy".to_owned()).spawn(move || {
        // Of this thread alone. Where it is not allowed the pauses must do.
        rustix::process::nice(19).ok();
        Tidier::new(&shared, &heard).run();
    })?;
    Ok(Tidy { halt, thread })
}

impl Tidy {
    /// Ends it; what is not begun is left for the next start.
    pub(crate) fn end(self) -> std::thread::Result<()> {
        self.halt.set(State::Ending);
        self.thread.join()
    }

    /// The same, as a kill does it.
    pub(crate) fn kill(&self) {
        self.halt.set(State::Killed);
    }
}

/// What another chunk has replaced, until it is removed.
#[derive(Debug)]
struct Merged {
    id: ChunkId,
    olds: Vec<ChunkId>,
    at: Instant,
}

struct Tidier<'a> {
    shared: &'a Shared,
    halt: &'a Halt,
    /// In the order they were merged, which is the order they are removed in: of a chunk that was
    /// merged twice the first olds go first.
    merged: VecDeque<Merged>,
    /// Chunks that cannot be packed, for a reason that does not go away.
    refused: HashSet<ChunkId>,
    failed: Option<Instant>,
    /// What the catalogue was when it was looked through in vain, and when.
    looked: Option<(u64, Instant)>,
    /// What the catalogue was when the list was written, and when.
    listed: Option<(u64, Instant)>,
}

/// The relay was killed, as far as this thread is concerned.
struct Killed;

impl<'a> Tidier<'a> {
    fn new(shared: &'a Shared, halt: &'a Halt) -> Self {
        Self {
            shared,
            halt,
            merged: VecDeque::new(),
            refused: HashSet::new(),
            failed: None,
            looked: None,
            listed: None,
        }
    }

    fn run(mut self) {
        let options = &self.shared.options.tidying;
        loop {
            let state = self.halt.wait(options.every);
            let grace = match state {
                State::Killed => return,
                State::Going => options.grace,
                // Nobody reads from a relay that ends.
                State::Ending => Duration::ZERO,
            };
            if self.remove_merged(grace).is_err() {
                return;
            }
            if state == State::Ending {
                return self.write_list(Duration::ZERO);
            }
            if self.merge_all().is_err() {
                return;
            }
            self.write_list(options.list_every);
        }
    }

    fn merge_all(&mut self) -> Result<(), Killed> {
        let (shared, halt) = (self.shared, self.halt);
        if self.failed.is_some_and(|at| at.elapsed() < RETRY_AFTER) {
            return Ok(());
        }
        let version = shared.read().version();
        let rest = shared.options.tidying.rest;
        if self.looked.is_some_and(|(seen, at)| seen == version && at.elapsed() < rest) {
            return Ok(());
        }
        let mut begun = Instant::now();
        let mut pace = || {
            let pause = match shared.counters.is_idle.load(Ordering::Relaxed) {
                true => Duration::ZERO,
                false => begun.elapsed() * PAUSES,
            };
            let is_going = halt.wait(pause) == State::Going;
            begun = Instant::now();
            is_going
        };
        let steps = &shared.options.tidying.steps;
        let mut merger = Merger::new(shared, steps, &mut pace);
        while let Some(task) = self.next_task() {
            let needed: u64 = task.olds.iter().map(|old| old.size).sum();
            let free = shared.options.space.bytes_at(&shared.options.dir);
            if free.is_some_and(|free| free < RESERVE_BYTES + needed) {
                self.failed = Some(Instant::now());
                return Ok(());
            }
            match merger.merge(&task) {
                Ok(Some(id)) => {
                    let olds = task.olds.iter().map(|old| old.id).collect();
                    self.merged.push_back(Merged { id, olds, at: Instant::now() });
                }
                Ok(None) | Err(MergeError::Gone) => {}
                Err(MergeError::Killed) => return Err(Killed),
                Err(MergeError::Ending) => return Ok(()),
                Err(MergeError::Corrupt { id, source }) => {
                    damage::set_aside(shared, id, &source.to_string());
                }
                Err(error @ (MergeError::Encode(_) | MergeError::Count { .. })) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "chunks stay as they are");
                    self.refused.extend(task.olds.iter().map(|old| old.id));
                }
                Err(error @ (MergeError::Read(_) | MergeError::Write(_))) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "chunks stay as they are for now");
                    self.failed = Some(Instant::now());
                    return Ok(());
                }
            }
        }
        self.looked = Some((shared.read().version(), Instant::now()));
        Ok(())
    }

    /// The merge that makes most of several chunks one.
    fn next_task(&self) -> Option<Task> {
        let Shared { options, .. } = self.shared;
        let now = nanos(SystemTime::now());
        let ns = |time: Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
        let (rest_ns, settle_ns) = (ns(options.tidying.rest), ns(options.tidying.settle));
        let catalogue = self.shared.read();
        let chosen = catalogue.streams().iter().enumerate().map(|(at, stream)| {
            if stream.chunks.iter().all(|chunk| chunk.is_packed) && stream.chunks.len() < 2 {
                return (at, Vec::new());
            }
            let part_ns = catalogue.policy().part_ns(stream.rule);
            let chunks = stream.chunks.iter().filter(|chunk| !self.refused.contains(&chunk.id));
            (at, choose(chunks.map(piece).collect(), When { now, part_ns, rest_ns, settle_ns }))
        });
        let (stream, olds) = chosen.max_by_key(|(_, olds)| olds.len())?;
        let of = catalogue.stream(stream)?;
        let olds: Vec<Arc<StoredChunk>> = olds
            .iter()
            .filter_map(|id| of.chunks.iter().find(|chunk| chunk.id == *id).cloned())
            .collect();
        (!olds.is_empty()).then(|| Task { stream, labels: of.labels.clone(), olds })
    }

    /// Removes what was merged at least `grace` ago.
    fn remove_merged(&mut self, grace: Duration) -> Result<(), Killed> {
        while let Some(Merged { id, olds, at }) = self.merged.front() {
            if at.elapsed() < grace {
                return Ok(());
            }
            let folder = &self.shared.folder;
            // Nobody is told of them any more before they go.
            self.shared.write().forget_retired(*id, olds);
            let olds = olds.iter().map(|old| (Step::Remove, folder.path(*old)));
            for (step, path) in olds.chain([(Step::Unmark, folder.mark_path(*id))]) {
                let removed = match self.shared.options.tidying.steps.fate(step) {
                    Fate::Go => mark::remove(&path),
                    Fate::Fail(kind) => Err(kind.into()),
                    Fate::Kill => return Err(Killed),
                };
                if let Err(error) = removed {
                    tracing::warn!(%error, "what was merged stays for now: {}", path.display());
                    return Ok(());
                }
            }
            self.merged.pop_front();
        }
        Ok(())
    }

    fn write_list(&mut self, at_most: Duration) {
        let version = self.shared.read().version();
        let is_due =
            self.listed.is_none_or(|(listed, at)| listed != version && at.elapsed() >= at_most);
        if !is_due {
            return;
        }
        let catalogue = self.shared.read();
        let of_streams = catalogue.streams().iter();
        let chunks: Vec<_> = of_streams
            .flat_map(|stream| stream.chunks.iter().map(|c| (stream.labels.clone(), Arc::clone(c))))
            .collect();
        drop(catalogue);
        if let Err(error) = list::write(&self.shared.options.dir, &chunks) {
            tracing::warn!(%error, "the list of chunks cannot be written, the next start opens each");
        }
        self.listed = Some((version, Instant::now()));
    }
}

fn piece(chunk: &Arc<StoredChunk>) -> Piece<ChunkId> {
    let blocks = chunk.blocks.iter().map(|block| (block.first, block.last, block.raw_bytes));
    Piece { id: chunk.id, taken: chunk.taken, is_packed: chunk.is_packed, blocks: blocks.collect() }
}
