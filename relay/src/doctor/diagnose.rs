use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use detect::TimeSource;
use logql::Row;
use logql::edit::literal;
use logql::strip_escapes;
use model::Timestamp;
use protocol::doctor::{Ask, Check, Diagnosis, Link};
use protocol::status::{Source, Status};

use super::bytes::{Hit, search, siblings};
use super::entries::{leaves_out, rows};
use super::reading::Reading;
use crate::query::RunError;
use crate::store::Store;

const SECOND: i64 = 1_000_000_000;
const HOUR: i64 = 3600 * SECOND;
/// Clocks differ; what is further ahead has another zone.
const AHEAD: i64 = 30 * 60 * SECOND;
/// More of a line finds nothing better.
const TEXT_CHARS: usize = 1000;

/// Where the line went. `now`: nanoseconds since 1970.
pub fn diagnose(
    store: &Store,
    ask: &Ask,
    now: i64,
    cancel: &AtomicBool,
) -> Result<Diagnosis, RunError> {
    let text: String = ask
        .line
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default()
        .chars()
        .take(TEXT_CHARS)
        .collect();
    let mut case = Case { store, ask, now, cancel, checks: Vec::new() };
    let Some((row, filter)) = case.stored(&text)? else { return case.unstored(&text) };
    case.check(true, "the line is stored");
    Ok(case.stored_as(&row, &text, &filter))
}

/// One question on its way to an answer.
struct Case<'a> {
    store: &'a Store,
    ask: &'a Ask,
    now: i64,
    cancel: &'a AtomicBool,
    checks: Vec<Check>,
}

impl Case<'_> {
    fn check(&mut self, passed: bool, message: impl Into<String>) {
        self.checks.push(Check { passed, message: message.into() });
    }

    fn verdict(self, verdict: &str, message: String, link: Option<Link>) -> Diagnosis {
        Diagnosis { checks: self.checks, verdict: verdict.to_owned(), message, link }
    }

    /// The newest entry that holds the text, rather one that is shown, and the stages that find it.
    fn stored(&self, text: &str) -> Result<Option<(Row, String)>, RunError> {
        // What is copied from a terminal has lost its colours.
        for stage in ["", "| decolorize "] {
            let filter = format!("{stage}|= {}", literal(text));
            if let Some(row) = self.newest(&filter)? {
                return Ok(Some((row, filter)));
            }
        }
        Ok(None)
    }

    fn newest(&self, filter: &str) -> Result<Option<Row>, RunError> {
        let Some(span) = self.store.span() else { return Ok(None) };
        let mut found = Vec::new();
        // A configuration may give files no job.
        for selector in ["{job=~\".+\"}", "{job=\"\", filename=~\".+\"}"] {
            let query = format!("{selector} {filter}");
            found.extend(rows(self.store, &query, (span.start.0, span.end.0), self.cancel)?);
        }
        if let Some(file) = &self.ask.file {
            found.retain(|row| row.stream.get("filename").is_some_and(|path| path.contains(file)));
        }
        let at = found.iter().position(|row| self.is_in_range(row.timestamp)).unwrap_or(0);
        Ok(if found.is_empty() { None } else { Some(found.swap_remove(at)) })
    }

    fn is_in_range(&self, timestamp: i64) -> bool {
        self.ask.start.is_none_or(|start| timestamp >= start.0)
            && self.ask.end.is_none_or(|end| timestamp < end.0)
    }

    /// The line is kept; why it is not seen.
    fn stored_as(mut self, row: &Row, text: &str, filter: &str) -> Diagnosis {
        let link = Some(Link {
            query: format!("{{{}}} {filter}", selector(row)),
            start: Timestamp(row.timestamp.saturating_sub(SECOND)),
            end: Timestamp(row.timestamp.saturating_add(SECOND)),
        });
        let ahead = row.timestamp.saturating_sub(self.now);
        if ahead > AHEAD {
            let hours = (ahead + HOUR / 2) / HOUR;
            self.check(false, "its time lies in the future");
            let message = format!(
                "the line is stored with a time about {hours} h ahead of now: its stamp says no \
                 zone and was written in another one; name that zone, as in TZ=Asia/Shanghai \
                 logpane FILES, or with zone: in the configuration"
            );
            return self.verdict("ahead", message, link);
        }
        self.check(true, "its time does not lie in the future");
        let source = row.auto.iter().find(|(name, _)| name == "ts_source");
        let source = source.map(|(_, value)| value.as_str());
        if !self.is_in_range(row.timestamp) {
            self.check(false, "its time is outside the range that is shown");
            let why = if source == Some(TimeSource::Arrival.as_str()) {
                "the line has no time of its own, so that it got the one when it was read, which \
                 is outside the range that is shown"
            } else if source == Some(TimeSource::Inherited.as_str()) {
                "the line has no time of its own, so that it got the one of the nearest line that \
                 has, which is outside the range that is shown"
            } else {
                "the line is stored with its own time, which is outside the range that is shown"
            };
            return self.verdict("outside_range", why.to_owned(), link);
        }
        self.check(true, "its time is within the range that is shown");
        let query = self.ask.query.as_deref().filter(|query| !query.trim().is_empty());
        if query.is_some_and(|query| leaves_out(self.store, query, row, self.cancel)) {
            self.check(false, "the query leaves it out");
            let message = "the line is stored and within the range, but the query that is shown \
                           leaves it out"
                .to_owned();
            return self.verdict("filtered", message, link);
        }
        let line = strip_escapes(&row.line);
        let line = String::from_utf8_lossy(&line);
        let first = line.lines().next().unwrap_or_default();
        if !first.contains(text) {
            self.check(true, "it is part of another entry");
            let begin: String = first.chars().take(120).collect();
            let message = format!(
                "the line belongs to the entry that starts with {begin:?}; open that one to see it"
            );
            return self.verdict("joined", message, link);
        }
        self.verdict("shown", "the line is stored and nothing hides it".to_owned(), link)
    }

    /// No entry holds the line; whether a file does.
    fn unstored(mut self, text: &str) -> Result<Diagnosis, RunError> {
        self.check(false, "no stored line has this text");
        let status = self.store.status();
        let is_meant = |path: &str| self.ask.file.as_ref().is_none_or(|file| path.contains(file));
        let mut paths: Vec<PathBuf> = Vec::new();
        for source in status.sources.iter().filter(|source| is_meant(&source.path)) {
            let path = PathBuf::from(&source.path);
            let rotated = siblings(&path);
            paths.extend([path].into_iter().chain(rotated).filter(|path| path.is_file()));
        }
        let (hit, is_whole) = search(&paths, text, self.cancel);
        match hit {
            Some(hit) => self.in_file(&hit, &status),
            None => Ok(self.nowhere(&status, is_whole)),
        }
    }

    fn nowhere(mut self, status: &Status, is_whole: bool) -> Diagnosis {
        if is_whole {
            self.check(false, "no followed file has this text");
        } else {
            self.check(false, "the newest part of the followed files does not have this text");
        }
        let missed = self.store.sources(self.now).missed;
        let of_file = |message: &str| {
            self.ask.file.as_ref().is_none_or(|file| message.contains(file.as_str()))
        };
        if let Some(problem) = missed.iter().find(|problem| of_file(&problem.message)) {
            let (code, message) = (problem.code.clone(), problem.message.clone());
            return self.verdict(&code, message, None);
        }
        if let Some(problem) = status.problems.first() {
            let message = problem.message.clone();
            return self.verdict("problem", message, None);
        }
        let message = "no followed file has this line: name its file when you start logpane, or \
                       look whether the program has written it yet"
            .to_owned();
        self.verdict("not_found", message, None)
    }

    /// The line stands in a file, and no entry has it in these words.
    fn in_file(mut self, hit: &Hit, status: &Status) -> Result<Diagnosis, RunError> {
        let path = hit.path.display();
        let offset = hit.offset;
        self.check(true, format!("{path} has it at byte {offset}"));
        let read = Reading::of(&hit.line, self.now);
        let source = status.sources.iter().find(|source| Path::new(&source.path) == hit.path);
        let Some(source) = source else {
            return Ok(self.progress(&read).unwrap_or_else(|case| case.not_followed(hit)));
        };
        self.check(true, "that file is followed");
        if let Some(error) = &source.last_error {
            let message = format!("cannot read on in {path}: {error}");
            return Ok(self.verdict("unreadable_file", message, None));
        }
        if offset >= source.offset {
            return Ok(self.not_read(source, status));
        }
        self.check(true, "it is read that far");
        match self.progress(&read) {
            Ok(said) => Ok(said),
            Err(case) => case.left_out(&read, source, status),
        }
    }

    /// A rotated file beside one that is followed.
    fn not_followed(mut self, hit: &Hit) -> Diagnosis {
        let path = hit.path.display();
        self.check(false, "that file is not followed");
        let message = if hit.is_packed() {
            format!(
                "{path} has the line, but was packed before it was followed: add it with logpane \
                 {path}"
            )
        } else {
            format!("{path} has the line, but is not followed: add it with logpane {path}")
        };
        self.verdict("not_followed", message, None)
    }

    /// Whether the line is a step of a bar, which no entry needs to have.
    fn progress(mut self, read: &Reading) -> Result<Diagnosis, Self> {
        if !read.is_progress {
            self.check(true, "it is no step of a progress bar");
            return Err(self);
        }
        self.check(false, "it is a step of a progress bar");
        let message = "the line is a step of a progress bar: the last one of each bar is stored, \
                       the newest is shown while it runs"
            .to_owned();
        Ok(self.verdict("progress", message, None))
    }

    fn not_read(mut self, source: &Source, status: &Status) -> Diagnosis {
        self.check(false, "it is not read that far yet");
        let message = match status.problems.iter().find(|problem| problem.code == "disk_full") {
            Some(problem) => problem.message.clone(),
            None => format!(
                "{} is read up to byte {} of {}; the line comes after that and is shown soon",
                source.path, source.offset, source.size
            ),
        };
        self.verdict("not_read_yet", message, None)
    }

    /// Read, and not kept in these words.
    fn left_out(
        mut self,
        read: &Reading,
        source: &Source,
        status: &Status,
    ) -> Result<Diagnosis, RunError> {
        // Of what docker and Kubernetes write, what is inside.
        if !read.line.is_empty()
            && let Some((row, filter)) = self.stored(&read.line)?
        {
            self.check(true, "the line is stored without what stands around it in the file");
            return Ok(self.stored_as(&row, &read.line, &filter));
        }
        if let Some(job) = source.job_rule.strip_prefix("job ") {
            let job = job.strip_suffix(" of the configuration").unwrap_or(job);
            let message = format!(
                "the stages of job {job} dropped or rewrote the line: look for drop, match, limit, \
                 replace and output among them"
            );
            return Ok(self.verdict("stages", message, None));
        }
        let kept = i64::try_from(status.retention_seconds).unwrap_or(0).saturating_mul(SECOND);
        if kept > 0 && read.timestamp.is_some_and(|at| at < self.now.saturating_sub(kept)) {
            self.check(false, "it is older than what is kept");
            let message = format!(
                "the line is older than what is kept ({}); keep more with --retention",
                model::format_duration(kept)
            );
            return Ok(self.verdict("retention", message, None));
        }
        let message = format!(
            "{} has the line and was read past it, but it is not stored in these words: colour \
             codes or another encoding may stand in it; paste a shorter part of it",
            source.path
        );
        Ok(self.verdict("unexplained", message, None))
    }
}

/// The file of the entry, or the whole stream of what was pushed.
fn selector(row: &Row) -> String {
    let label = |(name, value): (&str, &str)| format!("{name}={}", literal(value));
    match row.stream.get("filename") {
        Some(path) => label(("filename", path)),
        None => row.stream.iter().map(label).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests;
