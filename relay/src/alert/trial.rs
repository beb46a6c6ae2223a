use std::collections::BTreeMap;

use alert::send::{self, Language, Message, Notice, Status};
use model::Labels;
use protocol::alerts::Delivery;

use super::board::Alerts;
use super::post::Post;
use super::{AlertOptions, Channel};
use crate::endpoint::Endpoint;
use crate::http::now_ns;

/// An Alertmanager forgets the test after this.
const LASTS_NS: i64 = 60_000_000_000;

/// Who can be sent a test.
#[derive(Debug)]
pub(super) struct Trial {
    channels: Vec<Channel>,
    managers: Vec<Endpoint>,
    /// Where the page is, without a slash at the end.
    base: String,
}

impl Trial {
    pub(super) fn new(options: &AlertOptions, base: &str) -> Self {
        let (channels, managers) = (options.receivers.clone(), options.alertmanagers.clone());
        Self { channels, managers, base: base.to_owned() }
    }

    fn notice(&self, language: Language) -> Notice {
        let summary = match language {
            Language::En => "A test of Logpane: alerts arrive here",
            Language::Zh => "Logpane 测试消息：告警会发到这里",
        };
        Notice {
            status: Status::Firing,
            labels: Labels::from([("alertname", "LogpaneTest"), ("severity", "info")]),
            annotations: BTreeMap::from([("summary".to_owned(), summary.to_owned())]),
            starts_at: now_ns(),
            ends_at: None,
            value: 1.0,
            link: format!("{}/", self.base),
            lines: Vec::new(),
        }
    }
}

impl Alerts {
    /// Sends a test to a receiver or an Alertmanager, whatever its quiet hours, and waits for what
    /// it says. None: nobody is called that.
    pub fn try_out(&self, name: &str) -> Option<Delivery> {
        let trial = self.trial();
        let post = Post::new();
        if let Some(channel) = trial.channels.iter().find(|channel| channel.name == name) {
            let notice = trial.notice(channel.language);
            let message = Message {
                receiver: channel.name.clone(),
                language: channel.language,
                group: notice.labels.clone(),
                notices: vec![notice],
                external_url: format!("{}/", trial.base),
            };
            let request = channel.receiver.request(&message, now_ns());
            let verdict = post.send(&request, None, Some(&channel.receiver));
            return Some(self.note(name, message.title(), &verdict));
        }
        let manager = trial.managers.iter().find(|manager| manager.url == name)?;
        let notice = trial.notice(Language::En);
        let title = notice.name().to_owned();
        let requests = send::alertmanager(&manager.url, &[notice], now_ns() + LASTS_NS);
        let request = requests.first()?;
        let verdict = post.send(request, manager.authorization.as_deref(), None);
        Some(self.note(name, title, &verdict))
    }
}
