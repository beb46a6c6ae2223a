use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use detect::{Auto, Context, Detector, Event, Start};
use model::Labels;
use promtail::{Entry, Environment, Origin, Outcome, Pipeline};

use super::reading::{Line, Reading};
use super::thread::Ingest;
use crate::journal::{PipedEntries, PipedFile, PushedEntry, Spot};
use crate::source::{FileState, Prefix};
use crate::store::Piped;

/// What the stages counted is put on the board this often.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// Files whose lines go through stages, and the stages.
///
/// An entry is journaled together with how far its files are taken by it, so that a restart reads
/// again what was in a stage, and nothing else.
#[derive(Debug, Default)]
pub(super) struct Pipes {
    /// By job: its files share what the stages remember.
    jobs: BTreeMap<String, Pipeline>,
    /// By the file's key.
    files: BTreeMap<u64, Reading>,
    /// What there was no room for in the journal.
    unsaid: Vec<Outcome>,
    /// Lines that stages dropped, by reason.
    dropped: BTreeMap<String, u64>,
    last_count: Option<Instant>,
}

impl Pipes {
    pub(super) fn has(&self, key: u64) -> bool {
        self.files.contains_key(&key)
    }

    /// The file was written anew and has another key now.
    pub(super) fn restart(&mut self, key: u64, new_key: u64) {
        if let Some(reading) = self.files.remove(&key) {
            self.files.insert(new_key, reading.anew());
        }
    }

    /// Up to where a file was read that goes on being read.
    pub(super) fn read_to(&self, key: u64) -> Option<u64> {
        self.files.get(&key).map(Reading::read_to)
    }

    pub(super) fn forget(&mut self, key: u64) {
        self.files.remove(&key);
    }

    /// Stages and files are set up anew.
    pub(super) fn clear(&mut self) {
        self.jobs.clear();
        self.files.clear();
    }

    fn push(&mut self, key: u64, mut line: Line, now: i64, out: &mut Vec<Outcome>) {
        let Some(reading) = self.files.get(&key) else { return };
        let origin = Origin { file: key, start: line.start, end: line.end };
        if let Some(max) = reading.max_line.filter(|max| line.text.len() > max.bytes) {
            if !max.cuts {
                let (origins, reason) = (vec![origin], "line_too_long".to_owned());
                return out.push(Outcome::Dropped { origins, reason });
            }
            let is_inside = |byte: &u8| (*byte & 0xc0) == 0x80;
            let over = line.text.get(..=max.bytes).unwrap_or_default().iter().rev();
            line.text.truncate(max.bytes - over.take_while(|byte| is_inside(byte)).count());
        }
        let mut entry = Entry::new(reading.labels.clone(), now, line.text).from(origin);
        entry.metadata.extend(line.part.map(|part| ("part".to_owned(), part.to_string())));
        match self.jobs.get_mut(&reading.job) {
            Some(stages) => stages.push(entry, now, out),
            None => out.push(Outcome::Entry(entry)),
        }
    }

    /// In the text format of Prometheus.
    fn metrics(&self) -> String {
        let mut text = String::new();
        if !self.dropped.is_empty() {
            const NAME: &str = "logpane_pipeline_dropped_lines_total";
            // Writing to a String cannot fail.
            write!(text, "# HELP {NAME} Lines that stages dropped.\n# TYPE {NAME} counter\n").ok();
            for (reason, count) in &self.dropped {
                writeln!(text, "{NAME}{{reason={reason:?}}} {count}").ok();
            }
        }
        self.jobs.values().for_each(|stages| text.push_str(&stages.metrics()));
        text
    }
}

impl Ingest {
    /// Has the lines of a file that is just followed go through stages.
    pub(super) fn begin_piped(&mut self, state: &FileState, piped: &Piped) {
        if !self.follow.pipes.jobs.contains_key(&piped.job) {
            let zones = Environment::new(|name| jiff::tz::TimeZone::get(name).ok());
            match Pipeline::new(&piped.stages, &zones) {
                Ok(stages) => _ = self.follow.pipes.jobs.insert(piped.job.clone(), stages),
                // They were checked when the file was read.
                Err(problem) => tracing::error!(%problem, "stages are left out"),
            }
        }
        let done = self.core.done_lines(state.key).unwrap_or_default();
        let (labels, prefix) = (state.labels.clone(), state.prefix.clone());
        let reading = Reading::new(piped, labels, state.offset, done, prefix);
        self.follow.pipes.files.insert(state.key, reading);
        // What is not UTF-8 is read as GB18030 where nothing is said.
        self.core.set_encoding(state.key, piped.encoding.map_or("UTF-8", |named| named.name()));
    }

    /// Takes bytes of a file. They stay in memory where there is no room to say so.
    pub(super) fn pipe_bytes(&mut self, key: u64, offset: u64, bytes: &[u8]) {
        let now = self.now();
        self.last_taken = Instant::now();
        self.shared.counters.read_bytes.add(bytes.len() as u64);
        let pipes = &mut self.follow.pipes;
        let Some(reading) = pipes.files.get_mut(&key) else { return };
        let mut out = Vec::new();
        for line in reading.feed(offset, bytes) {
            pipes.push(key, line, now, &mut out);
        }
        self.commit_piped(out);
    }

    /// What has waited long enough in a stage.
    pub(super) fn release_piped(&mut self) {
        if self.follow.pipes.files.is_empty() || !self.can_take() {
            return;
        }
        let now = self.now();
        let mut out = Vec::new();
        for stages in self.follow.pipes.jobs.values_mut() {
            if stages.due().is_some_and(|due| due <= now) {
                stages.release(now, &mut out);
            }
        }
        self.commit_piped(out);
        let pipes = &mut self.follow.pipes;
        if pipes.last_count.is_none_or(|at| at.elapsed() >= COUNT_EVERY) {
            pipes.last_count = Some(Instant::now());
            self.shared.board().pipelines = pipes.metrics();
        }
    }

    /// The file has ended: so has its last line, and nothing is waited for.
    pub(super) fn finish_piped(&mut self, key: u64) {
        let now = self.now();
        let mut out = Vec::new();
        let pipes = &mut self.follow.pipes;
        let Some(reading) = pipes.files.get_mut(&key) else { return };
        let job = reading.job.clone();
        if let Some(line) = reading.finish() {
            pipes.push(key, line, now, &mut out);
        }
        if let Some(stages) = pipes.jobs.get_mut(&job) {
            stages.finish(now, &mut out);
        }
        self.commit_piped(out);
    }

    /// Lets go of everything that waits in any stage.
    pub(super) fn finish_all_piped(&mut self) {
        let now = self.now();
        let mut out = Vec::new();
        for stages in self.follow.pipes.jobs.values_mut() {
            stages.finish(now, &mut out);
        }
        self.commit_piped(out);
    }

    /// Journals what came out of stages, then brings it into the heads.
    fn commit_piped(&mut self, out: Vec<Outcome>) {
        let mut all = std::mem::take(&mut self.follow.pipes.unsaid);
        all.extend(out);
        if all.is_empty() {
            return;
        }
        let now = self.now();
        let entries = self.entries_of(&all);
        let files = self.follow.pipes.files_of(&all);
        if !self.say_piped(now, files.clone(), &entries) {
            self.follow.pipes.unsaid = all;
            return;
        }
        for outcome in &all {
            if let Outcome::Dropped { reason, origins } = outcome {
                if let Some(origin) = origins.first() {
                    self.core.dropped(origin.file);
                }
                *self.follow.pipes.dropped.entry(reason.clone()).or_default() += 1;
            }
        }
        for file in &files {
            if let Some(reading) = self.follow.pipes.files.get_mut(&file.file) {
                reading.has_new_prefix = false;
            }
        }
        self.shared.counters.read_entries.add(entries.entries.len() as u64);
        let keys: Vec<u64> = files.iter().map(|file| file.file).collect();
        {
            let mut catalogue = self.shared.write();
            let is_heard = catalogue.hub.is_heard();
            let news = self.core.piped(files, entries, now, &mut catalogue, is_heard);
            catalogue.publish(&news, &[]);
        }
        keys.into_iter().for_each(|key| self.post_piped(key));
    }

    /// The entries among the outcomes, with what can be found in their lines.
    fn entries_of(&self, all: &[Outcome]) -> PipedEntries {
        let mut entries = PipedEntries::default();
        let mut places: HashMap<Labels, u32> = HashMap::new();
        let mut room = self.room_for_streams();
        let mut auto = Finder::new(self.shared.options.zone.clone());
        for outcome in all {
            let Outcome::Entry(entry) = outcome else { continue };
            let base = entry.origins.first().and_then(|o| self.follow.pipes.files.get(&o.file));
            let (mut labels, mut metadata) = (entry.labels.clone(), entry.metadata.clone());
            if !places.contains_key(&labels) && self.shared.read().by_labels(&labels).is_none() {
                if room == 0 {
                    // A label that differs from line to line must not take the memory of a stream
                    // each time: it becomes metadata.
                    let base = base.map_or_else(Labels::new, |reading| reading.labels.clone());
                    let extra = labels.iter().filter(|(name, _)| base.get(name).is_none());
                    metadata.extend(extra.map(|(n, v)| (n.to_owned(), v.to_owned())));
                    labels = base;
                } else {
                    room -= 1;
                }
            }
            if labels.is_empty() {
                labels.set("job", base.map_or("promtail", |reading| reading.job.as_str()));
            }
            metadata.sort();
            metadata.dedup_by(|later, first| later.0 == first.0);
            let next = u32::try_from(entries.labels.len()).unwrap_or(u32::MAX);
            let place = *places.entry(labels).or_insert_with_key(|labels| {
                entries.labels.push(labels.clone());
                next
            });
            let entry = PushedEntry {
                timestamp: entry.timestamp,
                line: entry.line.clone(),
                auto: auto.fields(&entry.line, &entry.labels, &metadata),
                metadata,
                spot: spot(&entry.origins),
            };
            entries.entries.push((place, entry));
        }
        entries
    }
}

/// Where an entry stands that was made of these lines.
fn spot(origins: &[Origin]) -> Option<Spot> {
    let file = origins.first()?.file;
    let of_file = || origins.iter().filter(|origin| origin.file == file);
    let offset = of_file().map(|origin| origin.start).min()?;
    let end = of_file().map(|origin| origin.end).max()?;
    let len = u32::try_from(end.saturating_sub(offset)).unwrap_or(u32::MAX);
    Some(Spot { file, offset, len })
}

impl Pipes {
    /// How far the files of the outcomes are taken with them.
    fn files_of(&mut self, all: &[Outcome]) -> Vec<PipedFile> {
        let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
        for outcome in all {
            let (origins, is_entry) = match outcome {
                Outcome::Entry(entry) => (&entry.origins, true),
                Outcome::Dropped { origins, .. } => (origins, false),
            };
            for origin in origins {
                counts.entry(origin.file).or_default();
                if let Some(reading) = self.files.get_mut(&origin.file) {
                    reading.take(origin.start);
                }
            }
            if let Some(count) = origins.first().and_then(|first| counts.get_mut(&first.file)) {
                *count += u64::from(is_entry);
            }
        }
        let file = |(file, entries): (u64, u64)| {
            let reading = self.files.get_mut(&file)?;
            let (offset, done) = reading.taken();
            let prefix: Option<Prefix> = reading.has_new_prefix.then(|| reading.prefix.clone());
            Some(PipedFile { file, offset, done, prefix, entries })
        };
        counts.into_iter().filter_map(file).collect()
    }
}

/// Finds in a line what detection finds, but for the time, which stages have settled.
struct Finder {
    detector: Detector,
}

impl Finder {
    fn new(zone: jiff::tz::TimeZone) -> Self {
        let context = Context { zone: detect::Zone::Rules(zone), ..Context::default() };
        Self { detector: Detector::new(context, Start::default()) }
    }

    /// Fields of a line. `level` is one of them where no stage made a label of it: Promtail's
    /// streams stay as the file of the job has them.
    fn fields(
        &mut self,
        line: &[u8],
        labels: &Labels,
        metadata: &[(String, String)],
    ) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> = Vec::new();
        // Each line stands for itself.
        let detector = &mut self.detector;
        detector.restart(Start::default());
        let mut add = |auto: &Auto| {
            for (name, value) in auto.iter() {
                let is_known = fields.iter().any(|(known, _)| known == name)
                    || metadata.iter().any(|(known, _)| known == name);
                if !is_known && !matches!(name, "ts_source" | "part") {
                    fields.push((name.to_owned(), value.to_owned()));
                }
            }
        };
        let mut level = None;
        let mut emit = |event: Event<'_>| match event {
            Event::Entry(record) => {
                level = level.or(record.level);
                add(record.auto);
            }
            Event::Extend(more) => add(more.auto),
            Event::Session(_) => {}
        };
        detector.feed(line, 0, &mut emit);
        detector.finish(0, &mut emit);
        let has_level = labels.get("level").is_some() || metadata.iter().any(|(n, _)| n == "level");
        if let Some(level) = level.filter(|_| !has_level) {
            fields.push(("level".to_owned(), level.as_str().to_owned()));
        }
        fields
    }
}
