use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use yaml::Marked;

/// Where Promtail would send to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Client {
    pub url: Option<Marked<String>>,
    pub name: Option<String>,
    pub external_labels: BTreeMap<String, String>,
    pub tenant_id: Option<Marked<String>>,
    pub batchwait: Option<String>,
    pub batchsize: Option<String>,
    pub timeout: Option<String>,
    pub headers: Option<IgnoredAny>,
    pub basic_auth: Option<IgnoredAny>,
    pub authorization: Option<IgnoredAny>,
    pub oauth2: Option<IgnoredAny>,
    pub bearer_token: Option<IgnoredAny>,
    pub bearer_token_file: Option<IgnoredAny>,
    pub proxy_url: Option<IgnoredAny>,
    pub tls_config: Option<IgnoredAny>,
    pub backoff_config: Option<IgnoredAny>,
    pub drop_rate_limited_batches: bool,
    pub follow_redirects: Option<bool>,
    pub enable_http2: Option<bool>,
}

impl Client {
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
