use std::path::Path;

use alert::send::{Language, Receiver};
use jiff::tz::TimeZone;
use promtail::config::OneOrMany;
use serde::Deserialize;
use yaml::{Marked, Problem};

use crate::alert::{AlertOptions, Channel, OptionError, alertmanager, parse_quiet, receiver};
use crate::config::is_plain_name;

/// `alerting:` of `logpane.yaml`: who is told, and how.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alerting {
    /// How often groups are evaluated that name no interval: a short time finds out sooner, a long
    /// one costs less. Default `1m`.
    pub interval: Option<Marked<String>>,
    /// How often Alertmanagers hear again of what fires. Default `1m`.
    pub resend: Option<Marked<String>>,
    /// Where people reach this relay: links of messages lead there. `LOGPANE_EXTERNAL_URL`
    pub external_url: Option<String>,
    /// As in `http://user:password@am:9093`; all of them are told. `LOGPANE_ALERTMANAGER`
    pub alertmanagers: Vec<Marked<String>>,
    /// Chats and webhooks that are told directly. `LOGPANE_ALERT_TO`
    pub receivers: Vec<Marked<Told>>,
}

/// A receiver; which keys there are depends on its type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Letters, digits, `-` and `_`.
    name: Marked<String>,
    /// `webhook`, `wecom`, `dingtalk`, `feishu`, `slack`, `discord` or `ntfy`.
    #[serde(rename = "type")]
    kind: Marked<String>,
    url: Marked<String>,
    /// `en` or `zh`. By default Chinese for the chats of China, else English.
    language: Option<Language>,
    /// Of DingTalk and Feishu, to sign with.
    secret: Option<Marked<String>>,
    /// Of ntfy.
    token: Option<Marked<String>>,
    /// Of DingTalk: whom to name.
    mobiles: Option<Marked<Vec<String>>>,
    /// Of WeCom: whom to name, `@all` or user ids; only plain text can.
    mention: Option<Marked<Vec<String>>>,
    /// Of WeCom: plain text instead of markdown.
    text: Option<Marked<bool>>,
    /// Of a webhook, instead of Alertmanager's: a template with `$labels.title`, `.text`,
    /// `.status` and `.link`.
    body: Option<Marked<String>>,
    /// Of a webhook.
    headers: Option<Marked<std::collections::BTreeMap<String, String>>>,
    /// Alerts that agree in these labels are one message. Default `[alertname, job]`.
    group_by: Option<Vec<String>>,
    /// Longer: what begins together is one message; shorter: the first is known sooner. Default
    /// `30s`.
    group_wait: Option<Marked<String>>,
    /// Between the messages of a group that changes. Default `5m`.
    group_interval: Option<Marked<String>>,
    /// Between its messages while it stays as it is. Default `4h`.
    repeat_interval: Option<Marked<String>>,
    /// Whether the end is told. Default `true`.
    send_resolved: Option<bool>,
    /// Times of the day at which nothing is told, as in `22:00-08:00`; it is told after them.
    quiet: Option<Marked<OneOrMany>>,
    /// Values of the label `severity` that are told at any time. Default `[critical]`.
    always: Option<Vec<String>>,
}

impl Alerting {
    /// What it says. `rules` and the zone stand elsewhere in the file.
    pub(super) fn options(
        &self,
        file: &Path,
        rules: &[String],
        zone: Option<&TimeZone>,
    ) -> Result<AlertOptions, Problem> {
        let usual = AlertOptions::default();
        let mut receivers: Vec<Channel> = Vec::new();
        for told in &self.receivers {
            let channel = told.channel()?;
            if receivers.iter().any(|known| known.name == channel.name) {
                let message = format!("there is a receiver {:?} already", channel.name);
                return Err(told.name.problem(message));
            }
            receivers.push(channel);
        }
        let endpoints = self
            .alertmanagers
            .iter()
            .map(|url| alertmanager(url).map_err(|error| url.problem(error.to_string())));
        Ok(AlertOptions {
            rules: rules.iter().map(|path| super::OwnConfig::path(file, path)).collect(),
            alertmanagers: endpoints.collect::<Result<_, _>>()?,
            receivers,
            external_url: self
                .external_url
                .as_ref()
                .map(|url| url.trim_end_matches('/').to_owned()),
            interval_ns: positive(self.interval.as_ref(), usual.interval_ns)?,
            resend_ns: positive(self.resend.as_ref(), usual.resend_ns)?,
            zone: zone.cloned(),
        })
    }
}

impl Told {
    fn channel(&self) -> Result<Channel, Problem> {
        if !is_plain_name(&self.name) {
            let message = format!(
                "{:?} is no name of a receiver, expected letters, digits, - and _",
                self.name.value
            );
            return Err(self.name.problem(message));
        }
        let mut channel = Channel::new(&self.name, self.receiver()?);
        if let Some(language) = self.language {
            channel.language = language;
        }
        let policy = &mut channel.policy;
        policy.group_wait_ns = duration(self.group_wait.as_ref(), policy.group_wait_ns)?;
        policy.group_interval_ns =
            duration(self.group_interval.as_ref(), policy.group_interval_ns)?;
        policy.repeat_interval_ns =
            positive(self.repeat_interval.as_ref(), policy.repeat_interval_ns)?;
        if let Some(by) = &self.group_by {
            policy.group_by.clone_from(by);
        }
        if let Some(resolved) = self.send_resolved {
            policy.send_resolved = resolved;
        }
        if let Some(always) = &self.always {
            policy.always.clone_from(always);
        }
        if let Some(quiet) = &self.quiet {
            let times = quiet.0.iter().map(|text| parse_quiet(text));
            policy.quiet = times
                .collect::<Result<_, _>>()
                .map_err(|error| quiet.problem(error.to_string()))?;
        }
        Ok(channel)
    }

    fn receiver(&self) -> Result<Receiver, Problem> {
        let made = receiver(&self.kind, &self.url).map_err(|error| match error {
            OptionError::Kind { .. } => self.kind.problem(error.to_string()),
            error => self.url.problem(error.to_string()),
        })?;
        let mut left = Left {
            secret: self.secret.as_ref(),
            token: self.token.as_ref(),
            mobiles: self.mobiles.as_ref(),
            mention: self.mention.as_ref(),
            text: self.text.as_ref(),
            body: self.body.as_ref(),
            headers: self.headers.as_ref(),
        };
        let value = |text: Option<&Marked<String>>| text.map(|text| text.value.clone());
        let made = match made {
            Receiver::Webhook { url, .. } => {
                let body = left.body.take();
                if let Some(body) = body {
                    alert::send::check_template(body).map_err(|error| {
                        body.problem(format!("not a template: {}", error.message))
                    })?;
                }
                let headers = left.headers.take().map(|headers| headers.value.clone());
                let headers = headers.unwrap_or_default().into_iter().collect();
                Receiver::Webhook { url, headers, body: value(body) }
            }
            Receiver::Wecom { url, .. } => {
                let text = left.text.take().is_some_and(|text| text.value);
                let mention = left.mention.take().map(|names| names.value.clone());
                Receiver::Wecom { url, text, mention: mention.unwrap_or_default() }
            }
            Receiver::Dingtalk { url, .. } => {
                let mobiles = left.mobiles.take().map(|mobiles| mobiles.value.clone());
                let secret = value(left.secret.take());
                Receiver::Dingtalk { url, secret, mobiles: mobiles.unwrap_or_default() }
            }
            Receiver::Feishu { url, .. } => {
                Receiver::Feishu { url, secret: value(left.secret.take()) }
            }
            Receiver::Ntfy { url, .. } => Receiver::Ntfy { url, token: value(left.token.take()) },
            made @ (Receiver::Slack { .. } | Receiver::Discord { .. }) => made,
        };
        match left.first() {
            Some((key, problem)) => {
                let message =
                    format!("{key:?} means nothing to a receiver of type {}", self.kind.value);
                Err(problem(message))
            }
            None => Ok(made),
        }
    }
}

/// Keys that only some types have, as long as nobody took them.
struct Left<'a> {
    secret: Option<&'a Marked<String>>,
    token: Option<&'a Marked<String>>,
    mobiles: Option<&'a Marked<Vec<String>>>,
    mention: Option<&'a Marked<Vec<String>>>,
    text: Option<&'a Marked<bool>>,
    body: Option<&'a Marked<String>>,
    headers: Option<&'a Marked<std::collections::BTreeMap<String, String>>>,
}

type Refusal<'a> = Box<dyn FnOnce(String) -> Problem + 'a>;

impl<'a> Left<'a> {
    fn first(self) -> Option<(&'static str, Refusal<'a>)> {
        fn of<'a, T>(
            key: &'static str,
            marked: Option<&'a Marked<T>>,
        ) -> Option<(&'static str, Refusal<'a>)> {
            let marked = marked?;
            Some((key, Box::new(move |message| marked.problem(message))))
        }
        of("secret", self.secret)
            .or_else(|| of("token", self.token))
            .or_else(|| of("mobiles", self.mobiles))
            .or_else(|| of("mention", self.mention))
            .or_else(|| of("text", self.text))
            .or_else(|| of("body", self.body))
            .or_else(|| of("headers", self.headers))
    }
}

fn duration(text: Option<&Marked<String>>, usual: i64) -> Result<i64, Problem> {
    let Some(text) = text else { return Ok(usual) };
    match model::parse_duration(text) {
        Ok(ns) if ns >= 0 => Ok(ns),
        Ok(_) => Err(text.problem("expected a time that is not negative")),
        Err(error) => Err(text.problem(error.to_string())),
    }
}

fn positive(text: Option<&Marked<String>>, usual: i64) -> Result<i64, Problem> {
    match (duration(text, usual)?, text) {
        (0, Some(text)) => Err(text.problem("expected longer than zero, as in 1m")),
        (ns, _) => Ok(ns),
    }
}
