use std::collections::BTreeMap;

use model::Labels;
use serde::Deserialize;

/// A container as the engine lists it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Container {
    pub id: String,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    host_config: HostConfig,
    #[serde(default)]
    network_settings: NetworkSettings,
    #[serde(default)]
    ports: Option<Vec<Port>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct HostConfig {
    network_mode: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct NetworkSettings {
    networks: Option<BTreeMap<String, Network>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Network {
    #[serde(rename = "IPAddress")]
    ip_address: String,
    #[serde(rename = "NetworkID")]
    network_id: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Port {
    private_port: u16,
}

/// What the engine says of one container.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Details {
    #[serde(default)]
    pub log_path: String,
}

impl Container {
    /// What relabelling sees; `stream`: stdout or stderr.
    pub(super) fn meta(&self, stream: &str) -> Labels {
        let mut labels = Labels::from([
            ("__meta_docker_container_id", self.id.as_str()),
            ("__meta_docker_container_network_mode", &self.host_config.network_mode),
            ("__meta_docker_container_log_stream", stream),
            ("__address__", "localhost"),
        ]);
        if let Some(name) = self.names.first() {
            labels.set("__meta_docker_container_name", name.as_str());
        }
        for (name, value) in self.labels.iter().flatten() {
            let is_kept = |c: char| c.is_ascii_alphanumeric();
            let name: String = name.chars().map(|c| if is_kept(c) { c } else { '_' }).collect();
            labels.set(format!("__meta_docker_container_label_{name}"), value.as_str());
        }
        let port = self.ports.iter().flatten().next().map_or(80, |port| port.private_port);
        if let Some((name, network)) = self.network_settings.networks.iter().flatten().next() {
            labels.set("__meta_docker_network_name", name.as_str());
            labels.set("__meta_docker_network_ip", network.ip_address.as_str());
            labels.set("__meta_docker_network_id", network.network_id.as_str());
            labels.set("__address__", format!("{}:{port}", network.ip_address));
        }
        labels.set("__meta_docker_port_private", port.to_string());
        labels
    }
}
