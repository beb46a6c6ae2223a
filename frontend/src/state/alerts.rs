//! Rules and alerts as the relay tells them, in the shapes of Prometheus' API.

use std::collections::BTreeMap;

use protocol::alerts::AlertsStatus;
use serde::Deserialize;

/// Everything there is to be told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alerting {
    pub groups: Vec<RuleGroup>,
    pub status: AlertsStatus,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct RulesAnswer {
    pub data: Rules,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Rules {
    pub groups: Vec<RuleGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct RuleGroup {
    pub name: String,
    pub file: String,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    pub name: String,
    pub query: String,
    /// Not of recording rules.
    #[serde(default)]
    pub state: Option<AlertState>,
    #[serde(default)]
    pub alerts: Vec<Alert>,
    #[serde(default)]
    pub last_error: String,
    /// RFC 3339; of the year 1 before the first.
    #[serde(default)]
    pub last_evaluation: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    pub labels: BTreeMap<String, String>,
    pub state: AlertState,
    /// RFC 3339.
    pub active_at: String,
    pub value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    Inactive,
    Pending,
    Firing,
}

impl Alerting {
    /// There are rules, or files that should hold some.
    pub const fn has_rules(&self) -> bool {
        !self.groups.is_empty() || !self.status.problems.is_empty()
    }

    pub fn num_firing(&self) -> usize {
        let alerts =
            self.groups.iter().flat_map(|group| &group.rules).flat_map(|rule| &rule.alerts);
        alerts.filter(|alert| alert.state == AlertState::Firing).count()
    }
}

impl Alert {
    /// Its labels without its name.
    pub fn told(&self) -> String {
        let labels = self.labels.iter().filter(|(name, _)| *name != "alertname");
        let told: Vec<String> = labels.map(|(name, value)| format!("{name}={value}")).collect();
        told.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_the_relay_tells_them() {
        let text = r#"{"status":"success","data":{"groups":[{"name":"g","file":"a.yaml","interval":60,
            "rules":[{"state":"firing","name":"OOM","query":"vector(1)","duration":0,"labels":{},
              "annotations":{},"alerts":[{"labels":{"alertname":"OOM","job":"tts","level":"error"},
              "annotations":{},"state":"firing","activeAt":"2024-12-17T14:30:52Z","value":"6e+00"}],
              "health":"ok","lastError":"","type":"alerting","lastEvaluation":"2024-12-17T14:31:52Z"},
             {"name":"r","query":"vector(1)","health":"ok","type":"recording"}]}]}}"#;
        let answer: RulesAnswer = serde_json::from_str(text).unwrap();
        let alerting = Alerting { groups: answer.data.groups, ..Alerting::default() };
        assert_eq!(alerting.num_firing(), 1);
        let rules = &alerting.groups[0].rules;
        assert_eq!(rules[0].alerts[0].told(), "job=tts · level=error");
        assert_eq!((rules[1].state, rules[0].state), (None, Some(AlertState::Firing)));
    }
}
