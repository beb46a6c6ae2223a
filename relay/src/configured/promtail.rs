use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use encoding_rs::Encoding;
use globset::Glob;
use jiff::tz::TimeZone;
use model::Labels;
use promtail::config::{self, DockerSd, Scrape, TargetGroup};
use promtail::{Environment, Pipeline, Relabel};
use walkdir::WalkDir;
use yaml::Problem;

use super::file::text_of;
use super::forwarding;
use crate::configured::{FileError, Loaded, Positions};
use crate::docker::DockerJob;
use crate::store::{MaxLine, Piped, SourceOptions};
use crate::syslog::{SyslogJob, Transport};
use crate::systemd::JournalJob;

/// Promtail's file and the flags that go with it.
#[derive(Clone, Debug, Default)]
pub struct PromtailFile {
    pub path: PathBuf,
    /// `-config.expand-env`
    pub expands: bool,
    /// `-client.external-labels`
    pub external_labels: Labels,
    /// `-stdin`: standard input instead of the files, with the stages of the first job.
    pub reads_stdin: bool,
}

impl PromtailFile {
    /// The text as it is read: its variables replaced, if that is asked for.
    pub fn text(&self) -> Result<String, FileError> {
        let text = text_of(&self.path)?;
        if !self.expands {
            return Ok(text);
        }
        let variable = |name: &str| std::env::var(name).ok();
        promtail::expand(&text, &variable)
            .map_err(|problem| FileError::Wrong { problems: vec![self.place(&problem)] })
    }

    /// The files of targets as they are on disk now; None: the file names none. What differs from
    /// an earlier answer asks for a reload.
    pub fn targets_on_disk(&self) -> Option<Vec<(PathBuf, Option<SystemTime>, u64)>> {
        let file = config::read(&self.text().ok()?);
        let sds = file.jobs.iter().flat_map(|scrape| &scrape.file_sd_configs);
        let patterns: Vec<&String> = sds.flat_map(|sd| &sd.files).collect();
        if patterns.is_empty() {
            return None;
        }
        let found = patterns.into_iter().flat_map(|pattern| target_files(pattern, &self.path));
        let stamped = |path: PathBuf| {
            let known = std::fs::metadata(&path).ok();
            let time = known.as_ref().and_then(|known| known.modified().ok());
            (path, time, known.map_or(0, |known| known.len()))
        };
        Some(found.map(stamped).collect())
    }

    fn place(&self, problem: &Problem) -> String {
        problem.in_file(&self.path.display().to_string())
    }

    /// What to follow. Without `data` no positions are taken over.
    pub fn load(&self, data: Option<&Path>) -> Result<Loaded, FileError> {
        let mut file = config::read(&self.text()?);
        let mut jobs = Vec::new();
        let max_line =
            file.max_line.map(|bytes| MaxLine { bytes, cuts: file.limits.max_line_size_truncate });
        for (number, scrape) in file.jobs.iter().enumerate() {
            match Job::new(number, scrape, max_line) {
                Ok(job) => jobs.push(job),
                Err(problem) => file.problems.push(problem),
            }
        }
        let problems: Vec<String> = file.problems.iter().map(|p| self.place(p)).collect();
        if jobs.is_empty() && !problems.is_empty() {
            return Err(FileError::Wrong { problems });
        }
        let mut loaded = Loaded { problems, ..Loaded::default() };
        loaded.notices.extend(file.notices.iter().map(|notice| self.place(notice)));
        if let (Some(path), Some(data)) = (&file.positions, data) {
            match Positions::read(Path::new(path), data) {
                Ok(positions) => loaded.positions = positions,
                Err(problem) => loaded.notices.push(problem),
            }
        }
        let positions = loaded.positions.clone().unwrap_or_default().offsets;
        let (forwards, refused) = forwarding::of_clients(&file.clients, &self.path);
        loaded.forwards = forwards;
        loaded.problems.extend(refused.iter().map(|problem| self.place(problem)));
        let mut external: Labels = file.external_labels().into_iter().collect();
        for (name, value) in self.external_labels.iter() {
            external.set(name, value);
        }
        let host = host_name();
        if self.reads_stdin || file.reads_stdin {
            loaded.sources.push(standard_input(jobs.first(), &external, &host));
            return Ok(loaded);
        }
        for job in &jobs {
            let found = job.sources(&external, &host, &positions, &self.path);
            loaded.sources.extend(found.sources);
            loaded.notices.extend(found.problems);
            loaded.docker.extend(job.docker(&external));
            loaded.journals.extend(job.journal(&external, data));
            match job.syslog(&external) {
                Ok(syslog) => loaded.syslogs.extend(syslog),
                Err(problem) => loaded.problems.push(self.place(&problem)),
            }
        }
        Ok(loaded)
    }
}

/// A job, checked.
struct Job<'f> {
    name: String,
    scrape: &'f Scrape,
    steps: Vec<Relabel>,
    encoding: Option<&'static Encoding>,
    max_line: Option<MaxLine>,
}

impl<'f> Job<'f> {
    fn new(number: usize, scrape: &'f Scrape, max_line: Option<MaxLine>) -> Result<Self, Problem> {
        let name = scrape.job_name.as_ref().map(|name| name.value.clone());
        let steps = scrape.relabel_configs.iter().map(Relabel::new).collect::<Result<_, _>>()?;
        Pipeline::new(&scrape.pipeline_stages, &Environment::new(zone))?;
        let encoding = scrape.encoding.as_ref().map(|name| {
            Encoding::for_label(name.trim().as_bytes()).ok_or_else(|| {
                let message = format!(
                    "unknown encoding {:?}, expected one as in gbk or utf-16le",
                    name.value
                );
                name.problem(message)
            })
        });
        Ok(Self {
            name: name.unwrap_or_else(|| format!("job {}", number + 1)),
            scrape,
            steps,
            encoding: encoding.transpose()?,
            max_line,
        })
    }

    fn piped(&self, labels: &Labels, external: &Labels) -> Piped {
        let mut all = external.clone();
        for (name, value) in labels.iter() {
            all.set(name, value);
        }
        Piped {
            job: self.name.clone(),
            labels: all,
            stages: Arc::new(self.scrape.pipeline_stages.clone()),
            encoding: self.encoding,
            max_line: self.max_line,
            ..Piped::default()
        }
    }

    /// How long packed files rest before they are read; None: they are not.
    fn unpacks(&self) -> Option<Duration> {
        let packed = self.scrape.decompression.as_ref().filter(|packed| packed.is_here())?;
        let delay = packed.initial_delay.as_ref().and_then(|text| model::parse_duration(text).ok());
        Some(Duration::from_nanos(u64::try_from(delay.unwrap_or(0)).unwrap_or(0)))
    }

    fn sources(
        &self,
        external: &Labels,
        host: &str,
        positions: &Arc<std::collections::BTreeMap<String, u64>>,
        config: &Path,
    ) -> Loaded {
        let mut loaded = Loaded::default();
        let mut groups = self.scrape.static_configs.clone();
        for sd in &self.scrape.file_sd_configs {
            for pattern in &sd.files {
                groups.extend(groups_of(pattern, config, &mut loaded.problems));
            }
        }
        for target in groups.iter().flat_map(|group| promtail::targets(group, &self.steps, host)) {
            let piped =
                Piped { positions: Arc::clone(positions), ..self.piped(&target.labels, external) };
            loaded.sources.push(SourceOptions {
                paths: vec![target.path],
                exclude: Some(target.exclude).filter(|path| !path.is_empty()).into_iter().collect(),
                is_configured: true,
                unpacks: self.unpacks(),
                piped: Some(piped),
                ..SourceOptions::default()
            });
        }
        loaded
    }
}

impl Job<'_> {
    fn docker(&self, external: &Labels) -> Vec<DockerJob> {
        let job = |sd: &DockerSd| DockerJob {
            host: sd.host.value.clone(),
            filters: sd.filters.iter().map(|f| (f.name.clone(), f.values.clone())).collect(),
            interval: sd.interval(),
            relabel: self.steps.clone(),
            piped: self.piped(&Labels::new(), external),
        };
        self.scrape.docker_sd_configs.iter().map(job).collect()
    }

    fn journal(&self, external: &Labels, data: Option<&Path>) -> Option<JournalJob> {
        const MAX_AGE_NS: i64 = 7 * 3_600_000_000_000;
        let journal = self.scrape.journal.as_ref()?;
        let age = journal.max_age.as_ref().and_then(|text| model::parse_duration(text).ok());
        let ns = u64::try_from(age.unwrap_or(MAX_AGE_NS)).unwrap_or(0);
        let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let name = |c| if is_safe(c) { c } else { '_' };
        let name: String = self.name.chars().map(name).collect();
        Some(JournalJob {
            is_whole: journal.json,
            max_age: Duration::from_nanos(ns),
            path: journal.path.clone().filter(|path| !path.is_empty()),
            matches: journal
                .matches
                .iter()
                .flat_map(|m| m.split_whitespace())
                .map(str::to_owned)
                .collect(),
            relabel: self.steps.clone(),
            piped: self.piped(&journal.labels.iter().collect(), external),
            cursor: data.unwrap_or(Path::new("/nonexistent")).join("cursors").join(name),
        })
    }
}

impl Job<'_> {
    fn syslog(&self, external: &Labels) -> Result<Option<SyslogJob>, Problem> {
        let Some(syslog) = &self.scrape.syslog else { return Ok(None) };
        if syslog.tls_config.is_some() {
            // It is named among what is left out.
            return Ok(None);
        }
        let usual = SyslogJob::default();
        let transport = match syslog.listen_protocol.as_ref().map(|name| (name, name.as_str())) {
            None | Some((_, "tcp" | "tcp4" | "tcp6")) => Transport::Tcp,
            Some((_, "udp" | "udp4" | "udp6")) => Transport::Udp,
            Some((name, _)) => return Err(name.problem("expected tcp or udp")),
        };
        let is_old = match syslog.syslog_format.as_ref().map(|name| (name, name.as_str())) {
            None | Some((_, "rfc5424")) => false,
            Some((_, "rfc3164")) => true,
            Some((name, _)) => return Err(name.problem("expected rfc5424 or rfc3164")),
        };
        let idle = syslog.idle_timeout.as_ref().map(|text| {
            model::parse_duration(text).map_err(|error| text.problem(error.to_string()))
        });
        let idle = idle.transpose()?.and_then(|ns| u64::try_from(ns).ok());
        let max = syslog.max_message_length.and_then(|bytes| usize::try_from(bytes).ok());
        Ok(Some(SyslogJob {
            address: syslog.listen_address.value.clone(),
            transport,
            idle_timeout: idle.map_or(usual.idle_timeout, Duration::from_nanos),
            is_old,
            is_whole: syslog.use_rfc5424_message,
            uses_its_time: syslog.use_incoming_timestamp,
            labels_data: syslog.label_structured_data,
            max_bytes: max.filter(|bytes| *bytes > 0).unwrap_or(usual.max_bytes),
            relabel: self.steps.clone(),
            piped: self.piped(&syslog.labels.iter().collect(), external),
        }))
    }
}

/// The files that a pattern of `file_sd_configs` names.
fn target_files(pattern: &str, config: &Path) -> Vec<PathBuf> {
    let folder = config.parent().unwrap_or(Path::new("."));
    let path = folder.join(pattern);
    match Glob::new(&path.to_string_lossy()) {
        Ok(glob) if pattern.contains(['*', '?', '[']) => {
            let matcher = glob.compile_matcher();
            let base = path.parent().unwrap_or(folder);
            let entries = WalkDir::new(base).max_depth(1).sort_by_file_name().into_iter().flatten();
            entries.map(walkdir::DirEntry::into_path).filter(|p| matcher.is_match(p)).collect()
        }
        _ => vec![path],
    }
}

/// The target groups of files that `file_sd_configs` names.
fn groups_of(pattern: &str, config: &Path, problems: &mut Vec<String>) -> Vec<TargetGroup> {
    let mut groups = Vec::new();
    for file in target_files(pattern, config) {
        let shown = file.display().to_string();
        let read = text_of(&file).map_err(|error| error.to_string()).and_then(|text| {
            let node = yaml::parse(&text).map_err(|problem| problem.in_file(&shown))?;
            yaml::from_node::<Vec<TargetGroup>>(&node).map_err(|problem| problem.in_file(&shown))
        });
        match read {
            Ok(found) => groups.extend(found),
            Err(problem) => problems.push(problem),
        }
    }
    groups
}

/// `-stdin`: the labels of the first job, or those Promtail gives where there is none.
fn standard_input(job: Option<&Job<'_>>, external: &Labels, host: &str) -> SourceOptions {
    let piped = match job {
        Some(job) => {
            let group = job.scrape.static_configs.first();
            let labels = group.iter().flat_map(|group| &group.labels);
            let labels: Labels = labels.filter(|(name, _)| !name.starts_with("__")).collect();
            job.piped(&labels, external)
        }
        None => {
            let mut labels = external.clone();
            labels.set("job", "stdin");
            labels.set("hostname", host);
            Piped { job: "stdin".to_owned(), labels, ..Piped::default() }
        }
    };
    SourceOptions {
        paths: vec!["-".to_owned()],
        is_configured: true,
        piped: Some(piped),
        ..SourceOptions::default()
    }
}

fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// The name of this machine, for `__host__`.
pub fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => std::env::var("HOSTNAME").unwrap_or_else(|_| "localhost".to_owned()),
        name => name.to_owned(),
    }
}
