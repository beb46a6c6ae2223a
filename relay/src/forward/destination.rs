use std::net::SocketAddr;
use std::time::Duration;

use model::{Labels, Matcher};

use crate::endpoint::{Endpoint, is_local_name};

/// Loki's own path to push to.
const PUSH_PATH: &str = "/loki/api/v1/push";

/// Somewhere to send entries on to, by Loki's push API.
#[derive(Clone, Debug, PartialEq)]
pub struct Destination {
    /// Letters, digits, `-` and `_`: a file is named after it.
    pub name: String,
    pub endpoint: Endpoint,
    /// Besides those of the endpoint: the tenant, as `X-Scope-OrgID`, and others.
    pub headers: Vec<(String, String)>,
    /// Streams that are sent; all without any.
    pub matchers: Vec<Matcher>,
    /// For every stream that does not have them.
    pub labels: Labels,
    /// What the label `instance` is called there instead of `localhost`, which many machines are.
    pub instance: Option<String>,
    /// How long entries wait for others: short is there sooner, long takes fewer requests.
    pub batch_wait: Duration,
    /// Most bytes of lines of a request.
    pub batch_bytes: usize,
    pub timeout: Duration,
    /// Between tries: this long at first, twice as long each time.
    pub min_backoff: Duration,
    pub max_backoff: Duration,
    /// Whether what the other side has no room for now is given up instead of sent later.
    pub drops_rate_limited: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    #[error("expected a URL of a Loki as in https://user:password@loki.example")]
    Url,
    #[error("{url} is this relay itself: it would send on to itself what it sent")]
    Itself { url: String },
}

impl Destination {
    /// Of `https://user:password@host`, with Loki's path where none is given.
    pub fn parse(url: &str) -> Result<Self, DestinationError> {
        let mut endpoint = Endpoint::parse(url.trim()).ok_or(DestinationError::Url)?;
        if endpoint.is_bare() {
            endpoint.url.push_str(PUSH_PATH);
        }
        Ok(Self {
            name: name_of(&endpoint.url),
            endpoint,
            headers: Vec::new(),
            matchers: Vec::new(),
            labels: Labels::new(),
            instance: None,
            batch_wait: Duration::from_secs(1),
            batch_bytes: 1 << 20,
            timeout: Duration::from_secs(10),
            min_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_mins(5),
            drops_rate_limited: false,
        })
    }

    /// Adds it unless another one has its name: what is known of a destination, how far it has got
    /// above all, goes by that. Says whether it did.
    pub fn add_to(self, all: &mut Vec<Self>) -> bool {
        let is_new = all.iter().all(|known| known.name != self.name);
        if is_new {
            all.push(self);
        }
        is_new
    }

    /// An error where one of them is the relay that listens at `listen`: it would send itself what
    /// it sent.
    pub fn check<'a>(
        all: impl IntoIterator<Item = &'a Self>,
        listen: SocketAddr,
    ) -> Result<(), DestinationError> {
        match all.into_iter().find(|to| to.is_at(listen)) {
            Some(to) => Err(DestinationError::Itself { url: to.endpoint.url.clone() }),
            None => Ok(()),
        }
    }

    fn is_at(&self, listen: SocketAddr) -> bool {
        let host = self.endpoint.url.split_once("://").map_or("", |(_, rest)| rest);
        let host = host.split('/').next().unwrap_or_default();
        let Some((name, port)) = host.rsplit_once(':') else { return false };
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        let is_here = is_local_name(bare) || bare.parse() == Ok(listen.ip());
        is_here && port.parse() == Ok(listen.port())
    }

    /// The labels of a stream there.
    pub(super) fn labels_of(&self, labels: &Labels) -> Labels {
        let mut there = labels.clone();
        for (name, value) in self.labels.iter() {
            if there.get(name).is_none() {
                there.set(name, value);
            }
        }
        if let (Some(host), Some(local)) = (&self.instance, there.get("instance"))
            && let Some(port) = local.strip_prefix("localhost")
            && (port.is_empty() || port.starts_with(':'))
        {
            let instance = format!("{host}{port}");
            there.set("instance", instance);
        }
        there
    }
}

/// A name for who has none: it stays the same as long as the URL does.
fn name_of(url: &str) -> String {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or(host);
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let digest = blake3::hash(url.as_bytes()).to_hex();
    format!("{}-{}", host.chars().map(plain).collect::<String>(), &digest[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_enough() {
        for (url, expected) in [
            ("http://loki:3100", Some("http://loki:3100/loki/api/v1/push")),
            ("https://u:p@loki.example/", Some("https://loki.example/loki/api/v1/push")),
            ("http://loki:3100/loki/api/v1/push", Some("http://loki:3100/loki/api/v1/push")),
            ("https://proxy.example/sub/push", Some("https://proxy.example/sub/push")),
            ("loki:3100", None),
            ("", None),
        ] {
            let found = Destination::parse(url).ok();
            assert_eq!(found.map(|to| to.endpoint.url).as_deref(), expected, "{url:?}");
        }
    }

    #[test]
    fn a_relay_does_not_send_to_itself() {
        for (url, listen, expected) in [
            ("http://127.0.0.1:3100", "127.0.0.1:3100", true),
            ("http://localhost:3100/loki/api/v1/push", "0.0.0.0:3100", true),
            ("http://[::1]:3100", "127.0.0.1:3100", true),
            ("http://10.0.0.7:3100", "10.0.0.7:3100", true),
            ("http://127.0.0.1:3101", "127.0.0.1:3100", false),
            ("http://loki:3100", "127.0.0.1:3100", false),
            ("https://loki.example", "127.0.0.1:3100", false),
        ] {
            let to = Destination::parse(url).unwrap();
            assert_eq!(to.is_at(listen.parse().unwrap()), expected, "{url} {listen}");
        }
    }

    #[test]
    fn a_stream_says_which_machine_it_is_of() {
        let mut to = Destination::parse("http://loki:3100").unwrap();
        to.labels.set("host", "gpu-1");
        to.labels.set("job", "other");
        to.instance = Some("gpu-1".to_owned());
        for (instance, expected) in
            [("localhost", "gpu-1"), ("localhost:8189", "gpu-1:8189"), ("localhosts", "localhosts")]
        {
            let labels = [("job", "tts"), ("instance", instance)].into_iter().collect();
            let there = to.labels_of(&labels);
            let found = (there.get("job"), there.get("host"), there.get("instance"));
            assert_eq!(found, (Some("tts"), Some("gpu-1"), Some(expected)));
        }
    }

    #[test]
    fn what_is_told_twice_is_sent_once() {
        let to = |url: &str| Destination::parse(url).unwrap();
        let mut all = vec![Destination { batch_bytes: 7, ..to("http://a") }];
        for (url, is_new) in
            [("http://a", false), ("http://b", true), ("http://b/", false), ("http://c", true)]
        {
            assert_eq!(to(url).add_to(&mut all), is_new, "{url}");
        }
        let found: Vec<(&str, usize)> =
            all.iter().map(|to| (to.endpoint.url.as_str(), to.batch_bytes)).collect();
        let path = |host: &str| format!("http://{host}/loki/api/v1/push");
        let (a, b, c) = (path("a"), path("b"), path("c"));
        assert_eq!(found, [(a.as_str(), 7), (b.as_str(), 1 << 20), (c.as_str(), 1 << 20)]);
    }
}
