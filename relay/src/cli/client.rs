//! A relay or a Loki, asked over HTTP.

use headers::authorization::Credentials as _;
use protocol::status::Status;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::{Response, StatusCode};
use ureq::typestate::WithoutBody;
use ureq::{Agent, Body, RequestBuilder};

use crate::cli::args::ClientArgs;
use crate::cli::failure::Failure;
use crate::config::DEFAULT_LISTEN;
use crate::http::{FOLLOW_KEY_HEADER, FollowRequest};

/// Answers may be large; what does not fit in memory does not fit on a terminal either.
const ANSWER_LIMIT_BYTES: u64 = 1 << 30;

#[derive(Debug)]
pub struct Client {
    agent: Agent,
    /// Without a slash at the end.
    addr: String,
    authorization: Option<String>,
}

impl Client {
    pub fn new(args: &ClientArgs) -> Result<Self, Failure> {
        let addr = args.addr.clone().unwrap_or_else(|| format!("http://{DEFAULT_LISTEN}"));
        let credentials = args
            .username
            .as_deref()
            .map(|user| basic(user, args.password.as_deref().unwrap_or_default()))
            .transpose()?;
        Self::with(&addr, credentials)
    }

    /// Asks `addr` as `LOKI_USERNAME` with `LOKI_PASSWORD`.
    pub fn from_environment(addr: &str) -> Result<Self, Failure> {
        let credentials = match std::env::var("LOKI_USERNAME") {
            Ok(user) if !user.is_empty() => {
                Some(basic(&user, &std::env::var("LOKI_PASSWORD").unwrap_or_default())?)
            }
            _ => None,
        };
        Self::with(addr, credentials)
    }

    fn with(addr: &str, authorization: Option<String>) -> Result<Self, Failure> {
        let addr = match addr.split_once("://") {
            Some(("http", _)) => addr.to_owned(),
            Some((scheme, _)) => {
                return Err(Failure::usage(format!(
                    "--addr: {scheme} is not supported by this version, expected \
                     http://HOST:PORT: {addr}"
                )));
            }
            None => format!("http://{addr}"),
        };
        let config = Agent::config_builder().http_status_as_error(false).proxy(None).build();
        let addr = addr.trim_end_matches('/').to_owned();
        Ok(Self { agent: Agent::new_with_config(config), addr, authorization })
    }

    pub fn addr(&self) -> &str {
        &self.addr
    }

    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// The body of `GET path?query`.
    pub fn get(
        &self,
        path: &str,
        query: &[(&str, String)],
        header: Option<(&str, &str)>,
    ) -> Result<String, Failure> {
        let mut request = self.asked(path, query);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let response = request.call().map_err(|error| self.unreachable(&error))?;
        self.body(response)
    }

    /// The same of a body that is no text; None when it is not there (any more).
    pub fn get_bytes(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Option<Vec<u8>>, Failure> {
        let request = self.asked(path, query);
        let mut response = request.call().map_err(|error| self.unreachable(&error))?;
        if matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::GONE) {
            return Ok(None);
        }
        if !response.status().is_success() {
            return self.body(response).map(|_| None);
        }
        let body = response.body_mut().with_config().limit(ANSWER_LIMIT_BYTES).read_to_vec();
        body.map(Some).map_err(|error| Failure::failed(format!("{} broke off: {error}", self.addr)))
    }

    fn asked(&self, path: &str, query: &[(&str, String)]) -> RequestBuilder<WithoutBody> {
        let mut request = self.agent.get(format!("{}{path}", self.addr));
        for (name, value) in query {
            request = request.query(*name, value);
        }
        match &self.authorization {
            Some(authorization) => request.header("authorization", authorization),
            None => request,
        }
    }

    pub fn get_json<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.parsed(&self.get(path, &[], None)?)
    }

    /// The answer to `POST path` with this body.
    pub fn post_json<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        let mut request = self.agent.post(format!("{}{path}", self.addr));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.send_json(body).map_err(|error| self.unreachable(&error))?;
        self.parsed(&self.body(response)?)
    }

    pub fn delete(&self, path: &str) -> Result<(), Failure> {
        let mut request = self.agent.delete(format!("{}{path}", self.addr));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.call().map_err(|error| self.unreachable(&error))?;
        self.body(response).map(drop)
    }

    fn parsed<T: DeserializeOwned>(&self, body: &str) -> Result<T, Failure> {
        serde_json::from_str(body).map_err(|error| {
            Failure::failed(format!("{} gave an answer that cannot be read: {error}", self.addr))
        })
    }

    /// None for a Loki, which has none.
    pub fn status(&self) -> Option<Status> {
        self.get_json("/api/status").ok()
    }

    pub fn follow(&self, request: &FollowRequest, key: &str) -> Result<(), Failure> {
        let mut post = self
            .agent
            .post(format!("{}/api/follow", self.addr))
            .header(FOLLOW_KEY_HEADER, key.trim());
        if let Some(authorization) = &self.authorization {
            post = post.header("authorization", authorization);
        }
        let response = post.send_json(request).map_err(|error| self.unreachable(&error))?;
        self.body(response).map(drop)
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        Failure::failed(format!(
            "no relay answers at {} ({error}): start one with `logpane PATHS`, or name another \
             with --addr",
            self.addr
        ))
    }

    fn body(&self, mut response: Response<Body>) -> Result<String, Failure> {
        let status = response.status();
        let body = response
            .body_mut()
            .with_config()
            .limit(ANSWER_LIMIT_BYTES)
            .read_to_string()
            .map_err(|error| Failure::failed(format!("{} broke off: {error}", self.addr)))?;
        let message = body.trim();
        match status {
            status if status.is_success() => Ok(body),
            // Ours, not that of a Loki.
            StatusCode::BAD_REQUEST if message.contains("--max-query-length") => {
                Err(Failure::usage(format!(
                    "{message}; `logpane query --data DIR` reads the data folder without a limit"
                )))
            }
            StatusCode::BAD_REQUEST => Err(Failure::usage(message)),
            StatusCode::UNAUTHORIZED => Err(Failure::failed(format!(
                "{} asks for a password: set LOKI_USERNAME and LOKI_PASSWORD",
                self.addr
            ))),
            status => Err(Failure::failed(format!("{} answered {status}: {message}", self.addr))),
        }
    }
}

fn basic(user: &str, password: &str) -> Result<String, Failure> {
    if user.contains(':') {
        return Err(Failure::usage(format!("user {user:?} must not hold a colon")));
    }
    let value = headers::Authorization::basic(user, password).0.encode();
    value.to_str().map(str::to_owned).map_err(|_| Failure::usage("user or password cannot be sent"))
}
