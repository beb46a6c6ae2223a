use std::fmt;

use model::Labels;
use yaml::{Marked, Problem};

use crate::config::StageConfig;
use crate::metrics::Series;
use crate::stages;
use crate::{Entry, Environment, Outcome, Value};

/// Stages, ready to run, with what they remember between lines.
pub struct Pipeline {
    stages: Vec<Stage>,
}

/// One stage.
pub(crate) enum Stage {
    /// Changes an entry, or drops it.
    Change(Box<dyn Change>),
    /// Keeps entries back, or makes one of several.
    Hold(Box<dyn Hold>),
}

pub(crate) trait Change: Send {
    /// `now` in nanoseconds since 1970.
    fn change(&mut self, entry: &mut Entry, now: i64) -> Verdict;

    /// Adds what it counted.
    fn metrics(&self, _series: &mut Vec<Series>) {}
}

pub(crate) trait Hold: Send {
    fn take(&mut self, entry: Entry, now: i64, flow: &mut Flow);

    /// Lets go what has waited long enough or, at the end, everything.
    fn release(&mut self, now: i64, until: Until, flow: &mut Flow);

    /// When something will have waited long enough.
    fn due(&self) -> Option<i64>;

    fn metrics(&self, _series: &mut Vec<Series>) {}
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep,
    /// For this reason, as it is counted.
    Drop(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    Due,
    End,
}

/// What comes out of a stage.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    pub passed: Vec<Entry>,
    pub dropped: Vec<Outcome>,
}

impl Pipeline {
    /// Checks and compiles the stages; those that mean nothing here do nothing.
    pub fn new(stages: &[Marked<StageConfig>], environment: &Environment) -> Result<Self, Problem> {
        let stages = stages.iter().map(|stage| stages::build(stage, environment));
        let stages = stages.collect::<Result<Vec<_>, _>>()?;
        Ok(Self { stages: stages.into_iter().flatten().collect() })
    }

    /// Takes a line. What becomes of it, and of those that waited for it, goes to `out`.
    pub fn push(&mut self, mut entry: Entry, now: i64, out: &mut Vec<Outcome>) {
        for (name, value) in entry.labels.iter() {
            entry.extracted.insert(name.to_owned(), Value::from(value));
        }
        let mut flow = Flow::default();
        run(&mut self.stages, entry, now, &mut flow);
        flow.finish(out);
    }

    /// Lets go what has waited long enough.
    pub fn release(&mut self, now: i64, out: &mut Vec<Outcome>) {
        self.release_until(now, Until::Due, out);
    }

    /// Lets go everything that waits.
    pub fn finish(&mut self, now: i64, out: &mut Vec<Outcome>) {
        self.release_until(now, Until::End, out);
    }

    /// When [`release`](Self::release) will have something to do.
    pub fn due(&self) -> Option<i64> {
        due(&self.stages)
    }

    /// What its stages counted, in the text format of Prometheus; empty where none counts.
    pub fn metrics(&self) -> String {
        let mut series = Vec::new();
        metrics(&self.stages, &mut series);
        crate::metrics::text(series)
    }

    fn release_until(&mut self, now: i64, until: Until, out: &mut Vec<Outcome>) {
        let mut flow = Flow::default();
        release(&mut self.stages, now, until, &mut flow);
        flow.finish(out);
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pipeline of {} stages", self.stages.len())
    }
}

impl Flow {
    pub(crate) fn drop(&mut self, entry: Entry, reason: String) {
        self.dropped.push(Outcome::Dropped { origins: entry.origins, reason });
    }

    fn finish(self, out: &mut Vec<Outcome>) {
        out.extend(self.dropped);
        out.extend(self.passed.into_iter().map(|mut entry| {
            let is_kept =
                |(name, value): &(&str, &str)| !value.is_empty() && !name.starts_with("__");
            if !entry.labels.iter().all(|label| is_kept(&label)) {
                entry.labels = entry.labels.iter().filter(is_kept).collect::<Labels>();
            }
            Outcome::Entry(entry)
        }));
    }
}

/// Sends an entry through the stages.
pub(crate) fn run(stages: &mut [Stage], mut entry: Entry, now: i64, flow: &mut Flow) {
    let mut rest = stages;
    while let Some((stage, after)) = rest.split_first_mut() {
        match stage {
            Stage::Change(stage) => {
                if let Verdict::Drop(reason) = stage.change(&mut entry, now) {
                    return flow.drop(entry, reason);
                }
            }
            Stage::Hold(stage) => {
                let mut inner = Flow::default();
                stage.take(entry, now, &mut inner);
                return run_on(after, inner, now, flow);
            }
        }
        rest = after;
    }
    flow.passed.push(entry);
}

/// Sends what a stage let go through those after it.
fn run_on(after: &mut [Stage], inner: Flow, now: i64, flow: &mut Flow) {
    flow.dropped.extend(inner.dropped);
    for entry in inner.passed {
        run(after, entry, now, flow);
    }
}

pub(crate) fn release(stages: &mut [Stage], now: i64, until: Until, flow: &mut Flow) {
    let mut rest = stages;
    while let Some((stage, after)) = rest.split_first_mut() {
        if let Stage::Hold(stage) = stage {
            let mut inner = Flow::default();
            stage.release(now, until, &mut inner);
            run_on(after, inner, now, flow);
        }
        rest = after;
    }
}

pub(crate) fn due(stages: &[Stage]) -> Option<i64> {
    let holds = stages.iter().filter_map(|stage| match stage {
        Stage::Hold(stage) => stage.due(),
        Stage::Change(_) => None,
    });
    holds.min()
}

pub(crate) fn metrics(stages: &[Stage], series: &mut Vec<Series>) {
    for stage in stages {
        match stage {
            Stage::Change(stage) => stage.metrics(series),
            Stage::Hold(stage) => stage.metrics(series),
        }
    }
}
