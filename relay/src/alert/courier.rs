use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use alert::schedule::{Policy, Schedule};
use alert::send::{Message, Notice, Receiver};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::board::{Shared, schedule_path};
use super::mailbox::Mailbox;
use super::post::Post;
use super::{AlertOptions, Channel, saved};
use crate::http::now_ns;

/// Tells one chat or webhook, as its policy says. What it knows is written down before anything is
/// sent, and after each answer.
struct Courier {
    channel: Channel,
    zone: TimeZone,
    base: String,
    path: PathBuf,
    schedule: Schedule,
    post: Post,
    shared: Arc<Shared>,
}

/// A thread for each receiver.
pub(super) fn start(
    options: &AlertOptions,
    folder: &Path,
    base: &str,
    shared: &Arc<Shared>,
) -> std::io::Result<Vec<Arc<Mailbox>>> {
    let start = |channel: &Channel| {
        let mailbox = Arc::new(Mailbox::default());
        let path = schedule_path(folder, &channel.name);
        let mut courier = Courier {
            channel: channel.clone(),
            zone: options.zone.clone().unwrap_or_else(TimeZone::system),
            base: base.to_owned(),
            schedule: saved::read(&path),
            path,
            post: Post::new(),
            shared: Arc::clone(shared),
        };
        courier.show();
        let letters = Arc::clone(&mailbox);
        std::thread::Builder::new()
            .name("courier".to_owned())
            .spawn(move || courier.run(&letters))?;
        Ok(mailbox)
    };
    options.receivers.iter().map(start).collect()
}

impl Courier {
    fn run(&mut self, mailbox: &Mailbox) {
        let rate = self.channel.receiver.rate();
        loop {
            let (policy, now) = (self.policy(), now_ns());
            let wake = self
                .schedule
                .next_at(&policy, now, rate)
                .map(|at| Duration::from_nanos(u64::try_from(at.saturating_sub(now)).unwrap_or(0)));
            let Some(letters) = mailbox.take(wake) else { return };
            let (policy, now) = (self.policy(), now_ns());
            let before = self.schedule.clone();
            let notices: Vec<Notice> = letters.into_iter().map(|letter| letter.notice).collect();
            self.schedule.update(&policy, now, &notices);
            let due = self.schedule.due(&policy, now, rate);
            if self.schedule != before {
                self.save();
            }
            self.show();
            for delivery in due {
                let message = Message {
                    receiver: self.channel.name.clone(),
                    language: self.channel.language,
                    group: delivery.group,
                    notices: delivery.notices,
                    external_url: format!("{}/", self.base),
                };
                let receiver = &self.channel.receiver;
                let request = receiver.request(&message, now_ns());
                let verdict = self.post.send(&request, None, Some(receiver));
                self.schedule.answered(&policy, delivery.id, &verdict, now_ns());
                self.save();
                let (title, alerts) = (message.title(), message.notices.len());
                self.shared.delivered(&self.channel.name, title, alerts, &verdict);
                self.show();
            }
        }
    }

    /// Quiet hours are meant by the clock on the wall, which is put forward and back.
    fn policy(&self) -> Policy {
        let mut policy = self.channel.policy.clone();
        policy.utc_offset_secs = i64::from(self.zone.to_offset(Timestamp::now()).seconds());
        policy
    }

    fn save(&self) {
        if let Err(error) = saved::write(&self.path, &self.schedule) {
            tracing::error!(%error, path = %self.path.display(), "what was told is not noted");
        }
    }

    fn show(&self) {
        let Channel { name, receiver, .. } = &self.channel;
        let waiting = self.schedule.num_untold();
        self.shared.waiting(name, kind(receiver), &receiver.redacted(), waiting);
    }
}

const fn kind(receiver: &Receiver) -> &'static str {
    match receiver {
        Receiver::Webhook { .. } => "webhook",
        Receiver::Wecom { .. } => "wecom",
        Receiver::Dingtalk { .. } => "dingtalk",
        Receiver::Feishu { .. } => "feishu",
        Receiver::Slack { .. } => "slack",
        Receiver::Discord { .. } => "discord",
        Receiver::Ntfy { .. } => "ntfy",
    }
}
