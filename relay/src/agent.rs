use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// What sends requests for the relay; an answer of any status is an answer. Cheap to clone.
pub(crate) fn agent(patience: Duration) -> Agent {
    // The machine's own list, so that an authority of one's own counts; a machine without one
    // (a bare container) gets Mozilla's.
    let own: Vec<Certificate<'static>> = rustls_native_certs::load_native_certs()
        .certs
        .iter()
        .map(|found| Certificate::from_der(found.as_ref()).to_owned())
        .collect();
    let roots = if own.is_empty() { RootCerts::WebPki } else { RootCerts::Specific(Arc::new(own)) };
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(patience))
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .user_agent(concat!("logpane/", env!("CARGO_PKG_VERSION")))
        .build();
    Agent::new_with_config(config)
}

/// Whether a URL leads to this machine: a proxy is for what is elsewhere.
pub(crate) fn is_loopback(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["127.", "localhost", "[::1]"].iter().any(|name| host.starts_with(name))
}
