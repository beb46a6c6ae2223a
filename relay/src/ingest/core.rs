use std::collections::BTreeMap;
use std::sync::Arc;

use detect::{Auto, Context, Detector, Event, Kind, Level, Progress, SessionRole, Start, Zone};
use model::{Labels, Session, SourceFile};

use super::sessions::{Announcement, SessionTable};
use super::spare::Spare;
use crate::journal::{CheckpointState, OpenEntry, PipedEntries, PipedFile, PushedEntry};
use crate::source::FileState;
use crate::store::catalogue::Catalogue;
use crate::store::facts::FileFacts;
use crate::store::hub::{News, tail_entry};

/// After more than this at once the buffers of a detector are given back: hundreds of files that
/// were read to their end must not cost as much as if all were being read.
const BUFFERS_BYTES: usize = 64 << 10;

/// Everything that decides which entries there are and which arrival numbers they get. It knows no
/// clock and no file: fed from a journal it does what it did when the journal was written.
#[derive(Debug)]
pub(crate) struct Core {
    context: Context,
    /// Of files, by path, that have one of their own.
    zones: BTreeMap<String, Zone>,
    files: BTreeMap<u64, Tracked>,
    next_arrival: u64,
    next_file: u64,
    sessions: SessionTable,
    spare: Spare,
    /// Empty; its memory is that of the changes before.
    found: Vec<Change>,
}

#[derive(Debug)]
struct Tracked {
    state: FileState,
    source: Arc<SourceFile>,
    detector: Detector,
    /// Bytes fed since the detector's buffers were last given back.
    fed: usize,
    facts: FileFacts,
    /// The stream that has the file's open entry.
    open: Option<usize>,
    /// The streams of its entries: without a level, then by level.
    streams: [Option<usize>; 6],
    /// Some when its lines go through stages instead of the detector: where lines behind the
    /// offset start that are taken.
    piped: Option<Vec<u64>>,
}

/// What the detector of a file found, with arrival numbers.
#[derive(Debug)]
enum Change {
    Entry { level: Option<Level>, kind: Kind, entry: Box<OpenEntry> },
    Extend { text: Vec<u8>, auto: Auto, end: u64 },
    Announced,
}

/// What happened that others want to know.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// Filled only when asked for.
    pub news: News,
    /// The sessions of these jobs changed.
    pub sessions: Vec<(String, Session)>,
    /// Entries that are new, and bytes that are no valid text.
    pub entries: u64,
    pub invalid_bytes: u64,
}

/// What comes from a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Input<'a> {
    Bytes(&'a [u8]),
    /// The end is reached for now.
    Settle,
    /// The end is reached for good.
    Finish,
}

impl Core {
    pub(crate) fn new(context: Context, zones: BTreeMap<String, Zone>) -> Self {
        Self {
            context,
            zones,
            files: BTreeMap::new(),
            next_arrival: 0,
            next_file: 1,
            sessions: SessionTable::default(),
            spare: Spare::default(),
            found: Vec::new(),
        }
    }

    pub(crate) fn restore(&mut self, state: CheckpointState) {
        self.next_arrival = state.next_arrival;
        self.next_file = state.next_file;
        self.sessions = state.sessions;
        for file in state.files {
            self.add_file(file);
        }
    }

    /// For a checkpoint. `forget_before`: files that were last seen before are left out.
    pub(crate) fn checkpoint(&self, forget_before: i64) -> CheckpointState {
        let kept = self
            .files
            .values()
            .filter(|tracked| !tracked.state.is_finished || tracked.state.seen >= forget_before);
        let files = kept.map(|tracked| {
            let detector = if tracked.state.is_finished {
                Vec::new()
            } else {
                postcard::to_stdvec(tracked.detector.state()).unwrap_or_default()
            };
            FileState { detector, ..tracked.state.clone() }
        });
        CheckpointState {
            next_arrival: self.next_arrival,
            next_file: self.next_file,
            files: files.collect(),
            sessions: self.sessions.clone(),
        }
    }

    /// Where the open entry of a restored file is.
    pub(crate) fn set_open(&mut self, file: u64, stream: usize) {
        if let Some(tracked) = self.files.get_mut(&file) {
            tracked.open = Some(stream);
        }
    }

    /// The file as entries name it.
    pub(crate) fn source(&self, key: u64) -> Option<&Arc<SourceFile>> {
        self.files.get(&key).map(|tracked| &tracked.source)
    }

    pub(crate) fn next_file_key(&self) -> u64 {
        self.next_file
    }

    /// Arrival numbers below are given already, by chunks that the journal does not know.
    pub(crate) fn skip_arrivals(&mut self, next: u64) {
        self.next_arrival = self.next_arrival.max(next);
    }

    /// Follows a file from now on, or takes over what changed of one.
    pub(crate) fn add_file(&mut self, state: FileState) {
        self.next_file = self.next_file.max(state.key + 1);
        if let Some(known) = self.files.get_mut(&state.key) {
            let (prefix, offset) = (known.state.prefix.clone(), known.state.offset);
            known.streams = [None; 6];
            known.state = FileState {
                prefix,
                offset,
                entries: known.state.entries,
                invalid_bytes: known.state.invalid_bytes,
                ..state
            };
            known.source = Arc::new(known.state.source());
            return;
        }
        let start = Start { offset: state.offset, mtime: state.mtime };
        let context = self.context_of(&state.path);
        let detector = match postcard::from_bytes(&state.detector) {
            Ok(restored) if !state.detector.is_empty() => Detector::restore(context, restored),
            _ => Detector::new(context, start),
        };
        let key = state.key;
        let state = FileState { detector: Vec::new(), ..state };
        let source = Arc::new(state.source());
        let (open, streams, piped) = (None, [None; 6], None);
        let facts = FileFacts::default();
        let tracked = Tracked { state, source, detector, fed: 0, facts, open, streams, piped };
        self.files.insert(key, tracked);
    }

    fn context_of(&self, path: &str) -> Context {
        let zone = self.zones.get(path).unwrap_or(&self.context.zone);
        Context { zone: zone.clone(), ..self.context.clone() }
    }

    /// The zone of times of these files that name none; None: that of all others.
    pub(crate) fn set_zone(&mut self, path: &str, zone: Option<Zone>) {
        match zone {
            Some(zone) => self.zones.insert(path.to_owned(), zone),
            None => self.zones.remove(path),
        };
        let Context { zone, .. } = self.context_of(path);
        for tracked in self.files.values_mut().filter(|tracked| tracked.state.path == path) {
            tracked.detector.set_zone(zone.clone());
        }
    }

    pub(crate) fn file(&self, key: u64) -> Option<&FileState> {
        self.files.get(&key).map(|tracked| &tracked.state)
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &FileState> {
        self.files.values().map(|tracked| &tracked.state)
    }

    pub(crate) fn saw(&mut self, key: u64, now: i64) {
        if let Some(tracked) = self.files.get_mut(&key) {
            tracked.state.seen = now;
        }
    }

    /// Forgets a file that is finished and will not be met again.
    pub(crate) fn forget(&mut self, forget_before: i64) {
        self.files
            .retain(|_, tracked| !tracked.state.is_finished || tracked.state.seen >= forget_before);
    }

    /// What was counted of a file since the relay started.
    pub(crate) fn facts(&self, key: u64) -> Option<FileFacts> {
        let Tracked { facts, detector, .. } = self.files.get(&key)?;
        let mut facts = facts.clone();
        // Of a file with stages the configuration says it.
        if facts.encoding.is_empty() {
            facts.tally = detector.tally().clone();
            detector.encoding().clone_into(&mut facts.encoding);
        }
        Some(facts)
    }

    /// Stages dropped a line of the file.
    pub(crate) fn dropped(&mut self, key: u64) {
        if let Some(tracked) = self.files.get_mut(&key) {
            tracked.facts.dropped += 1;
        }
    }

    /// The encoding that the configuration gives a file.
    pub(crate) fn set_encoding(&mut self, key: u64, encoding: &str) {
        if let Some(tracked) = self.files.get_mut(&key) {
            encoding.clone_into(&mut tracked.facts.encoding);
        }
    }

    pub(crate) fn progress(&self, key: u64) -> Option<Progress> {
        self.files.get(&key)?.detector.progress()
    }

    /// Runs the detector, before anybody else has to wait for it.
    pub(crate) fn detect(&mut self, file: u64, input: Input<'_>, now: i64) -> Changes {
        let mut found = std::mem::take(&mut self.found);
        let Some(tracked) = self.files.get_mut(&file) else { return Changes { file, now, found } };
        let Tracked { state, source, detector, fed, facts, .. } = tracked;
        let (sessions, next_arrival) = (&mut self.sessions, &mut self.next_arrival);
        let spare = &mut self.spare;
        let job = state.labels.get("job").unwrap_or_default();
        let mut emit = |event: Event<'_>| match event {
            Event::Entry(record) => {
                facts.count(record.time, now);
                let mut entry = spare.take();
                entry.line.extend_from_slice(record.line);
                entry.auto.clone_from(record.auto);
                (entry.file, entry.arrival) = (file, *next_arrival);
                entry.timestamp = record.timestamp;
                (entry.offset, entry.end) = (record.start_offset, record.text_end);
                if !Arc::ptr_eq(&entry.source, source) {
                    entry.source = Arc::clone(source);
                }
                *next_arrival += 1;
                found.push(Change::Entry { level: record.level, kind: record.kind, entry });
            }
            Event::Extend(more) => {
                let (text, auto) = (more.text.to_vec(), more.auto.clone());
                found.push(Change::Extend { text, auto, end: more.text_end });
            }
            Event::Session(start) => {
                sessions.add(job, Announcement::new(&state.path, *next_arrival, &start));
                // The first description of a start is not worth a message of its own.
                if start.role != SessionRole::Describes || !start.fields.is_empty() {
                    found.push(Change::Announced);
                }
            }
        };
        match input {
            Input::Bytes(bytes) => {
                detector.feed(bytes, now, &mut emit);
                *fed += bytes.len();
                state.prefix.extend(bytes);
                state.offset += bytes.len() as u64;
            }
            Input::Settle => detector.settle(now, &mut emit),
            Input::Finish => {
                detector.finish(now, &mut emit);
                state.is_finished = true;
            }
        }
        state.seen = now;
        if matches!(input, Input::Bytes(_)) {
            facts.read(now);
        }
        if !matches!(input, Input::Bytes(_)) && std::mem::take(fed) > BUFFERS_BYTES {
            detector.shrink();
            self.spare = Spare::default();
            found.shrink_to_fit();
        }
        Changes { file, now, found }
    }

    /// Brings what was detected into the heads.
    pub(crate) fn apply(
        &mut self,
        changes: Changes,
        catalogue: &mut Catalogue,
        is_heard: bool,
    ) -> Effects {
        let Changes { file, now, mut found } = changes;
        let mut effects = Effects::default();
        let Some(tracked) = self.files.get_mut(&file) else { return effects };
        let mut has_announced = false;
        for change in found.drain(..) {
            match change {
                Change::Entry { level, kind, entry } => {
                    effects.entries += 1;
                    effects.invalid_bytes += invalid_bytes(&entry.line);
                    let stream = tracked.stream_of(level, catalogue);
                    if is_heard {
                        effects.news.push((stream, tail_entry(&entry.to_entry())));
                    }
                    let closed = tracked.take(entry, kind, stream, now, catalogue);
                    self.spare.keep(closed);
                }
                Change::Extend { text, auto, end } => {
                    effects.invalid_bytes += invalid_bytes(&text);
                    let Some((stream, extended)) = tracked.extend(&text, &auto, end, catalogue)
                    else {
                        continue;
                    };
                    if is_heard {
                        let news = tail_entry(&extended.to_entry());
                        effects.news.retain(|(_, entry)| entry.arrival != news.arrival);
                        effects.news.push((stream, news));
                    }
                }
                Change::Announced => has_announced = true,
            }
        }
        self.found = found;
        tracked.state.entries += effects.entries;
        tracked.state.invalid_bytes += effects.invalid_bytes;
        if tracked.state.is_finished {
            tracked.close(catalogue);
        }
        if has_announced {
            let job = tracked.state.labels.get("job").unwrap_or_default().to_owned();
            effects.sessions = self.publish_sessions(job, catalogue);
        }
        effects
    }

    /// Takes what a client sent, which is in the journal and was not there before.
    pub(crate) fn push(
        &mut self,
        streams: Vec<(Labels, Vec<PushedEntry>)>,
        now: i64,
        catalogue: &mut Catalogue,
        is_heard: bool,
    ) -> News {
        let mut news = News::new();
        for (labels, entries) in streams {
            let at = catalogue.stream_of(&labels);
            let Some(stream) = catalogue.stream_mut(at) else { continue };
            for entry in entries {
                let entry = entry.with_arrival(self.next_arrival, None);
                self.next_arrival += 1;
                stream.head.push_from_client(&entry, now);
                if is_heard {
                    news.push((at, tail_entry(&entry)));
                }
            }
        }
        news
    }

    /// Takes what stages made of lines, which is in the journal.
    pub(crate) fn piped(
        &mut self,
        files: Vec<PipedFile>,
        entries: PipedEntries,
        now: i64,
        catalogue: &mut Catalogue,
        is_heard: bool,
    ) -> News {
        for file in files {
            let Some(tracked) = self.files.get_mut(&file.file) else { continue };
            tracked.state.offset = file.offset;
            tracked.state.entries += file.entries;
            tracked.state.seen = now.max(tracked.state.seen);
            tracked.facts.read(now);
            tracked.facts.came(file.entries, now);
            if let Some(prefix) = file.prefix {
                tracked.state.prefix = prefix;
            }
            tracked.piped = Some(file.done);
        }
        let streams: Vec<usize> =
            entries.labels.iter().map(|labels| catalogue.stream_of(labels)).collect();
        let mut news = News::new();
        for (stream, entry) in entries.entries {
            let at = usize::try_from(stream).ok().and_then(|stream| streams.get(stream));
            let Some(at) = at.copied() else { continue };
            let Some(stream) = catalogue.stream_mut(at) else { continue };
            let source = entry.spot.and_then(|spot| self.files.get(&spot.file));
            let source = source.map(|tracked| &tracked.source);
            let entry = entry.with_arrival(self.next_arrival, source);
            self.next_arrival += 1;
            stream.head.push_piped(&entry, now);
            if is_heard {
                news.push((at, tail_entry(&entry)));
            }
        }
        news
    }

    /// Where lines behind the offset start that are taken; None: it is no file whose lines go
    /// through stages.
    pub(crate) fn done_lines(&self, key: u64) -> Option<&[u64]> {
        self.files.get(&key)?.piped.as_deref()
    }

    /// What a checkpoint does not say of files whose lines go through stages.
    pub(crate) fn piped_files(&self) -> Vec<PipedFile> {
        let piped =
            self.files.values().filter_map(|tracked| Some((tracked, tracked.piped.as_ref()?)));
        let file = |(tracked, done): (&Tracked, &Vec<u64>)| PipedFile {
            file: tracked.state.key,
            offset: tracked.state.offset,
            done: done.clone(),
            prefix: None,
            entries: 0,
        };
        piped.map(file).collect()
    }

    /// Works out the sessions of `job` and tells those that changed.
    fn publish_sessions(&self, job: String, catalogue: &mut Catalogue) -> Vec<(String, Session)> {
        let sessions = self.sessions.of_job(&job);
        if sessions.is_empty() {
            return Vec::new();
        }
        let before = catalogue.sessions.0.insert(job.clone(), sessions.clone()).unwrap_or_default();
        let changed = sessions.into_iter().filter(|session| !before.contains(session));
        changed.map(|session| (job.clone(), session)).collect()
    }

    pub(crate) fn publish_all_sessions(&self, catalogue: &mut Catalogue) {
        catalogue.sessions = self.sessions.all();
    }
}

/// What [`Core::detect`] found in one step of a file.
#[derive(Debug)]
pub(crate) struct Changes {
    file: u64,
    now: i64,
    found: Vec<Change>,
}

impl Tracked {
    fn stream_of(&mut self, level: Option<Level>, catalogue: &mut Catalogue) -> usize {
        let slot = level.map_or(0, |level| level as usize + 1);
        if let Some(Some(stream)) = self.streams.get(slot) {
            return *stream;
        }
        let mut labels = self.state.labels.clone();
        if let Some(level) = level {
            labels.set("level", level.as_str());
        }
        let stream = catalogue.stream_of(&labels);
        if let Some(slot) = self.streams.get_mut(slot) {
            *slot = Some(stream);
        }
        stream
    }

    /// Gives back an entry that is closed now, for its memory.
    fn take(
        &mut self,
        entry: Box<OpenEntry>,
        kind: Kind,
        stream: usize,
        now: i64,
        catalogue: &mut Catalogue,
    ) -> Option<Box<OpenEntry>> {
        // A progress entry stands between the lines of a record and does not end it.
        let closed = if kind == Kind::Line { self.close(catalogue) } else { None };
        let at = catalogue.stream_mut(stream)?;
        match kind {
            Kind::Progress => {
                at.head.push_closed(&entry, now);
                Some(entry)
            }
            Kind::Line => {
                at.head.push_open(entry, now);
                self.open = Some(stream);
                closed
            }
        }
    }

    /// Nothing extends the open entry any more. Gives it back for its memory.
    fn close(&mut self, catalogue: &mut Catalogue) -> Option<Box<OpenEntry>> {
        let stream = self.open.take().and_then(|at| catalogue.stream_mut(at))?;
        stream.head.close(self.state.key)
    }

    fn extend<'a>(
        &self,
        text: &[u8],
        auto: &Auto,
        end: u64,
        catalogue: &'a mut Catalogue,
    ) -> Option<(usize, &'a OpenEntry)> {
        let at = self.open?;
        let head = &mut catalogue.stream_mut(at)?.head;
        head.revision += 1;
        let open = head.open_of(self.state.key)?;
        open.line.push(b'\n');
        open.line.extend_from_slice(text);
        open.end = end;
        for (name, value) in auto.iter() {
            if open.fields().all(|(known, _)| known != name) {
                open.added.push((name.to_owned(), value.to_owned()));
            }
        }
        Some((at, open))
    }
}

fn invalid_bytes(text: &[u8]) -> u64 {
    // Nearly always, and much faster than to go through it.
    if encoding_rs::Encoding::utf8_valid_up_to(text) == text.len() {
        return 0;
    }
    let invalid: usize = text.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    u64::try_from(invalid).unwrap_or(u64::MAX)
}
