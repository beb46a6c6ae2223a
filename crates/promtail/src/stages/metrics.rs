use std::collections::{BTreeMap, HashMap};

use model::Labels;
use yaml::Problem;

use super::build::duration;
use crate::Entry;
use crate::config::{Metric, MetricKind};
use crate::metrics::{Sample, Series};
use crate::pipeline::{Change, Verdict};

const PREFIX: &str = "promtail_custom_";
const MAX_IDLE_NS: i64 = 300_000_000_000;
const DEFAULT_BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// `metrics`: counts what passes; `/metrics` shows it.
pub(super) struct Metrics(Vec<Counted>);

struct Counted {
    name: String,
    help: String,
    source: String,
    kind: MetricKind,
    action: Action,
    value: Option<String>,
    match_all: bool,
    count_bytes: bool,
    buckets: Vec<f64>,
    max_idle_ns: i64,
    series: HashMap<Labels, (Sample, i64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Inc,
    Dec,
    Add,
    Sub,
    Set,
    Observe,
}

impl Metrics {
    pub(super) fn new(config: &BTreeMap<String, Metric>) -> Result<Self, Problem> {
        let counted = config.iter().map(|(name, metric)| Counted::new(name, metric));
        Ok(Self(counted.collect::<Result<_, _>>()?))
    }
}

impl Counted {
    fn new(name: &str, metric: &Metric) -> Result<Self, Problem> {
        let config = &metric.config;
        let word = config.action.as_ref().map(|action| action.value.to_ascii_lowercase());
        let action = match (metric.kind, word.as_deref()) {
            (MetricKind::Histogram, _) => Action::Observe,
            (MetricKind::Counter | MetricKind::Gauge, Some("inc")) => Action::Inc,
            (MetricKind::Counter | MetricKind::Gauge, Some("add")) => Action::Add,
            (MetricKind::Gauge, Some("dec")) => Action::Dec,
            (MetricKind::Gauge, Some("sub")) => Action::Sub,
            (MetricKind::Gauge, Some("set")) => Action::Set,
            (kind, word) => {
                let known = match kind {
                    MetricKind::Counter => "inc or add",
                    _ => "set, inc, dec, add or sub",
                };
                let message =
                    format!("unknown action {:?}, expected {known}", word.unwrap_or_default());
                return Err(config.action.as_ref().map_or_else(
                    || config.problem(&*message),
                    |action| action.problem(&*message),
                ));
            }
        };
        if config.count_entry_bytes && (!config.match_all || action != Action::Add) {
            let message = "count_entry_bytes needs match_all: true and action: add";
            return Err(config.problem(message));
        }
        let max_idle_ns = metric.max_idle_duration.as_ref().map(duration).transpose()?;
        let mut buckets = config.buckets.clone();
        if buckets.is_empty() {
            buckets = DEFAULT_BUCKETS.to_vec();
        }
        buckets.sort_by(f64::total_cmp);
        Ok(Self {
            name: format!("{}{name}", metric.prefix.as_deref().unwrap_or(PREFIX)),
            help: metric.description.clone(),
            source: metric.source.clone().unwrap_or_else(|| name.to_owned()),
            kind: metric.kind,
            action,
            value: config.value.value.clone(),
            match_all: config.match_all,
            count_bytes: config.count_entry_bytes,
            buckets,
            max_idle_ns: max_idle_ns.unwrap_or(MAX_IDLE_NS),
            series: HashMap::new(),
        })
    }

    fn count(&mut self, entry: &Entry, now: i64) {
        let extracted = entry.extracted.get(&self.source);
        let text = extracted.and_then(crate::Value::text);
        let amount = if self.match_all && self.kind == MetricKind::Counter {
            #[expect(clippy::cast_precision_loss, reason = "the length of a line")]
            let length = entry.line.len() as f64;
            if self.count_bytes { length } else { 1.0 }
        } else {
            let Some(extracted) = extracted else { return };
            if self.value.as_ref().is_some_and(|value| text.as_ref() != Some(value)) {
                return;
            }
            match self.action {
                Action::Inc | Action::Dec => 1.0,
                _ => match extracted.number() {
                    Some(number) => number,
                    None => return,
                },
            }
        };
        let idle = self.max_idle_ns;
        if !self.series.contains_key(&entry.labels) {
            self.series.retain(|_, (_, last)| now.saturating_sub(*last) < idle);
        }
        let (kind, buckets) = (self.kind, &self.buckets);
        let (sample, last) =
            self.series.entry(entry.labels.clone()).or_insert_with(|| (empty(kind, buckets), now));
        *last = now;
        match sample {
            Sample::Counter(value) | Sample::Gauge(value) => match self.action {
                Action::Inc | Action::Add | Action::Observe => *value += amount,
                Action::Dec | Action::Sub => *value -= amount,
                Action::Set => *value = amount,
            },
            Sample::Histogram { buckets, count, sum } => {
                *count += 1;
                *sum += amount;
                for (_, within) in buckets.iter_mut().filter(|(bound, _)| amount <= *bound) {
                    *within += 1;
                }
            }
        }
    }
}

fn empty(kind: MetricKind, buckets: &[f64]) -> Sample {
    match kind {
        MetricKind::Counter => Sample::Counter(0.0),
        MetricKind::Gauge => Sample::Gauge(0.0),
        MetricKind::Histogram => Sample::Histogram {
            buckets: buckets.iter().map(|bound| (*bound, 0)).collect(),
            count: 0,
            sum: 0.0,
        },
    }
}

impl Change for Metrics {
    fn change(&mut self, entry: &mut Entry, now: i64) -> Verdict {
        for counted in &mut self.0 {
            counted.count(entry, now);
        }
        Verdict::Keep
    }

    fn metrics(&self, series: &mut Vec<Series>) {
        for counted in &self.0 {
            let mut all: Vec<_> = counted.series.iter().collect();
            all.sort_by_key(|(labels, _)| *labels);
            series.extend(all.into_iter().map(|(labels, (sample, _))| Series {
                name: counted.name.clone(),
                help: counted.help.clone(),
                labels: labels.clone(),
                sample: sample.clone(),
            }));
        }
    }
}
