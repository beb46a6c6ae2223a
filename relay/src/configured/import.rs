use std::fmt::Write as _;

use promtail::{Relabel, config};
use yaml::{Node, quoted};

use crate::configured::{FileError, PromtailFile};

/// A configuration of Promtail in the words of Logpane's own.
#[derive(Clone, Debug)]
pub struct Import {
    /// `logpane.yaml`
    pub text: String,
    /// What it does not say: one sentence each.
    pub left_out: Vec<String>,
}

/// Writes the jobs of a file as sources. `host`: the name of this machine.
pub fn import(file: &PromtailFile, host: &str) -> Result<Import, FileError> {
    let text = file.text()?;
    let read = config::read(&text);
    let place = |problem: &yaml::Problem| problem.in_file(&file.path.display().to_string());
    let mut left_out: Vec<String> = read.problems.iter().chain(&read.notices).map(place).collect();
    let Ok(node) = yaml::parse(&text) else { return Err(FileError::Wrong { problems: left_out }) };
    let jobs = node.get("scrape_configs").map_or(&[][..], |jobs| jobs.items());
    let external = read.external_labels();
    let mut out =
        format!("# Made of {} by logpane import-promtail.\nsources:\n", file.path.display());
    let mut num_sources = 0;
    for job in &read.jobs {
        let named = job.job_name.as_ref();
        let name = named.map_or("a job without a name", |name| name.value.as_str());
        let found = jobs.iter().find(|node| {
            named.is_none_or(|name| node.get("job_name").is_some_and(|n| n.mark == name.mark))
        });
        let steps: Result<Vec<Relabel>, _> = job.relabel_configs.iter().map(Relabel::new).collect();
        let (Some(found), Ok(steps)) = (found, steps) else { continue };
        for key in ["file_sd_configs", "docker_sd_configs", "journal", "syslog", "decompression"] {
            if let Some(value) = found.get(key) {
                let sentence = format!("{key} of {name} cannot be written as a source");
                left_out.push(place(&yaml::Problem::new(value.mark, sentence)));
            }
        }
        for target in job.static_configs.iter().flat_map(|g| promtail::targets(g, &steps, host)) {
            num_sources += 1;
            let mut labels = external.clone();
            labels.extend(target.labels.iter().map(|(n, v)| (n.to_owned(), v.to_owned())));
            source(&mut out, name, &target, &labels, found);
        }
    }
    if num_sources == 0 {
        out = out.replace("sources:\n", "sources: []\n");
    }
    let elsewhere = read.clients.iter().filter(|client| !client.is_local());
    for url in elsewhere.filter_map(|client| client.url.as_ref()) {
        let sentence = "this client is sent to with -config.file; with -c write it as forward:";
        left_out.push(place(&url.problem(sentence)));
    }
    if let Some(path) = &read.positions {
        left_out.push(format!(
            "where Promtail stopped reading ({path}) is taken over with -config.file only; with \
             -c files are read from their start"
        ));
    }
    Ok(Import { text: out, left_out })
}

fn source(
    out: &mut String,
    job: &str,
    target: &promtail::Target,
    labels: &std::collections::BTreeMap<String, String>,
    node: &Node,
) {
    // Writing to a String cannot fail.
    writeln!(out, "# {job}\n- paths: {}", quoted(&target.path)).ok();
    if !target.exclude.is_empty() {
        writeln!(out, "  exclude: [{}]", quoted(&target.exclude)).ok();
    }
    if !labels.is_empty() {
        out.push_str("  labels:\n");
        for (name, value) in labels {
            writeln!(out, "    {name}: {}", quoted(value)).ok();
        }
    }
    if let Some(encoding) = node.get("encoding").and_then(|encoding| encoding.text()) {
        writeln!(out, "  encoding: {}", quoted(encoding)).ok();
    }
    match node.get("pipeline_stages").filter(|stages| !stages.items().is_empty()) {
        Some(stages) => {
            out.push_str("  stages:\n");
            out.push_str(&yaml::print(stages, 2));
        }
        None => out.push_str(
            "  # Every line an entry, with the time it was read at, as in Promtail. Without this \
             line\n  # time, level and tracebacks are detected.\n  stages: []\n",
        ),
    }
}
