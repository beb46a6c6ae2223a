use std::collections::BTreeMap;

use logql::{Sample, Series};
use model::Labels;
use serde::{Deserialize, Serialize};

use crate::rule::Rule;
use crate::state::{AlertState, Context, EvaluationError, RuleState};

/// A time in which an alert would have fired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Firing {
    pub labels: Labels,
    /// When the series was first seen.
    pub active_at: i64,
    /// When `for` was over.
    pub start: i64,
    /// When it was resolved; None: it fires to the end.
    pub end: Option<i64>,
    /// The highest value while it fired.
    #[serde(with = "crate::number")]
    pub peak: f64,
}

/// When the rule would have fired. `matrix` is what its query gives from `start` to `end` with the
/// interval as its step; the states are those of a live evaluation at each step, since they come
/// from the same machine. `context.at` is not used.
pub fn dry_run(
    rule: &Rule,
    matrix: &[Series],
    (start, end): (i64, i64),
    context: &Context<'_>,
) -> Result<Vec<Firing>, EvaluationError> {
    let step = context.interval_ns.max(1);
    let mut state = RuleState::default();
    let mut next: Vec<_> = matrix.iter().map(|series| series.samples.iter().peekable()).collect();
    let mut open: BTreeMap<u64, Firing> = BTreeMap::new();
    let mut firings = Vec::new();
    let mut at = start;
    while at <= end {
        let mut samples = Vec::new();
        for (series, next) in matrix.iter().zip(&mut next) {
            while next.next_if(|(time, _)| *time < at).is_some() {}
            if let Some((_, value)) = next.next_if(|(time, _)| *time == at) {
                samples.push(Sample {
                    labels: series.labels.clone(),
                    timestamp: at,
                    value: *value,
                });
            }
        }
        for change in state.evaluate(rule, &samples, &Context { at, ..*context })? {
            if change.to == AlertState::Firing
                && let Some(alert) = state.alerts.get(&change.fingerprint)
            {
                let (labels, active_at) = (change.labels, alert.active_at);
                let firing = Firing { labels, active_at, start: at, end: None, peak: alert.value };
                open.insert(change.fingerprint, firing);
            } else if change.from == AlertState::Firing
                && let Some(firing) = open.remove(&change.fingerprint)
            {
                firings.push(Firing { end: Some(at), ..firing });
            }
        }
        for (fingerprint, firing) in &mut open {
            if let Some(alert) = state.alerts.get(fingerprint) {
                firing.peak = firing.peak.max(alert.value);
            }
        }
        let Some(next_at) = at.checked_add(step) else { break };
        at = next_at;
    }
    firings.extend(open.into_values());
    firings.sort_by(|a, b| (a.start, &a.labels).cmp(&(b.start, &b.labels)));
    Ok(firings)
}
