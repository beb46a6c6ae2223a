use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use model::Labels;
use promtail::config::StageConfig;
use promtail::{Relabel, relabel};
use yaml::Marked;

use super::client::get;
use super::container::{Container, Details};
use crate::stopping::wait;
use crate::store::{Piped, SourceOptions, Store};

/// An engine whose containers are followed.
#[derive(Clone, Debug)]
pub struct DockerJob {
    pub host: String,
    /// As Docker's API takes them: what a container has to have.
    pub filters: BTreeMap<String, Vec<String>>,
    /// How often it is asked which containers there are: often finds new ones soon, seldom costs
    /// less.
    pub interval: Duration,
    pub relabel: Vec<Relabel>,
    /// Labels that every line gets, the stages of the job and its name.
    pub piped: Piped,
}

/// Asks until `stopped` has no sender.
pub(crate) fn watch(job: &DockerJob, store: &Store, stopped: &Receiver<()>) {
    let mut known = BTreeSet::new();
    let mut last_error = String::new();
    loop {
        match look(job, store, &mut known) {
            Ok(()) => last_error.clear(),
            Err(error) => {
                let error = error.to_string();
                // Once, and not each minute while the engine is away.
                if error != last_error {
                    crate::cli::say(&format!(
                        "cannot ask the Docker engine at {} ({error}); it is asked again",
                        job.host
                    ));
                }
                last_error = error;
            }
        }
        if wait(stopped, job.interval) {
            return;
        }
    }
}

/// Follows the containers that are new.
fn look(job: &DockerJob, store: &Store, known: &mut BTreeSet<String>) -> io::Result<()> {
    let filters = serde_json::to_string(&job.filters)?;
    let query: String =
        form_urlencoded::Serializer::new(String::new()).append_pair("filters", &filters).finish();
    let path = match job.filters.is_empty() {
        true => "/containers/json".to_owned(),
        false => format!("/containers/json?{query}"),
    };
    let containers: Vec<Container> = serde_json::from_slice(&get(&job.host, &path)?)?;
    for container in containers {
        if known.contains(&container.id) {
            continue;
        }
        let is_id = container.id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if let Some((labels, streams)) = labels_of(job, &container).filter(|_| is_id) {
            let details = get(&job.host, &format!("/containers/{}/json", container.id))?;
            let details: Details = serde_json::from_slice(&details)?;
            if details.log_path.is_empty() {
                crate::cli::say(&format!(
                    "container {} has no log file (its logging driver is not json-file)",
                    container.id
                ));
            } else {
                store.follow(source(job, details.log_path, labels, &streams));
            }
        }
        known.insert(container.id);
    }
    Ok(())
}

/// The labels of a container's lines, and which of them say the stream; None: it is not wanted.
fn labels_of(job: &DockerJob, container: &Container) -> Option<(Labels, Vec<String>)> {
    let of_stream = |stream| {
        let labels = relabel(container.meta(stream), &job.relabel)?;
        Some(labels.iter().filter(|(name, _)| !name.starts_with("__")).collect::<Labels>())
    };
    let (stdout, stderr) = (of_stream("stdout")?, of_stream("stderr")?);
    let differs = |(name, value): &(&str, &str)| stderr.get(name) != Some(value);
    let streams = stdout.iter().filter(differs).map(|(name, _)| name.to_owned()).collect();
    Some((stdout, streams))
}

fn source(job: &DockerJob, path: String, labels: Labels, streams: &[String]) -> SourceOptions {
    let mut piped = job.piped.clone();
    for (name, value) in labels.iter() {
        piped.labels.set(name, value);
    }
    let mut stages = unpack(streams);
    stages.extend(piped.stages.iter().cloned());
    piped.stages = Arc::new(stages);
    // Files of the same job have other stages.
    piped.job = format!("{} containers {}", piped.job, streams.join(" "));
    piped.hides_filename = true;
    SourceOptions {
        paths: vec![path],
        is_configured: true,
        piped: Some(piped),
        ..SourceOptions::default()
    }
}

/// The stages that take a line out of Docker's file: text, time and stream.
fn unpack(streams: &[String]) -> Vec<Marked<StageConfig>> {
    let mut text = "- json: {expressions: {output: log, stream: stream, timestamp: time}}\n\
                    - timestamp: {source: timestamp, format: RFC3339Nano}\n\
                    - output: {source: output}\n\
                    - replace: {expression: \"(\\r?\\n)$\", replace: ''}\n"
        .to_owned();
    for name in streams {
        text.push_str(&format!("- labels: {{{name}: stream}}\n"));
    }
    let node = yaml::parse(&text);
    // Names of labels are words, so that this is always right.
    node.and_then(|node| yaml::from_node(&node)).unwrap_or_default()
}
