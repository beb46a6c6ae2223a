use std::sync::Arc;
use std::time::Duration;

use alert::send::{Answer, Receiver, Request, Verdict, judge};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Whoever takes longer is asked again later.
const PATIENCE: Duration = Duration::from_secs(10);
/// Of an answer, as much as says what is wrong.
const ANSWER_BYTES: u64 = 64 << 10;

/// Sends requests. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Post {
    agent: Agent,
}

impl Post {
    pub(super) fn new() -> Self {
        // The machine's own list, so that an authority of one's own counts; a machine without one
        // (a bare container) gets Mozilla's.
        let own: Vec<Certificate<'static>> = rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|found| Certificate::from_der(found.as_ref()).to_owned())
            .collect();
        let roots =
            if own.is_empty() { RootCerts::WebPki } else { RootCerts::Specific(Arc::new(own)) };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .user_agent(concat!("logpane/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: Agent::new_with_config(config) }
    }

    /// Sends, and says what the answer means. `to` is None for an Alertmanager.
    pub(super) fn send(
        &self,
        request: &Request,
        authorization: Option<&str>,
        to: Option<&Receiver>,
    ) -> Verdict {
        let mut post = self.agent.post(&request.url);
        if is_loopback(&request.url) {
            // A proxy is for what is elsewhere.
            post = post.config().proxy(None).build();
        }
        for (name, value) in &request.headers {
            post = post.header(name, value);
        }
        if let Some(authorization) = authorization {
            post = post.header("authorization", authorization);
        }
        let mut response = match post.send(request.body.as_bytes()) {
            Ok(response) => response,
            Err(error) => return unanswered(&error),
        };
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").and_then(|v| v.to_str().ok());
        let retry_after = retry_after.map(str::to_owned);
        let body = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_string();
        match body {
            Ok(body) => {
                let retry_after = retry_after.as_deref();
                judge(to, Answer { status: Some(status), retry_after, body: &body })
            }
            Err(error) => unanswered(&error),
        }
    }
}

/// Nothing that would help later is told from what would not: a name may come to be known.
fn unanswered(error: &ureq::Error) -> Verdict {
    let why = match error {
        // It would name the whole URL, and with it the key of a robot.
        ureq::Error::BadUri(_) => "the URL cannot be read".to_owned(),
        error => error.to_string(),
    };
    Verdict::Retry { after_ns: None, why }
}

fn is_loopback(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["127.", "localhost", "[::1]"].iter().any(|name| host.starts_with(name))
}
