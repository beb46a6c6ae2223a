use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use yaml::Marked;

use super::{Journal, RelabelConfig, StageConfig};

/// A job: where lines come from and what is done with them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scrape {
    pub job_name: Option<Marked<String>>,
    pub pipeline_stages: Vec<Marked<StageConfig>>,
    pub static_configs: Vec<TargetGroup>,
    pub file_sd_configs: Vec<FileSd>,
    pub docker_sd_configs: Vec<DockerSd>,
    pub journal: Option<Marked<Journal>>,
    pub syslog: Option<Marked<Syslog>>,
    pub relabel_configs: Vec<Marked<RelabelConfig>>,
    pub encoding: Option<Marked<String>>,
    pub decompression: Option<Marked<Decompression>>,
    // Named and skipped.
    pub loki_push_api: Option<Marked<IgnoredAny>>,
    pub windows_events: Option<Marked<IgnoredAny>>,
    pub gcplog: Option<Marked<IgnoredAny>>,
    pub azure_event_hubs: Option<Marked<IgnoredAny>>,
    pub kafka: Option<Marked<IgnoredAny>>,
    pub gelf: Option<Marked<IgnoredAny>>,
    pub cloudflare: Option<Marked<IgnoredAny>>,
    pub heroku_drain: Option<Marked<IgnoredAny>>,
    pub dns_sd_configs: Option<Marked<IgnoredAny>>,
    pub consul_sd_configs: Option<Marked<IgnoredAny>>,
    pub consulagent_sd_configs: Option<Marked<IgnoredAny>>,
    pub digitalocean_sd_configs: Option<Marked<IgnoredAny>>,
    pub dockerswarm_sd_configs: Option<Marked<IgnoredAny>>,
    pub serverset_sd_configs: Option<Marked<IgnoredAny>>,
    pub nerve_sd_configs: Option<Marked<IgnoredAny>>,
    pub marathon_sd_configs: Option<Marked<IgnoredAny>>,
    pub kubernetes_sd_configs: Option<Marked<IgnoredAny>>,
    pub gce_sd_configs: Option<Marked<IgnoredAny>>,
    pub ec2_sd_configs: Option<Marked<IgnoredAny>>,
    pub openstack_sd_configs: Option<Marked<IgnoredAny>>,
    pub azure_sd_configs: Option<Marked<IgnoredAny>>,
    pub triton_sd_configs: Option<Marked<IgnoredAny>>,
}

impl Scrape {
    /// The kinds of targets that it names and that are not here, with their place.
    pub(super) fn unsupported(&self) -> Vec<(&'static str, yaml::Mark)> {
        let all = [
            ("loki_push_api", &self.loki_push_api),
            ("windows_events", &self.windows_events),
            ("gcplog", &self.gcplog),
            ("azure_event_hubs", &self.azure_event_hubs),
            ("kafka", &self.kafka),
            ("gelf", &self.gelf),
            ("cloudflare", &self.cloudflare),
            ("heroku_drain", &self.heroku_drain),
            ("dns_sd_configs", &self.dns_sd_configs),
            ("consul_sd_configs", &self.consul_sd_configs),
            ("consulagent_sd_configs", &self.consulagent_sd_configs),
            ("digitalocean_sd_configs", &self.digitalocean_sd_configs),
            ("dockerswarm_sd_configs", &self.dockerswarm_sd_configs),
            ("serverset_sd_configs", &self.serverset_sd_configs),
            ("nerve_sd_configs", &self.nerve_sd_configs),
            ("marathon_sd_configs", &self.marathon_sd_configs),
            ("kubernetes_sd_configs", &self.kubernetes_sd_configs),
            ("gce_sd_configs", &self.gce_sd_configs),
            ("ec2_sd_configs", &self.ec2_sd_configs),
            ("openstack_sd_configs", &self.openstack_sd_configs),
            ("azure_sd_configs", &self.azure_sd_configs),
            ("triton_sd_configs", &self.triton_sd_configs),
        ];
        let there = all.into_iter().filter_map(|(name, key)| Some((name, key.as_ref()?.mark)));
        let mut there: Vec<_> = there.collect();
        let tls = self.syslog.as_ref().and_then(|syslog| syslog.tls_config.as_ref());
        there.extend(tls.map(|tls| ("syslog with tls_config", tls.mark)));
        let packed = self.decompression.as_ref().filter(|packed| packed.enabled);
        let other = packed.filter(|packed| !packed.is_here());
        there.extend(other.map(|packed| ("decompression of anything but gz", packed.mark)));
        there
    }
}

/// Targets with the same labels.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TargetGroup {
    pub targets: Vec<String>,
    pub labels: BTreeMap<String, String>,
}

/// `file_sd_configs`: files that hold target groups.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSd {
    pub files: Vec<String>,
    pub refresh_interval: Option<Marked<String>>,
}

/// `docker_sd_configs`: containers of a Docker engine.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DockerSd {
    pub host: Marked<String>,
    #[serde(default)]
    pub filters: Vec<DockerFilter>,
    pub refresh_interval: Option<Marked<String>>,
    pub port: Option<u16>,
    pub host_networking_host: Option<String>,
    pub match_first_network: Option<bool>,
}

impl DockerSd {
    /// How often the engine is asked.
    pub fn interval(&self) -> Duration {
        let text = self.refresh_interval.as_ref();
        let ns = text.and_then(|text| model::parse_duration(text).ok()).unwrap_or(60_000_000_000);
        Duration::from_nanos(u64::try_from(ns).unwrap_or(0)).max(Duration::from_millis(100))
    }
}

/// `name=label, values=[a=b]`, as Docker's API takes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DockerFilter {
    pub name: String,
    pub values: Vec<String>,
}

/// `syslog`: a port that takes syslog messages.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Syslog {
    pub listen_address: Marked<String>,
    pub listen_protocol: Option<Marked<String>>,
    pub idle_timeout: Option<Marked<String>>,
    pub label_structured_data: bool,
    pub labels: BTreeMap<String, String>,
    pub use_incoming_timestamp: bool,
    pub use_rfc5424_message: bool,
    pub max_message_length: Option<u64>,
    pub syslog_format: Option<Marked<String>>,
    pub tls_config: Option<Marked<IgnoredAny>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Decompression {
    pub enabled: bool,
    pub initial_delay: Option<String>,
    pub format: Option<String>,
}

impl Decompression {
    /// Whether it is asked for and can be done here.
    pub fn is_here(&self) -> bool {
        self.enabled && self.format.as_deref() == Some("gz")
    }
}
