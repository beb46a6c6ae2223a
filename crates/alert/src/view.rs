//! What Loki's API shows: `/prometheus/api/v1/rules` and `/prometheus/api/v1/alerts`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::labels::map;
use crate::number::scientific;
use crate::rule::{Group, Kind, Rule};
use crate::state::{ActiveAlert, AlertState, Health, RuleState};
use crate::time::{ZERO, rfc3339};

/// The body of an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer<T> {
    pub status: &'static str,
    pub data: T,
    pub error_type: &'static str,
    pub error: &'static str,
}

impl<T> Answer<T> {
    pub const fn success(data: T) -> Self {
        Self { status: "success", data, error_type: "", error: "" }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RulesView {
    pub groups: Vec<GroupView>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AlertsView {
    pub alerts: Vec<AlertView>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupView {
    pub name: String,
    pub file: String,
    pub rules: Vec<RuleView>,
    /// Seconds.
    pub interval: f64,
    pub limit: usize,
    pub last_evaluation: String,
    /// Seconds.
    pub evaluation_time: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum RuleView {
    Alerting(AlertingView),
    Recording(RecordingView),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertingView {
    pub state: AlertState,
    pub name: String,
    pub query: String,
    /// Seconds of `for`.
    pub duration: f64,
    pub keep_firing_for: f64,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub alerts: Vec<AlertView>,
    pub health: Health,
    pub last_error: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub last_evaluation: String,
    pub evaluation_time: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordingView {
    pub name: String,
    pub query: String,
    pub labels: BTreeMap<String, String>,
    pub health: Health,
    pub last_error: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub last_evaluation: String,
    pub evaluation_time: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertView {
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    pub state: AlertState,
    pub active_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_firing_since: Option<String>,
    pub value: String,
}

impl AlertView {
    pub fn new(alert: &ActiveAlert) -> Self {
        Self {
            labels: map(&alert.labels),
            annotations: alert.annotations.clone(),
            state: alert.state,
            active_at: rfc3339(alert.active_at),
            keep_firing_since: alert.keep_firing_since.map(rfc3339),
            value: scientific(alert.value),
        }
    }
}

impl RuleView {
    pub fn new(rule: &Rule, state: &RuleState) -> Self {
        let labels = sources(&rule.labels);
        let last_error = state.last_error.clone().unwrap_or_default();
        let last_evaluation = shown(state.last_evaluation);
        let evaluation_time = secs(state.evaluation_ns);
        let (name, query, health) = (rule.name.clone(), rule.expr.clone(), state.health);
        match &rule.kind {
            Kind::Record => Self::Recording(RecordingView {
                name,
                query,
                labels,
                health,
                last_error,
                kind: "recording",
                last_evaluation,
                evaluation_time,
            }),
            Kind::Alert { for_ns, keep_firing_ns, annotations } => Self::Alerting(AlertingView {
                state: state.state(),
                name,
                query,
                duration: secs(*for_ns),
                keep_firing_for: secs(*keep_firing_ns),
                labels,
                annotations: sources(annotations),
                alerts: active(state).collect(),
                health,
                last_error,
                kind: "alerting",
                last_evaluation,
                evaluation_time,
            }),
        }
    }
}

impl GroupView {
    /// A group of `file` with what is known of each of its rules, in their order.
    pub fn new(file: &str, group: &Group, interval_ns: i64, states: &[RuleState]) -> Self {
        let rules = group.rules.iter().zip(states);
        Self {
            name: group.name.clone(),
            file: file.to_owned(),
            rules: rules.map(|(rule, state)| RuleView::new(rule, state)).collect(),
            interval: secs(interval_ns),
            limit: group.limit,
            last_evaluation: shown(states.iter().filter_map(|s| s.last_evaluation).max()),
            evaluation_time: secs(states.iter().map(|s| s.evaluation_ns).sum()),
        }
    }
}

impl AlertsView {
    /// Those that are pending or fire, of all rules.
    pub fn new<'a>(states: impl IntoIterator<Item = &'a RuleState>) -> Self {
        Self { alerts: states.into_iter().flat_map(active).collect() }
    }
}

fn active(state: &RuleState) -> impl Iterator<Item = AlertView> {
    let active = state.alerts.values().filter(|alert| alert.state != AlertState::Inactive);
    active.map(AlertView::new)
}

fn sources(texts: &[(String, crate::text::Text)]) -> BTreeMap<String, String> {
    texts.iter().map(|(name, text)| (name.clone(), text.source().to_owned())).collect()
}

fn shown(at: Option<i64>) -> String {
    at.map_or_else(|| ZERO.to_owned(), rfc3339)
}

#[expect(clippy::cast_precision_loss, reason = "seconds are a float in this API")]
fn secs(ns: i64) -> f64 {
    ns as f64 / 1e9
}
