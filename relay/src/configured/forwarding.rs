use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use model::{Labels, Matcher};
use promtail::config::Client;
use serde::Deserialize;
use yaml::{Marked, Problem};

use super::file::text_of;
use super::promtail::host_name;
use crate::config::{is_label_name, is_plain_name};
use crate::endpoint::basic;
use crate::forward::Destination;

/// `forward:` of `logpane.yaml`: another Loki that gets everything, too.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForwardTo {
    /// As in `https://user:password@loki.example`. It gets what comes in from when it was
    /// configured first; nobody answering, it waits for as long as it is kept.
    url: Marked<String>,
    /// Letters, digits, `-` and `_`; by default after the URL. Another name begins anew.
    name: Option<Marked<String>>,
    /// Streams that are sent, as in `{job="api"}`; all by default.
    selector: Option<Marked<String>>,
    /// For every stream that does not have them.
    #[serde(default)]
    labels: BTreeMap<String, Marked<String>>,
    /// Sent as `X-Scope-OrgID`.
    tenant: Option<String>,
    /// How long entries wait for others: short is there sooner, long takes fewer requests. Default
    /// `1s`.
    batch_wait: Option<Marked<String>>,
    /// Most text of a request: little keeps below the other side's limit, much takes fewer
    /// requests. Default `1MiB`.
    batch_bytes: Option<Marked<String>>,
}

/// Said of one whose name another one has.
const TWICE: &str = "lines are sent there already: give it another name";

impl ForwardTo {
    /// It has the name of another one.
    pub(super) fn twice(&self) -> Problem {
        self.name.as_ref().unwrap_or(&self.url).problem(TWICE)
    }

    pub(super) fn destination(&self) -> Result<Destination, Problem> {
        let mut to =
            Destination::parse(&self.url).map_err(|error| self.url.problem(error.to_string()))?;
        if let Some(name) = &self.name {
            if !is_plain_name(name) {
                let message = format!(
                    "{:?} is no name of a destination, expected letters, digits, - and _",
                    name.value
                );
                return Err(name.problem(message));
            }
            to.name.clone_from(&name.value);
        }
        if let Some(selector) = &self.selector {
            to.matchers = matchers(selector)?;
        }
        for (name, value) in &self.labels {
            if !is_label_name(name) {
                return Err(value.problem(format!("{name:?} is no name of a label")));
            }
            to.labels.set(name, value.value.as_str());
        }
        to.instance = Some(host_name());
        to.headers.extend(tenant(self.tenant.as_deref()));
        set_duration(&mut to.batch_wait, self.batch_wait.as_ref())?;
        if let Some(size) = &self.batch_bytes {
            let bytes =
                model::parse_bytes(size).map_err(|error| size.problem(error.to_string()))?;
            to.batch_bytes = usize::try_from(bytes).unwrap_or(usize::MAX).max(1);
        }
        Ok(to)
    }
}

fn matchers(text: &Marked<String>) -> Result<Vec<Matcher>, Problem> {
    match logql::parse_selector(text) {
        Ok(Some(matchers)) => Ok(matchers),
        Ok(None) => Err(text.problem("expected labels as in {job=\"api\"}, and no more")),
        Err(error) => Err(text.problem(error.message)),
    }
}

/// Where Promtail's `clients` send to, but for this machine. `config` is where the file stands.
/// What cannot be read is said.
pub(super) fn of_clients(clients: &[Client], config: &Path) -> (Vec<Destination>, Vec<Problem>) {
    let mut destinations: Vec<Destination> = Vec::new();
    let mut problems = Vec::new();
    let meant =
        clients.iter().filter(|client| !client.is_local() && client.unsupported().is_none());
    for client in meant {
        let Some(url) = &client.url else { continue };
        match of_client(client, url, config) {
            Ok(to) => {
                if !to.add_to(&mut destinations) {
                    problems.push(url.problem(TWICE));
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    (destinations, problems)
}

fn of_client(client: &Client, url: &Marked<String>, config: &Path) -> Result<Destination, Problem> {
    let mut to = Destination::parse(url).map_err(|error| url.problem(error.to_string()))?;
    if let Some(name) = &client.name {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        to.name = name.chars().map(plain).collect();
    }
    to.labels = client.external_labels.clone().into_iter().collect::<Labels>();
    to.headers.extend(client.headers.clone());
    to.headers.extend(tenant(client.tenant_id.as_ref().map(|id| id.value.as_str())));
    let folder = config.parent().unwrap_or(Path::new("."));
    let secret = |text: &str, file: Option<&String>| match file {
        Some(file) => text_of(&folder.join(file))
            .map(|text| text.trim().to_owned())
            .map_err(|error| url.problem(error.to_string())),
        None => Ok(text.to_owned()),
    };
    if let Some(auth) = &client.basic_auth {
        let password = secret(&auth.password, auth.password_file.as_ref())?;
        to.endpoint.authorization = basic(&auth.username, &password);
    }
    if client.bearer_token.is_some() || client.bearer_token_file.is_some() {
        let token = client.bearer_token.as_deref().unwrap_or_default();
        let token = secret(token, client.bearer_token_file.as_ref())?;
        to.endpoint.authorization = Some(format!("Bearer {token}"));
    }
    if let Some(auth) = &client.authorization {
        let credentials = secret(&auth.credentials, auth.credentials_file.as_ref())?;
        let kind = auth.kind.as_deref().unwrap_or("Bearer");
        to.endpoint.authorization = Some(format!("{kind} {credentials}"));
    }
    set_duration(&mut to.batch_wait, client.batchwait.as_ref())?;
    set_duration(&mut to.timeout, client.timeout.as_ref())?;
    set_duration(&mut to.min_backoff, client.backoff_config.min_period.as_ref())?;
    set_duration(&mut to.max_backoff, client.backoff_config.max_period.as_ref())?;
    if let Some(size) = &client.batchsize {
        let bytes = size.parse().ok().filter(|bytes| *bytes > 0);
        to.batch_bytes = bytes.ok_or_else(|| size.problem("expected a number of bytes"))?;
    }
    to.drops_rate_limited = client.drop_rate_limited_batches;
    Ok(to)
}

fn tenant(id: Option<&str>) -> Option<(String, String)> {
    id.map(|id| ("x-scope-orgid".to_owned(), id.to_owned()))
}

fn set_duration(to: &mut Duration, text: Option<&Marked<String>>) -> Result<(), Problem> {
    if let Some(text) = text {
        let ns = model::parse_duration(text).map_err(|error| text.problem(error.to_string()))?;
        *to = Duration::from_nanos(u64::try_from(ns).unwrap_or(0));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each destination as a line, then each problem.
    #[track_caller]
    fn check(clients: &str, expected: &[&str]) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("secret"), "pw\n").unwrap();
        let file = promtail::config::read(&format!("clients:\n{clients}"));
        assert!(file.problems.is_empty(), "{:?}", file.problems);
        let (found, problems) = of_clients(&file.clients, &dir.path().join("promtail.yaml"));
        let destination = |to: &Destination| {
            let Destination { name, endpoint, headers, batch_wait, batch_bytes, .. } = to;
            let who = endpoint.authorization.as_deref().unwrap_or("nobody");
            format!("{name} {} {who} {headers:?} {batch_wait:?} {batch_bytes}", endpoint.url)
        };
        let mut lines: Vec<String> = found.iter().map(destination).collect();
        lines.extend(problems.iter().map(ToString::to_string));
        assert_eq!(lines, expected);
    }

    #[test]
    fn clients_of_promtail_are_destinations() {
        check("- url: http://localhost:3100/loki/api/v1/push\n- url: http://127.0.0.1/push", &[]);
        check("- url: https://loki.example/loki/api/v1/push\n  oauth2: {client_id: x}", &[]);
        check(
            "- url: https://loki.example/loki/api/v1/push\n  name: far away\n  tenant_id: t\n  \
             headers: {X-A: b}\n  batchwait: 2s\n  batchsize: 1024\n  \
             basic_auth: {username: ann, password_file: secret}",
            &["far-away https://loki.example/loki/api/v1/push Basic YW5uOnB3 \
                 [(\"X-A\", \"b\"), (\"x-scope-orgid\", \"t\")] 2s 1024"],
        );
        for (key, who) in [
            ("bearer_token: abc", "Bearer abc"),
            ("bearer_token_file: secret", "Bearer pw"),
            ("authorization: {type: Token, credentials: abc}", "Token abc"),
            ("authorization: {credentials_file: secret}", "Bearer pw"),
            ("url: http://ann:pw@loki:3100/push", "Basic YW5uOnB3"),
        ] {
            let url = if key.starts_with("url") { "" } else { "url: http://loki:3100/push\n  " };
            let line = format!("a http://loki:3100/push {who} [] 1s 1048576");
            check(&format!("- {url}{key}\n  name: a"), &[&line]);
        }
        check(
            "- url: http://loki:3100/push\n  name: a\n- url: http://other:3100/push\n  name: a\n\
             - url: loki\n- url: http://far:3100\n  batchwait: soon\n- url: http://far:3100\n  \
             batchsize: all",
            &[
                "a http://loki:3100/push nobody [] 1s 1048576",
                "4:8: lines are sent there already: give it another name",
                "6:8: expected a URL of a Loki as in https://user:password@loki.example",
                "8:14: \"soon\" is not a duration, expected a number and a unit as in 5m, 1h30m or 250ms",
                "10:14: expected a number of bytes",
            ],
        );
    }
}
