use std::path::PathBuf;

use alert::schedule::{Policy, Quiet};
use alert::send::{Language, Receiver};
use jiff::tz::TimeZone;

use crate::endpoint::Endpoint;

/// What the relay does about alerts.
#[derive(Clone, Debug)]
pub struct AlertOptions {
    /// Rule files, and folders of them.
    pub rules: Vec<PathBuf>,
    pub alertmanagers: Vec<Endpoint>,
    /// Chats and webhooks that are told directly.
    pub receivers: Vec<Channel>,
    /// Where people reach this relay, without a slash at the end. None: where it listens, which a
    /// link in a chat leads to only on this machine.
    pub external_url: Option<String>,
    /// Of groups that name none: short finds out sooner, long costs less.
    pub interval_ns: i64,
    /// An Alertmanager hears of what fires again after this.
    pub resend_ns: i64,
    /// By which quiet hours are meant; None: the machine's.
    pub zone: Option<TimeZone>,
}

impl Default for AlertOptions {
    fn default() -> Self {
        const MINUTE: i64 = 60_000_000_000;
        Self {
            rules: Vec::new(),
            alertmanagers: Vec::new(),
            receivers: Vec::new(),
            external_url: None,
            interval_ns: MINUTE,
            resend_ns: MINUTE,
            zone: None,
        }
    }
}

/// A receiver, by the name that people call it.
#[derive(Clone, PartialEq, Eq)]
pub struct Channel {
    /// Unique; letters, digits, `-` and `_`: a file is named after it.
    pub name: String,
    pub receiver: Receiver,
    pub policy: Policy,
    pub language: Language,
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URLs of robots are secrets.
        let to = self.receiver.redacted();
        f.debug_struct("Channel").field("name", &self.name).field("to", &to).finish_non_exhaustive()
    }
}

/// What cannot be meant by a setting of alerts.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionError {
    #[error("{what}: expected a URL as in {example}")]
    Url { what: &'static str, example: &'static str },
    #[error("unknown kind of receiver {kind:?}, expected one of {KINDS}, as in wecom:https://…")]
    Kind { kind: String },
    #[error("{text:?} is no receiver, expected KIND:URL as in wecom:https://… with one of {KINDS}")]
    Receiver { text: String },
    #[error("{text:?} is no time of the day, expected one as in 22:00-08:00")]
    Quiet { text: String },
}

const KINDS: &str = "webhook, wecom, dingtalk, feishu, slack, discord, ntfy";

/// Where an Alertmanager is.
pub(crate) fn alertmanager(text: &str) -> Result<Endpoint, OptionError> {
    let wrong = OptionError::Url { what: "--alertmanager", example: "http://127.0.0.1:9093" };
    Endpoint::parse(text).ok_or(wrong)
}

impl Channel {
    /// Of `KIND:URL`, told as is usual.
    pub fn parse(text: &str) -> Result<Self, OptionError> {
        let error = || OptionError::Receiver { text: shown(text) };
        let (kind, url) = text.split_once(':').ok_or_else(error)?;
        if url.starts_with("//") {
            return Err(error());
        }
        Ok(Self::new(kind, receiver(kind, url)?))
    }

    /// Told as is usual: the chats of China in Chinese.
    pub fn new(name: &str, receiver: Receiver) -> Self {
        let language = match receiver {
            Receiver::Wecom { .. } | Receiver::Dingtalk { .. } | Receiver::Feishu { .. } => {
                Language::Zh
            }
            Receiver::Webhook { .. }
            | Receiver::Slack { .. }
            | Receiver::Discord { .. }
            | Receiver::Ntfy { .. } => Language::En,
        };
        Self { name: name.to_owned(), receiver, policy: Policy::default(), language }
    }
}

/// A text without what may be secret in it.
fn shown(text: &str) -> String {
    text.split_once("://").map_or(text, |(scheme, _)| scheme).to_owned()
}

/// A receiver that needs no more than its URL.
pub(crate) fn receiver(kind: &str, url: &str) -> Result<Receiver, OptionError> {
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(OptionError::Url {
            what: "a receiver",
            example: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
        });
    }
    let url = url.to_owned();
    Ok(match kind {
        "webhook" => Receiver::Webhook { url, headers: Vec::new(), body: None },
        "wecom" => Receiver::Wecom { url, text: false, mention: Vec::new() },
        "dingtalk" => Receiver::Dingtalk { url, secret: None, mobiles: Vec::new() },
        "feishu" => Receiver::Feishu { url, secret: None },
        "slack" => Receiver::Slack { url },
        "discord" => Receiver::Discord { url },
        "ntfy" => Receiver::Ntfy { url, token: None },
        kind => return Err(OptionError::Kind { kind: kind.to_owned() }),
    })
}

/// Of `22:00-08:00`.
pub fn parse_quiet(text: &str) -> Result<Quiet, OptionError> {
    let minute = |time: &str| {
        let (hour, minute) = time.trim().split_once(':')?;
        let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
        let is_time = (0..24).contains(&hour) && (0..60).contains(&minute);
        (is_time || (hour, minute) == (24, 0)).then_some((hour * 60 + minute) % (24 * 60))
    };
    let times = text.split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
    let (from_minute, to_minute) =
        times.ok_or_else(|| OptionError::Quiet { text: text.to_owned() })?;
    Ok(Quiet { from_minute, to_minute })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_a_kind_and_a_url() {
        let error = |text: &str| Channel::parse(text).unwrap_err().to_string();
        assert_eq!(Channel::parse("wecom:https://q/send?key=k").unwrap().language, Language::Zh);
        assert!(error("wecon:https://q/send?key=k").starts_with("unknown kind of receiver"));
        // A key must not come back in a message.
        assert!(!error("https://q/send?key=k").contains("key"));
        assert!(error("wecom:q").contains("expected a URL"));
    }

    #[test]
    fn quiet_hours_are_two_times_of_the_day() {
        let quiet = |from_minute, to_minute| Some(Quiet { from_minute, to_minute });
        for (text, expected) in [
            ("22:00-08:30", quiet(22 * 60, 8 * 60 + 30)),
            ("12:00 - 24:00", quiet(12 * 60, 0)),
            ("25:00-08:00", None),
            ("22-8", None),
            ("", None),
        ] {
            assert_eq!(parse_quiet(text).ok(), expected, "{text}");
        }
    }
}
