use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::IgnoredAny;
use yaml::{Marked, Node, Problem};

use super::{Client, Scrape, StageConfig};

/// A file as far as it can be used, and what is to be said about the rest.
#[derive(Clone, Debug, Default)]
pub struct File {
    pub server: Server,
    pub clients: Vec<Client>,
    pub positions: Option<String>,
    /// `target_config.stdin`, or `limits_config` beyond which lines are cut: see [`Limits`].
    pub limits: Limits,
    /// `limits_config.max_line_size` in bytes.
    pub max_line: Option<usize>,
    pub reads_stdin: bool,
    pub jobs: Vec<Scrape>,
    /// What is wrong: Promtail would not start with it.
    pub problems: Vec<Problem>,
    /// What is right and means nothing here, or is left out.
    pub notices: Vec<Problem>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Server {
    pub http_listen_port: Option<Marked<u16>>,
    pub http_listen_address: Option<Marked<String>>,
    pub disable: bool,
}

/// `limits_config`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub readline_rate: Option<f64>,
    pub readline_burst: Option<u64>,
    pub readline_rate_enabled: Marked<bool>,
    pub readline_rate_drop: Option<bool>,
    pub max_streams: Option<u64>,
    pub max_line_size: Option<Marked<String>>,
    pub max_line_size_truncate: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Top {
    server: Server,
    client: Option<Client>,
    clients: Vec<Client>,
    positions: Positions,
    /// Read job by job.
    scrape_configs: Option<IgnoredAny>,
    target_config: TargetConfig,
    limits_config: Limits,
    global: Option<IgnoredAny>,
    options: Option<Marked<IgnoredAny>>,
    tracing: Option<Marked<IgnoredAny>>,
    wal: Option<Marked<IgnoredAny>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Positions {
    filename: Option<String>,
    sync_period: Option<String>,
    ignore_invalid_yaml: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TargetConfig {
    sync_period: Option<String>,
    stdin: bool,
}

/// Reads a file, its variables replaced already.
pub fn read(text: &str) -> File {
    match yaml::parse(text) {
        Ok(node) => of_node(&node),
        Err(problem) => File { problems: vec![problem], ..File::default() },
    }
}

fn of_node(node: &Node) -> File {
    let mut file = File::default();
    match yaml::from_node::<Top>(node) {
        Ok(top) => file.take(top),
        Err(problem) => file.problems.push(problem),
    }
    let mut names = BTreeSet::new();
    for job in node.get("scrape_configs").map_or(&[][..], |jobs| jobs.items()) {
        match yaml::from_node::<Scrape>(job) {
            Ok(scrape) => file.take_job(scrape, &mut names),
            Err(problem) => file.problems.push(problem),
        }
    }
    file
}

impl File {
    fn take(&mut self, top: Top) {
        self.server = top.server;
        self.clients = top.client.into_iter().chain(top.clients).collect();
        self.positions = top.positions.filename;
        self.limits = top.limits_config;
        self.reads_stdin = top.target_config.stdin;
        if let Some(port) = &self.server.http_listen_port {
            let message = "server.http_listen_port is not used: the relay serves where --listen says, \
                           on port 3100 of this machine by default";
            self.notices.push(port.problem(message));
        }
        for (name, key) in [("options", top.options), ("tracing", top.tracing), ("wal", top.wal)] {
            if let Some(key) = key {
                self.notices.push(key.problem(format!("{name} means nothing here")));
            }
        }
        if self.limits.readline_rate_enabled.value {
            let message = "limits_config.readline_rate is not applied: lines are read as they \
                           come, and a limit stage can drop some";
            self.notices.push(self.limits.readline_rate_enabled.problem(message));
        }
        if let Some(size) = &self.limits.max_line_size {
            match crate::stages::size(size) {
                Ok(bytes) => self.max_line = Some(bytes).filter(|bytes| *bytes > 0),
                Err(problem) => self.problems.push(problem),
            }
        }
        for client in &self.clients {
            let Some(url) = &client.url else { continue };
            let unsupported = client.unsupported().filter(|_| !client.is_local());
            if let Some((key, mark)) = unsupported {
                let message = format!(
                    "{key} is not supported: lines are kept here and not sent to {:?}",
                    hidden(&url.value)
                );
                self.notices.push(Problem::new(mark, message));
            }
            if let Some(retries) = &client.backoff_config.max_retries {
                let message = "max_retries is not used: what cannot be sent waits as long as it is \
                               kept";
                self.notices.push(retries.problem(message));
            }
        }
    }

    fn take_job(&mut self, scrape: Scrape, names: &mut BTreeSet<String>) {
        if let Some(name) = &scrape.job_name
            && !names.insert(name.value.clone())
        {
            let message = format!("the job {:?} is there twice", name.value);
            self.problems.push(name.problem(message));
            return;
        }
        for (name, mark) in scrape.unsupported() {
            let message = if name == "loki_push_api" {
                "loki_push_api is left out: the relay itself takes pushes at /loki/api/v1/push"
                    .to_owned()
            } else {
                format!("{name} is left out: it is not supported")
            };
            self.notices.push(Problem::new(mark, message));
        }
        for stage in &scrape.pipeline_stages {
            self.note_stage(stage);
        }
        self.jobs.push(scrape);
    }

    fn note_stage(&mut self, stage: &Marked<StageConfig>) {
        match &stage.value {
            StageConfig::Match(inner) => inner.stages.iter().for_each(|s| self.note_stage(s)),
            kind => self.notices.extend(left_out(kind).map(|message| stage.problem(message))),
        }
    }

    /// What the clients add to every line.
    pub fn external_labels(&self) -> BTreeMap<String, String> {
        self.clients.iter().flat_map(|client| client.external_labels.clone()).collect()
    }
}

/// Why a stage does nothing here.
fn left_out(stage: &StageConfig) -> Option<&'static str> {
    match stage {
        StageConfig::Geoip(_) => Some("the stage geoip is left out: it is not supported"),
        StageConfig::Eventlogmessage(_) => {
            Some("the stage eventlogmessage is left out: there is no Windows event log here")
        }
        StageConfig::Tenant(_) => Some("the stage tenant does nothing: there are no tenants here"),
        _ => None,
    }
}

/// A URL without its password.
fn hidden(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}
