use std::io;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use model::{Entry, Labels};
use promtail::{Environment, Outcome, Pipeline, Relabel, relabel};

use crate::http::now_ns;
use crate::stopping::{is_stopped, wait};
use crate::store::{Piped, Store};

/// A store that has no room is asked again after this long.
const PAUSE: Duration = Duration::from_millis(200);

/// What a job of Promtail's configuration does with lines that come from no file: relabelling,
/// then its stages.
#[derive(Debug)]
pub(crate) struct Staged {
    relabel: Vec<Relabel>,
    labels: Labels,
    /// The label `job` of lines that would have no label at all.
    fallback: &'static str,
    stages: Pipeline,
    out: Vec<Outcome>,
    /// What the store had no room for the last time.
    waiting: Vec<(Labels, Vec<Entry>)>,
}

impl Staged {
    /// None: the stages cannot be made, which was said when the file was read.
    pub(crate) fn new(piped: &Piped, relabel: &[Relabel], fallback: &'static str) -> Option<Self> {
        let environment = Environment::new(|name| jiff::tz::TimeZone::get(name).ok());
        let stages = Pipeline::new(&piped.stages, &environment).ok()?;
        let (relabel, labels) = (relabel.to_vec(), piped.labels.clone());
        Some(Self { relabel, labels, fallback, stages, out: Vec::new(), waiting: Vec::new() })
    }

    /// Takes a line; `labels` is what relabelling sees of it besides the job's own.
    pub(crate) fn take(&mut self, timestamp: i64, mut labels: Labels, line: impl Into<Vec<u8>>) {
        for (name, value) in self.labels.iter() {
            labels.set(name, value);
        }
        let Some(labels) = relabel(labels, &self.relabel) else { return };
        let labels: Labels = labels.iter().filter(|(name, _)| !name.starts_with("__")).collect();
        self.stages.push(promtail::Entry::new(labels, timestamp, line), now_ns(), &mut self.out);
    }

    /// Hands what came out of the stages to the store; waits until it has room, but not longer
    /// than `patience`, and keeps it for the next time then.
    pub(crate) fn flush(
        &mut self,
        store: &Store,
        patience: Duration,
        stopped: &Receiver<()>,
    ) -> io::Result<()> {
        self.stages.finish(now_ns(), &mut self.out);
        let fallback = self.fallback;
        let entry = |outcome| match outcome {
            Outcome::Entry(entry) => {
                let mut labels = entry.labels;
                if labels.is_empty() {
                    labels.set("job", fallback);
                }
                let (timestamp, line, metadata) = (entry.timestamp, entry.line, entry.metadata);
                Some((labels, vec![Entry { timestamp, line, metadata, ..Entry::default() }]))
            }
            Outcome::Dropped { .. } => None,
        };
        let out = std::mem::take(&mut self.out);
        self.waiting.extend(out.into_iter().filter_map(entry));
        let start = Instant::now();
        loop {
            match store.push(self.waiting.clone()) {
                Ok(_) => {
                    self.waiting.clear();
                    return Ok(());
                }
                Err(error) if start.elapsed() > patience || is_stopped(stopped) => {
                    return Err(io::Error::other(error));
                }
                Err(_) => _ = wait(stopped, PAUSE),
            }
        }
    }
}
