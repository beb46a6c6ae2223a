use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use yaml::{Mark, Marked};

/// Where Promtail sends to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Client {
    pub url: Option<Marked<String>>,
    pub name: Option<String>,
    pub external_labels: BTreeMap<String, String>,
    pub tenant_id: Option<Marked<String>>,
    pub batchwait: Option<Marked<String>>,
    pub batchsize: Option<Marked<String>>,
    pub timeout: Option<Marked<String>>,
    pub headers: BTreeMap<String, String>,
    pub basic_auth: Option<BasicAuth>,
    pub authorization: Option<Authorization>,
    pub oauth2: Option<Marked<IgnoredAny>>,
    pub bearer_token: Option<String>,
    pub bearer_token_file: Option<String>,
    pub proxy_url: Option<Marked<IgnoredAny>>,
    pub tls_config: Option<Marked<IgnoredAny>>,
    pub backoff_config: Backoff,
    pub drop_rate_limited_batches: bool,
    pub follow_redirects: Option<bool>,
    pub enable_http2: Option<bool>,
}

/// `basic_auth`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BasicAuth {
    pub username: String,
    pub password: String,
    pub password_file: Option<String>,
}

/// `authorization`: a header of one's own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Authorization {
    /// `Bearer` by default.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub credentials: String,
    pub credentials_file: Option<String>,
}

/// `backoff_config`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Backoff {
    pub min_period: Option<Marked<String>>,
    pub max_period: Option<Marked<String>>,
    pub max_retries: Option<Marked<u32>>,
}

impl Client {
    /// What of it nothing here can do, so that nothing is sent: the key and where it stands.
    pub fn unsupported(&self) -> Option<(&'static str, Mark)> {
        let keys = [
            ("oauth2", &self.oauth2),
            ("proxy_url", &self.proxy_url),
            ("tls_config", &self.tls_config),
        ];
        keys.into_iter().find_map(|(name, key)| Some((name, key.as_ref()?.mark)))
    }

    /// Whether the lines would stay on this machine, where they are kept anyway.
    pub fn is_local(&self) -> bool {
        let Some(url) = &self.url else { return true };
        let host = url.value.split("://").nth(1).unwrap_or(&url.value);
        let host = host.split(['/', '?']).next().unwrap_or(host);
        let host = host.rsplit('@').next().unwrap_or(host);
        let name = match host.rsplit_once(':') {
            Some((name, _)) if !name.ends_with(':') => name,
            _ => host,
        };
        matches!(name, "localhost" | "127.0.0.1" | "[::1]" | "0.0.0.0")
    }
}
