use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use detect::labels::from_path;
use model::Labels;
use protocol::status::{Problem, Severity};

use super::core::Input;
use super::pipes::Pipes;
use super::post::empty_files;
use super::said::SaidBook;
use super::seal::MAX_HEADS_BYTES;
use super::stdin::Stdin;
use super::thread::Ingest;
use crate::journal::Record;
use crate::source::{
    FileId, FileState, Growth, Patterns, Refusal, Tail, Watch, is_gzip, refuse, user_names,
};
use crate::store::shared::problem;
use crate::store::{SPOOLS, SourceOptions};

/// Names are looked up anew at least this often.
const SCAN_EVERY: Duration = Duration::from_secs(1);
/// With thousands of files that itself takes long: a scan waits so many times as long as the last
/// one took, at most so long. The system tells of new names, which wait less.
const SCAN_REST: u32 = 50;
const MAX_SCAN_REST: Duration = Duration::from_secs(10);
const NAMES_REST: u32 = 10;
const MAX_NAMES_REST: Duration = Duration::from_secs(1);
/// Read at once. Larger pieces pack better in the journal, smaller ones let a push through sooner.
const PIECE_BYTES: usize = 128 << 10;
/// Of several files with much to read, one is read this far before the next gets its turn: their
/// heads then fill one after the other and become few large chunks, not many small ones.
const TURN_BYTES: u64 = 64 << 20;
/// After the last byte of a burst the detector is told of the end this often, a second apart: it
/// holds lines back for two seconds at most.
const SETTLES: u32 = 4;

/// What is followed.
pub(super) struct Follow {
    watch: Watch,
    pub(super) sources: Vec<Followed>,
    pub(super) tails: Vec<Tail>,
    /// Where each file is among `tails`; of the last scan, which is the one that needs it.
    places: HashMap<FileId, usize>,
    /// Files that are not read, with what they were when that was found out.
    refused: BTreeMap<PathBuf, (FileId, u64, Refusal)>,
    /// Packed files that were asked for themselves and unpacked, or read before.
    packed: HashMap<PathBuf, (FileId, u64)>,
    /// Standard input, once it is asked for.
    pub(super) stdin: Option<Stdin>,
    pub(super) pipes: Pipes,
    pub(super) names_changed: bool,
    /// The file whose turn it is, and how far it may be read.
    turn: Option<(u64, u64)>,
    last_scan: Option<Instant>,
    scan_took: Duration,
    has_more: bool,
    /// A file was truncated, and what was not read of it stands in a copy.
    copies_wait: bool,
    /// Files after which others were rotated that are still copies of a followed one: they are
    /// looked at again.
    pub(super) copied: Vec<FileState>,
    buffer: Vec<u8>,
    users: Vec<String>,
    pub(super) said: SaidBook,
    /// The data folder, which must not be read as logs, but for what `logpane run` keeps there.
    own: PathBuf,
}

/// Paths that were given together.
pub(super) struct Followed {
    patterns: Vec<Patterns>,
    exclude: Vec<Patterns>,
    pub(super) options: SourceOptions,
}

impl Followed {
    /// Whether a file of this name is meant.
    pub(super) fn covers(&self, path: &Path) -> bool {
        self.patterns.iter().any(|pattern| pattern.covers(path))
            && !self.exclude.iter().any(|pattern| pattern.covers(path))
    }
}

impl Follow {
    pub(super) fn new(watch: Watch, own: PathBuf, said: SaidBook) -> Self {
        Self {
            watch,
            sources: Vec::new(),
            tails: Vec::new(),
            places: HashMap::new(),
            refused: BTreeMap::new(),
            packed: HashMap::new(),
            stdin: None,
            pipes: Pipes::default(),
            names_changed: false,
            turn: None,
            last_scan: None,
            scan_took: Duration::ZERO,
            has_more: false,
            copies_wait: false,
            copied: Vec::new(),
            buffer: Vec::new(),
            users: user_names(),
            said,
            own,
        }
    }

    fn is_scan_due(&self) -> bool {
        let rest = |times, max: Duration| (self.scan_took * times).min(max);
        let wait = match self.names_changed {
            true => rest(NAMES_REST, MAX_NAMES_REST),
            false => SCAN_EVERY.max(rest(SCAN_REST, MAX_SCAN_REST)),
        };
        self.last_scan.is_none_or(|at| at.elapsed() >= wait)
    }

    pub(super) const fn has_more(&self) -> bool {
        self.has_more
    }

    /// Whether it is the turn of this file, or it has so little to read that it needs none.
    fn may_read(&mut self, tail: &Tail) -> bool {
        let left = tail.size.saturating_sub(tail.offset);
        match self.turn {
            Some((key, end)) if key == tail.key => {
                if left <= PIECE_BYTES as u64 || tail.offset >= end {
                    self.turn = None;
                }
                true
            }
            _ if left <= PIECE_BYTES as u64 => true,
            Some(_) => false,
            None => {
                self.turn = Some((tail.key, tail.offset + TURN_BYTES));
                true
            }
        }
    }

    pub(super) fn is_followed(&self, id: FileId) -> bool {
        self.tails.iter().any(|tail| tail.id == id)
    }

    /// The labels of a file but for `level`, and the rule that gave its job, in words.
    pub(super) fn labels_of(&self, path: &str, options: &SourceOptions) -> (Labels, String) {
        if let Some(piped) = &options.piped {
            let mut labels = piped.labels.clone();
            if path != FileState::STDIN && !piped.hides_filename {
                labels.set("filename", path);
                set_path_labels(&mut labels, path, options);
            }
            return (labels, format!("job {} of the configuration", piped.job));
        }
        let users: Vec<&str> = self.users.iter().map(String::as_str).collect();
        let named = if path == FileState::STDIN { "stdin" } else { path };
        let found = from_path(named, options.job.as_deref(), &users);
        let instance = match found.port {
            Some(port) => format!("localhost:{port}"),
            None => "localhost".to_owned(),
        };
        let mut labels = Labels::from([
            ("job", found.job.as_str()),
            ("instance", &instance),
            ("filename", path),
        ]);
        let mut rule = found.rule.to_string();
        for (name, value) in &options.labels {
            if name == "job" {
                rule = "--label".to_owned();
            }
            labels.set(name, value);
        }
        set_path_labels(&mut labels, path, options);
        if let Some(job) = self.said.of(path).job {
            labels.set("job", &job);
            rule = "said by hand".to_owned();
        }
        (labels, rule)
    }
}

impl Ingest {
    /// Takes on more paths.
    pub(super) fn follow_more(&mut self, options: SourceOptions) {
        let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
        let (stdin, files): (Vec<Patterns>, Vec<Patterns>) = options
            .paths
            .iter()
            .map(|path| Patterns::new(path, &folder))
            .partition(Patterns::is_stdin);
        if !stdin.is_empty() {
            self.follow_stdin(&options);
        }
        for pattern in &files {
            let (folder, is_deep) = pattern.folder();
            self.follow.watch.add(&folder, is_deep);
        }
        let exclude = options.exclude.iter().map(|path| Patterns::new(path, &folder)).collect();
        self.follow.sources.push(Followed { patterns: files, exclude, options });
        self.follow.names_changed = true;
        // Now, so that whoever asked finds the sources in the status.
        self.scan();
        self.read_rotated();
        self.behind.ask_later();
    }

    /// Looks for new names and new bytes, and takes a piece of each file. Says whether there is
    /// more to read at once.
    pub(super) fn look(&mut self) -> bool {
        if self.follow.is_scan_due() {
            let began = Instant::now();
            self.scan();
            self.follow.copies_wait |= !self.follow.copied.is_empty();
            self.follow.scan_took = began.elapsed();
            if !self.can_take() {
                self.post_sizes();
            }
        }
        self.release_piped();
        let mut has_more = self.read_stdin();
        let mut tails = std::mem::take(&mut self.follow.tails);
        // What the heads hold is the sum over all streams: asked anew only after something came.
        let (mut asked, mut are_full) = (None, false);
        for tail in &mut tails {
            if asked != Some(self.last_taken) {
                asked = Some(self.last_taken);
                are_full = self.shared.read().heads_bytes() >= MAX_HEADS_BYTES;
            }
            if !self.can_take() || are_full {
                has_more = false;
                break;
            }
            if self.follow.may_read(tail) {
                has_more |= self.read_tail(tail);
            } else {
                has_more = true;
            }
        }
        let now = Instant::now();
        if let Some((key, _)) = self.follow.turn
            && !tails.iter().any(|tail| tail.key == key)
        {
            self.follow.turn = None;
        }
        // Without room nothing can be finished.
        let can_finish = self.can_take();
        let (over, tails) =
            tails.into_iter().partition(|tail: &Tail| can_finish && tail.is_over(now));
        self.follow.tails = tails;
        for tail in over {
            self.finish(tail.key);
            self.follow.pipes.forget(tail.key);
            self.take_off_board(tail.key);
        }
        if std::mem::take(&mut self.follow.copies_wait) {
            let num_before = self.follow.tails.len();
            self.read_rotated();
            has_more |= self.follow.tails.len() > num_before;
        }
        self.follow.has_more = has_more;
        has_more
    }

    /// Takes the next piece of a file. Says whether there is more.
    fn read_tail(&mut self, tail: &mut Tail) -> bool {
        let Some(state) = self.core.file(tail.key) else { return false };
        if tail.offset >= tail.size {
            let growth = tail.look(&state.prefix);
            if matches!(growth, Ok(Growth::More | Growth::Same)) {
                // Cut off behind what was read: no copy tells of that.
                self.shared.counters.lost_bytes.add(std::mem::take(&mut tail.cut));
            }
            match growth {
                Ok(Growth::More) => {}
                Ok(Growth::Same) => {
                    self.settle_later(tail);
                    return false;
                }
                Ok(Growth::Rewritten) => {
                    let state = state.clone();
                    return self.start_over(tail, &state);
                }
                Err(error) => {
                    self.note_error(tail, &error);
                    return false;
                }
            }
        }
        let mut buffer = std::mem::take(&mut self.follow.buffer);
        buffer.resize(PIECE_BYTES, 0);
        let taken = match tail.read(&mut buffer) {
            // Shorter than it said: truncated meanwhile, which the next look finds.
            Ok(0) => {
                tail.cut += tail.size.saturating_sub(tail.offset);
                tail.size = tail.offset;
                Some(0)
            }
            Ok(len) => {
                let bytes = buffer.get(..len).unwrap_or_default();
                if self.follow.pipes.has(tail.key) {
                    self.pipe_bytes(tail.key, tail.offset, bytes);
                    Some(len)
                } else {
                    self.take_bytes(tail.key, tail.offset, bytes).then_some(len)
                }
            }
            Err(error) => {
                self.note_error(tail, &error);
                tail.size = tail.offset;
                None
            }
        };
        self.follow.buffer = buffer;
        let Some(len) = taken else { return false };
        tail.offset += len as u64;
        tail.size = tail.size.max(tail.offset);
        if len > 0 {
            tail.last_read = Instant::now();
            tail.settled = 0;
        }
        let has_more = tail.offset < tail.size;
        if !has_more {
            self.settle_later(tail);
        }
        self.post(tail);
        has_more
    }

    /// Tells the detector that the end is reached, at once and then every second for a while.
    fn settle_later(&mut self, tail: &mut Tail) {
        let is_piped = self.follow.pipes.has(tail.key);
        if tail.offset > 0 && !is_piped && is_settle_due(tail.settled, tail.last_read) {
            tail.settled += 1;
            self.input(tail.key, Input::Settle);
            self.post(tail);
        }
    }

    /// The file was truncated: what comes is a new file under the same name. Where it was copied
    /// before, the old one is read on from the copy.
    fn start_over(&mut self, tail: &mut Tail, old: &FileState) -> bool {
        let is_copied = self.is_rotated(old);
        if !is_copied {
            if !self.finish(tail.key) {
                return false;
            }
            self.shared.counters.lost_bytes.add(tail.cut);
        }
        let now = self.now();
        let state = FileState {
            key: self.core.next_file_key(),
            offset: 0,
            prefix: Default::default(),
            detector: Vec::new(),
            entries: 0,
            invalid_bytes: 0,
            is_finished: false,
            mtime: tail.mtime(),
            seen: now,
            ..old.clone()
        };
        self.take_off_board(old.key);
        let key = state.key;
        if !self.register(state) {
            return false;
        }
        if is_copied {
            self.follow.copies_wait = true;
            let piped = self.options_for(Path::new(&old.path)).and_then(|options| options.piped);
            let state = self.core.file(key).cloned();
            if let (Some(piped), Some(state)) = (piped, state) {
                self.begin_piped(&state, &piped);
            }
        } else {
            self.follow.pipes.restart(old.key, key);
        }
        tail.restart(key);
        self.post(tail);
        tail.size > 0
    }

    /// Nothing more comes from this file.
    pub(super) fn finish(&mut self, key: u64) -> bool {
        if self.follow.pipes.has(key) {
            self.finish_piped(key);
        }
        let is_open = self.core.file(key).is_some_and(|state| !state.is_finished);
        !is_open || self.input(key, Input::Finish)
    }

    /// Journals and takes bytes; false when there is no room for them.
    pub(super) fn take_bytes(&mut self, key: u64, offset: u64, bytes: &[u8]) -> bool {
        let now = self.now();
        self.say_bytes(key, offset, now, bytes) && {
            self.take(key, Input::Bytes(bytes), now);
            true
        }
    }

    pub(super) fn input(&mut self, file: u64, input: Input<'_>) -> bool {
        let now = self.now();
        let record = match input {
            Input::Finish => Record::Finish { file, now },
            _ => Record::Settle { file, now },
        };
        self.say(&record) && {
            self.take(file, input, now);
            true
        }
    }

    /// What the journal has, into the heads and to those who follow the tail.
    fn take(&mut self, file: u64, input: Input<'_>, now: i64) {
        let counters = &self.shared.counters;
        if let Input::Bytes(bytes) = input {
            self.last_taken = Instant::now();
            counters.read_bytes.add(bytes.len() as u64);
        }
        let changes = self.core.detect(file, input, now);
        let mut catalogue = self.shared.write();
        let is_heard = catalogue.hub.is_heard();
        let effects = self.core.apply(changes, &mut catalogue, is_heard);
        catalogue.publish(&effects.news, &effects.sessions);
        counters.read_entries.add(effects.entries);
        counters.invalid_bytes.add(effects.invalid_bytes);
    }

    pub(super) fn register(&mut self, state: FileState) -> bool {
        self.say(&Record::File(Box::new(state.clone()))) && {
            self.core.add_file(state);
            true
        }
    }

    /// Finds the files that the patterns stand for now, and opens new ones.
    fn scan(&mut self) {
        self.follow.names_changed = false;
        self.follow.last_scan = Some(Instant::now());
        let mut problems = Vec::new();
        let mut seen = HashSet::new();
        let tails = self.follow.tails.iter().enumerate();
        self.follow.places = tails.map(|(at, tail)| (tail.id, at)).collect();
        let sources = std::mem::take(&mut self.follow.sources);
        let spools = self.follow.own.join(SPOOLS);
        for source in &sources {
            // What `logpane run` keeps there is removed some time after it was read.
            let mut paths = source.options.paths.iter().map(Path::new).peekable();
            let is_spool = paths.peek().is_some() && paths.all(|path| path.starts_with(&spools));
            for pattern in &source.patterns {
                let found = pattern.find();
                if let Some((code, sentence)) = found.problem.filter(|_| !is_spool) {
                    add_once(&mut problems, problem(Severity::Warning, code, sentence));
                }
                for path in found.files {
                    let is_excluded = source.exclude.iter().any(|other| other.covers(&path));
                    let is_own = path.starts_with(&self.follow.own);
                    if is_spool || !is_excluded && !is_own {
                        let is_named = pattern.is_packed().then_some(Duration::ZERO);
                        self.meet(&path, &source.options, source.options.unpacks.or(is_named));
                        seen.insert(path);
                    }
                }
                let (folder, is_deep) = pattern.folder();
                self.follow.watch.add(&folder, is_deep);
            }
        }
        self.follow.sources = sources;
        self.follow.refused.retain(|path, _| seen.contains(path));
        let mut told = BTreeSet::new();
        // A file with two names is one file.
        for (id, _, refusal) in self.follow.refused.values() {
            if told.insert(*id) {
                problems.push(problem(Severity::Warning, refusal.code, refusal.sentence.as_str()));
            }
        }
        let now = Instant::now();
        self.follow.tails.iter_mut().for_each(|tail| tail.check_name(now));
        problems.extend(empty_files(&self.follow.tails));
        self.shared.board().paths = problems;
    }

    /// Follows the file at `path` unless it is followed already, under whatever name.
    /// `unpacks`: packed files are meant, too, once nothing was written to them for so long.
    fn meet(&mut self, path: &Path, options: &SourceOptions, unpacks: Option<Duration>) {
        let Ok(metadata) = std::fs::metadata(path) else { return };
        let id = FileId::of(&metadata);
        let Follow { places, tails, .. } = &mut self.follow;
        if let Some(tail) = places.get(&id).and_then(|at| tails.get_mut(*at)) {
            // Renamed within the pattern. A second name (a link) changes nothing.
            if tail.path != path && tail.is_replaced() {
                tail.path = path.to_owned();
            }
            return;
        }
        let what = (id, metadata.len());
        if self.follow.refused.get(path).is_some_and(|known| (known.0, known.1) == what) {
            return;
        }
        let rest = unpacks.filter(|_| is_gzip(path));
        let opened = match rest {
            Some(_) if self.follow.packed.get(path) == Some(&what) => return,
            Some(rest) if !has_rested(&metadata, rest) => return,
            Some(_) => {
                let is_busy = self.unpacking.is_some();
                let opened = self.open_packed(path, options);
                if !is_busy && opened.is_ok() {
                    self.follow.packed.insert(path.to_owned(), what);
                }
                opened
            }
            None => self.open(path, options),
        };
        match opened {
            Ok(()) => {
                self.follow.refused.remove(path);
            }
            Err(refusal) => {
                self.follow.refused.insert(path.to_owned(), (what.0, what.1, refusal));
            }
        }
    }

    fn open(&mut self, path: &Path, options: &SourceOptions) -> Result<(), Refusal> {
        let unreadable = |error: std::io::Error| Refusal {
            code: "unreadable_file",
            sentence: format!(
                "cannot read {}: {error}; run as a user that may read it, or change its \
                 permissions",
                path.display()
            ),
        };
        let file = std::fs::File::open(path).map_err(unreadable)?;
        if let Some(refusal) = refuse(path, &file) {
            return Err(refusal);
        }
        let mut tail =
            Tail::new(0, path.to_owned(), file, 0, Instant::now()).map_err(unreadable)?;
        let known = self.known(&tail, path);
        self.follow_file(&mut tail, known, path, options);
        if tail.key != 0 {
            self.post(&tail);
            self.follow.places.insert(tail.id, self.follow.tails.len());
            self.follow.tails.push(tail);
        }
        Ok(())
    }

    /// The options under which the path is followed, if it is.
    pub(super) fn options_for(&self, path: &Path) -> Option<SourceOptions> {
        let source = self.follow.sources.iter().find(|source| source.covers(path))?;
        Some(source.options.clone())
    }
}

/// Whether nothing was written to a file for some time.
fn has_rested(metadata: &Metadata, time: Duration) -> bool {
    // A clock that was set back makes it young for ever: better read than waited for.
    let age = metadata.modified().ok().and_then(|written| written.elapsed().ok());
    time.is_zero() || age.is_none_or(|age| age >= time)
}

/// What the expression of the source finds in the path of a file.
fn set_path_labels(labels: &mut Labels, path: &str, options: &SourceOptions) {
    let Some(regex) = &options.path_labels else { return };
    let Some(captures) = regex.captures(path.as_bytes()) else { return };
    for (at, name) in regex.named_groups() {
        if let Some(group) = captures.get(at).filter(|group| !group.is_empty()) {
            labels.set(name, String::from_utf8_lossy(group.as_bytes()));
        }
    }
}

/// Several of the paths that were given can lead to the same trouble.
fn add_once(problems: &mut Vec<Problem>, new: Problem) {
    if !problems.contains(&new) {
        problems.push(new);
    }
}

/// Whether the detector is to be told once more that nothing has come.
pub(super) fn is_settle_due(settled: u32, last_read: Instant) -> bool {
    settled < SETTLES && last_read.elapsed() >= Duration::from_secs(u64::from(settled))
}
