//! Alerts beside their rules: what is wrong with the files, who is told, and what was told.

use model::{Labels, Timestamp};
use serde::{Deserialize, Serialize};

/// `GET /api/alerts`. The rules and their states are `GET /prometheus/api/v1/rules`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertsStatus {
    pub problems: Vec<Problem>,
    pub receivers: Vec<ReceiverStatus>,
    /// Over all rules, since they were first evaluated.
    pub missed_evaluations: u64,
    /// Newest first.
    pub history: Vec<Firing>,
    /// Newest first.
    pub deliveries: Vec<Delivery>,
}

/// What is wrong with a rule file; line and column count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// A whole query that would be right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

/// An Alertmanager, a chat or a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiverStatus {
    pub name: String,
    /// `alertmanager`, `wecom` …
    pub kind: String,
    /// Its address, without what is secret.
    pub to: String,
    /// Alerts it has not heard of yet.
    pub waiting: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Delivery>,
}

/// A try to tell something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub at: Timestamp,
    pub receiver: String,
    pub title: String,
    pub alerts: u64,
    pub outcome: Outcome,
    /// What the receiver said, where it did not take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Delivered,
    /// It is tried again.
    Later,
    /// It is not: something has to be put right first.
    Refused,
}

/// `POST /api/alerts/test`, answered with the [`Delivery`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryOut {
    /// The name of a receiver.
    pub receiver: String,
}

/// An alert that began, fired or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Firing {
    pub at: Timestamp,
    pub file: String,
    pub group: String,
    pub labels: Labels,
    /// `inactive`, `pending` or `firing`.
    pub from: String,
    pub to: String,
    /// As text: JSON has no infinity.
    pub value: String,
}
