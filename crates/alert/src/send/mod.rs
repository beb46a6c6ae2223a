//! What is sent to whom: exact bodies, and how each receiver's answer is to be taken.

mod alertmanager;
mod chat;
mod cut;
mod judge;
mod message;
mod sign;
mod template;
mod webhook;

use serde::{Deserialize, Serialize};

pub use alertmanager::{BATCH, alertmanager, valid_until};
pub use judge::{Answer, Verdict, judge};
pub use message::{Language, Message, Notice, Status};
pub use sign::{dingtalk_sign, feishu_sign};
pub use template::check as check_template;
pub use webhook::webhook;

/// Who is told, and how. URLs of robots are secrets: `redacted` is for logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Receiver {
    /// Alertmanager's body, or one of one's own.
    Webhook {
        url: String,
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// A template with `$labels.title`, `.text`, `.status`, `.link` and the common labels.
        #[serde(default)]
        body: Option<String>,
    },
    /// 企业微信群机器人
    Wecom {
        url: String,
        /// Plain text instead of markdown: it may name people.
        #[serde(default)]
        text: bool,
        /// `@all` or user ids; in plain text only.
        #[serde(default)]
        mention: Vec<String>,
    },
    /// 钉钉
    Dingtalk {
        url: String,
        #[serde(default)]
        secret: Option<String>,
        #[serde(default)]
        mobiles: Vec<String>,
    },
    /// 飞书
    Feishu {
        url: String,
        #[serde(default)]
        secret: Option<String>,
    },
    Slack {
        url: String,
    },
    Discord {
        url: String,
    },
    /// The URL ends in the topic.
    Ntfy {
        url: String,
        #[serde(default)]
        token: Option<String>,
    },
}

/// A request to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub(crate) fn post(url: &str, body: String) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Self { method: "POST".to_owned(), url: url.to_owned(), headers, body }
    }
}

impl Receiver {
    /// The request that tells `message` at `now`, in nanoseconds since 1970: signatures are of
    /// their time, so that a request is made anew for each try.
    pub fn request(&self, message: &Message, now: i64) -> Request {
        match self {
            Self::Webhook { url, headers, body } => {
                let text = match body {
                    Some(body) => template::fill(body, message, now),
                    None => webhook(message),
                };
                let mut request = Request::post(url, text);
                for (name, value) in headers {
                    request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
                    request.headers.push((name.clone(), value.clone()));
                }
                request
            }
            Self::Wecom { url, text, mention } => {
                Request::post(url, chat::wecom(message, *text, mention))
            }
            Self::Dingtalk { url, secret, mobiles } => {
                let url = secret.as_ref().map_or_else(
                    || url.clone(),
                    |secret| sign::dingtalk_url(url, secret, now.div_euclid(1_000_000)),
                );
                Request::post(&url, chat::dingtalk(message, mobiles))
            }
            Self::Feishu { url, secret } => {
                let secs = now.div_euclid(1_000_000_000);
                Request::post(url, chat::feishu(message, secret.as_deref(), secs))
            }
            Self::Slack { url } => Request::post(url, chat::slack(message)),
            Self::Discord { url } => Request::post(url, chat::discord(message)),
            Self::Ntfy { url, token } => chat::ntfy(message, url, token.as_deref()),
        }
    }

    /// How many messages it takes in how many nanoseconds.
    pub const fn rate(&self) -> (usize, i64) {
        const MINUTE: i64 = 60_000_000_000;
        match self {
            Self::Wecom { .. } | Self::Dingtalk { .. } => (20, MINUTE),
            Self::Feishu { .. } => (100, MINUTE),
            Self::Discord { .. } => (30, MINUTE),
            Self::Slack { .. } | Self::Ntfy { .. } => (60, MINUTE),
            Self::Webhook { .. } => (600, MINUTE),
        }
    }

    /// Where it goes, without what must be secret: for logs and pages.
    pub fn redacted(&self) -> String {
        let (Self::Webhook { url, .. }
        | Self::Wecom { url, .. }
        | Self::Dingtalk { url, .. }
        | Self::Feishu { url, .. }
        | Self::Slack { url }
        | Self::Discord { url }
        | Self::Ntfy { url, .. }) = self;
        let Some((scheme, rest)) = url.split_once("://") else { return "…".to_owned() };
        let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let host = host.rsplit('@').next().unwrap_or(host);
        format!("{scheme}://{host}/…")
    }
}
