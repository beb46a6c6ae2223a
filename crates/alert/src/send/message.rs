use std::collections::BTreeMap;

use model::Labels;
use serde::{Deserialize, Serialize};

use crate::labels::fingerprint;
use crate::number::plain;
use crate::state::{ActiveAlert, AlertState};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Firing,
    Resolved,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    Zh,
}

/// An alert as it is told: it fires, or did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub status: Status,
    pub labels: Labels,
    pub annotations: BTreeMap<String, String>,
    pub starts_at: i64,
    /// None while it fires.
    pub ends_at: Option<i64>,
    #[serde(with = "crate::number")]
    pub value: f64,
    /// The page that shows the matching lines.
    pub link: String,
    /// The first of them.
    pub lines: Vec<String>,
}

impl Notice {
    /// None of one that only may fire.
    pub fn new(alert: &ActiveAlert, link: String, lines: Vec<String>) -> Option<Self> {
        let (status, ends_at) = match alert.state {
            AlertState::Pending => return None,
            AlertState::Firing => (Status::Firing, None),
            AlertState::Inactive => (Status::Resolved, alert.resolved_at),
        };
        Some(Self {
            status,
            labels: alert.labels.clone(),
            annotations: alert.annotations.clone(),
            starts_at: alert.fired_at.unwrap_or(alert.active_at),
            ends_at,
            value: alert.value,
            link,
            lines,
        })
    }

    pub fn fingerprint(&self) -> u64 {
        fingerprint(&self.labels)
    }

    pub fn name(&self) -> &str {
        self.labels.get("alertname").unwrap_or("alert")
    }
}

/// Some alerts that are told together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The receiver's name in our configuration.
    pub receiver: String,
    pub language: Language,
    /// What the alerts are grouped by.
    pub group: Labels,
    pub notices: Vec<Notice>,
    pub external_url: String,
}

/// More alerts are only counted: nobody reads a longer message.
const MAX_SHOWN: usize = 5;
const MAX_LINES: usize = 3;
const MAX_LINE_CHARS: usize = 200;

impl Message {
    /// It fires as long as one of them does.
    pub fn status(&self) -> Status {
        self.notices.iter().map(|notice| notice.status).min().unwrap_or(Status::Resolved)
    }

    pub(super) fn num_firing(&self) -> usize {
        self.notices.iter().filter(|notice| notice.status == Status::Firing).count()
    }

    /// `[FIRING:2] VoiceOOM cosyvoice3`
    pub fn title(&self) -> String {
        let head = match (self.language, self.status()) {
            (Language::En, Status::Firing) => format!("[FIRING:{}]", self.num_firing()),
            (Language::En, Status::Resolved) => "[RESOLVED]".to_owned(),
            (Language::Zh, Status::Firing) => format!("[告警:{}]", self.num_firing()),
            (Language::Zh, Status::Resolved) => "[已恢复]".to_owned(),
        };
        let mut names: Vec<&str> = Vec::new();
        for notice in &self.notices {
            if !names.contains(&notice.name()) {
                names.push(notice.name());
            }
        }
        names.truncate(MAX_SHOWN);
        let group = self.group.iter().filter(|(name, _)| *name != "alertname");
        let group: Vec<&str> = group.map(|(_, value)| value).collect();
        let mut title = format!("{head} {}", names.join(", "));
        if !group.is_empty() {
            title.push(' ');
            title.push_str(&group.join(" "));
        }
        title
    }

    /// The page to open.
    pub fn link(&self) -> &str {
        let first = self.notices.iter().map(|notice| notice.link.as_str());
        first.into_iter().find(|link| !link.is_empty()).unwrap_or(&self.external_url)
    }

    /// Labels that all of them have.
    pub(super) fn common_labels(&self) -> Labels {
        let Some((first, rest)) = self.notices.split_first() else { return Labels::new() };
        let shared = first.labels.iter().filter(|(name, value)| {
            rest.iter().all(|notice| notice.labels.get(name) == Some(value))
        });
        shared.collect()
    }

    pub(super) fn common_annotations(&self) -> BTreeMap<String, String> {
        let Some((first, rest)) = self.notices.split_first() else { return BTreeMap::new() };
        let mut shared = first.annotations.clone();
        shared.retain(|name, value| rest.iter().all(|n| n.annotations.get(name) == Some(value)));
        shared
    }

    /// What there is to say of each alert: its paragraphs, in plain words.
    pub(super) fn paragraphs(&self) -> Vec<Paragraph<'_>> {
        self.notices.iter().take(MAX_SHOWN).map(|notice| self.paragraph(notice)).collect()
    }

    /// How many alerts the paragraphs leave out, in words.
    pub(super) fn rest(&self) -> Option<String> {
        let more = self.notices.len().saturating_sub(MAX_SHOWN);
        (more > 0).then(|| match self.language {
            Language::En => format!("and {more} more"),
            Language::Zh => format!("另有 {more} 条"),
        })
    }

    pub(super) const fn words(&self) -> Words {
        match self.language {
            Language::En => {
                Words { value: "value", open: "Open the log lines", resolved: "resolved" }
            }
            Language::Zh => Words { value: "数值", open: "查看日志", resolved: "已恢复" },
        }
    }

    fn paragraph<'a>(&self, notice: &'a Notice) -> Paragraph<'a> {
        let annotation = |name: &str| {
            let text = notice.annotations.get(name).map(String::as_str);
            text.filter(|text| !text.is_empty())
        };
        let labels = notice.labels.iter().filter(|(name, _)| *name != "alertname");
        Paragraph {
            summary: annotation("summary").unwrap_or_else(|| notice.name()),
            description: annotation("description"),
            is_resolved: notice.status == Status::Resolved,
            labels: labels.collect(),
            value: plain(notice.value),
            lines: notice.lines.iter().take(MAX_LINES).map(|line| one_line(line)).collect(),
        }
    }
}

/// What a message says of an alert.
pub(super) struct Paragraph<'a> {
    pub(super) summary: &'a str,
    pub(super) description: Option<&'a str>,
    pub(super) is_resolved: bool,
    pub(super) labels: Vec<(&'a str, &'a str)>,
    pub(super) value: String,
    pub(super) lines: Vec<String>,
}

pub(super) struct Words {
    pub(super) value: &'static str,
    pub(super) open: &'static str,
    pub(super) resolved: &'static str,
}

/// The last line of a record says most (tracebacks), in as many letters as a phone shows.
fn one_line(text: &str) -> String {
    let line = text.trim_end().rsplit('\n').next().unwrap_or(text);
    let mut short: String = line.chars().take(MAX_LINE_CHARS).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}
