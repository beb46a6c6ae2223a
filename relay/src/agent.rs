use std::sync::Arc;
use std::time::Duration;

use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::typestate::WithBody;
use ureq::{Agent, RequestBuilder};

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

/// A request to `url` with some headers.
pub(crate) fn post(
    agent: &Agent,
    url: &str,
    headers: &[(String, String)],
    authorization: Option<&str>,
) -> RequestBuilder<WithBody> {
    let mut post = agent.post(url);
    if is_loopback(url) {
        // A proxy is for what is elsewhere.
        post = post.config().proxy(None).build();
    }
    let authorization = authorization.map(|value| ("authorization", value));
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in headers.chain(authorization) {
        post = post.header(name, value);
    }
    post
}

fn is_loopback(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["127.", "localhost", "[::1]"].iter().any(|name| host.starts_with(name))
}
