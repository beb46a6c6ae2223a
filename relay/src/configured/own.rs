use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::Encoding;
use jiff::tz::TimeZone;
use model::Labels;
use model::go_regex::Regex;
use promtail::config::{OneOrMany, StageConfig};
use promtail::{Environment, Pipeline};
use serde::Deserialize;
use yaml::{Marked, Problem};

use super::file::text_of;
use super::forwarding::ForwardTo;
use crate::alert::AlertOptions;
use crate::config::{is_label_name, parse_listen};
use crate::configured::{Alerting, FileError};
use crate::forward::Destination;
use crate::store::{Piped, RetentionRule, RuleError, SourceOptions};

/// `logpane.yaml`, as written. What is typed on the command line or set in the environment goes
/// before it. Relative paths are relative to the file's folder, and `~/` is the home folder.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnConfig {
    /// Where to serve: `HOST:PORT`, `HOST` or `PORT`. Loopback by default; every other address
    /// needs `auth_file`. `LOGPANE_LISTEN`
    pub listen: Option<Marked<String>>,
    /// The folder for what is kept. `LOGPANE_DATA`
    pub data: Option<String>,
    /// How long entries are kept, counted from when they were read: a short time saves disk, a
    /// long one keeps history, `10y` as good as for ever. Default `7d`. `LOGPANE_RETENTION`
    pub retention: Option<Marked<String>>,
    /// Streams that are kept for a time of their own, such as debug lines for a day: the first that
    /// is for a stream counts, and what none is for has `retention`. A change holds at once for
    /// what is there already. `LOGPANE_RETENTION_FOR`, as in `{level="debug"}=1d; {job="x"}=30d`
    pub retention_for: Vec<Marked<KeepFor>>,
    /// How much disk they may take; the oldest go first. A small size forgets early whatever
    /// `retention` says, a large one leaves it to `retention`. Default `10GB`.
    /// `LOGPANE_RETENTION_BYTES`
    pub retention_bytes: Option<Marked<String>>,
    /// Lines `user:bcrypt`; with it everyone needs a password. `LOGPANE_AUTH_FILE`
    pub auth_file: Option<String>,
    /// Pages of these origins may use the API; none by default. `LOGPANE_ALLOW_ORIGIN`
    pub allow_origins: Vec<String>,
    /// Whether what clients push gets `service_name` and `detected_level`, as Loki gives them; off
    /// by default, so that streams are what the client says. `LOGPANE_DISCOVER`
    pub discover: bool,
    /// The zone of times that name none, as in `Asia/Shanghai`. By default the machine's. `TZ`
    pub zone: Option<Marked<String>>,
    /// Of the Loki API; Loki's own by default.
    pub limits: OwnLimits,
    /// What to follow, beside the paths of the command line.
    pub sources: Vec<Marked<Source>>,
    /// Rule files of Loki's ruler, and folders of them. `LOGPANE_RULES`
    rules: Option<OneOrMany>,
    /// Who is told of alerts.
    alerting: Alerting,
    /// Other Lokis that get what comes in, too. `LOGPANE_FORWARD`
    forward: Vec<ForwardTo>,
}

/// A rule of retention.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeepFor {
    /// As in `{level="debug"}`: labels only.
    pub selector: Marked<String>,
    /// A short time frees the disk soon, whole chunks at once and so up to a quarter of it later; a
    /// long one keeps them beyond what others are kept, `retention_bytes` permitting. Longer than
    /// zero.
    pub keep: Marked<String>,
}

impl KeepFor {
    fn rule(&self) -> Result<RetentionRule, Problem> {
        RetentionRule::new(&self.selector, &self.keep).map_err(|error| match error {
            RuleError::Time { source, .. } => self.keep.problem(source.to_string()),
            RuleError::Zero { .. } => self.keep.problem(error.to_string()),
            error => self.selector.problem(error.to_string()),
        })
    }
}

/// Each is the same as the flag of its name, with `LOGPANE_…` in the environment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnLimits {
    /// Most entries of an answer: few keep clients quick, many let them take more at once.
    pub max_entries: Option<usize>,
    /// Most series of an answer: few refuse careless queries early, many take memory.
    pub max_series: Option<usize>,
    /// Most points of a series, up to 11000: few make coarse charts, many large answers.
    pub max_points: Option<usize>,
    /// Longest range of a query; `0` for any.
    pub max_query_length: Option<String>,
    /// How long a query may take: a short time protects the machine, a long one lets all end.
    pub query_timeout: Option<String>,
    /// Live tails at once: few bound the memory for slow readers, many let more people follow.
    pub max_tails: Option<usize>,
    /// Streams beyond which pushes and stages start no more: each takes memory.
    pub max_streams: Option<usize>,
    /// Most text of an answer.
    pub max_result_bytes: Option<String>,
    /// Most series × points of a query before it groups them.
    pub max_values: Option<usize>,
    /// Most unwrapped numbers that a query may hold.
    pub max_samples: Option<usize>,
}

/// Files that are followed alike.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Files, folders and globs; `**` goes through folders.
    pub paths: Marked<OneOrMany>,
    /// Files and globs that are not meant.
    #[serde(default)]
    exclude: Vec<String>,
    /// The label `job`, instead of the one found from the path.
    job: Option<String>,
    /// For every line.
    #[serde(default)]
    labels: BTreeMap<String, Marked<String>>,
    /// A regex for the path of each file that was found: its named groups become labels, as in
    /// `worker-(?P<worker>\d+)\.log`. A file that it does not fit has none of them.
    labels_from_path: Option<Marked<String>>,
    /// Promtail's stages. With them lines are read as Promtail reads them: every line is an entry,
    /// which has the time it was read at unless a stage says otherwise. Without them what the
    /// lines are is detected: time, level, tracebacks, encoding.
    stages: Option<Vec<Marked<StageConfig>>>,
    /// With stages only: of the files, as in `gbk`. By default UTF-8, and GB18030 where a line is
    /// none.
    encoding: Option<Marked<String>>,
}

impl OwnConfig {
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let text = text_of(path)?;
        let config = Self::of_text(&text);
        config.map_err(|problem| FileError::Wrong {
            problems: vec![problem.in_file(&path.display().to_string())],
        })
    }

    fn of_text(text: &str) -> Result<Self, Problem> {
        let node = yaml::parse(text)?;
        if let Some(jobs) = node.get("scrape_configs") {
            let message = "this is Promtail's configuration: use -config.file instead of -c, or \
                           logpane import-promtail";
            return Err(Problem::new(jobs.mark, message));
        }
        let config: Self = yaml::from_node(&node)?;
        if let Some(zone) = &config.zone {
            zone_of(zone)?;
        }
        if let Some(listen) = &config.listen {
            parse_listen(listen).map_err(|error| listen.problem(error.to_string()))?;
        }
        if let Some(time) = &config.retention {
            model::parse_duration(time).map_err(|error| time.problem(error.to_string()))?;
        }
        config.retention_rules()?;
        config.alerts(Path::new(""))?;
        config.forwards()?;
        if let Some(size) = &config.retention_bytes {
            model::parse_bytes(size).map_err(|error| size.problem(error.to_string()))?;
        }
        for source in &config.sources {
            source.options(Path::new(""))?;
        }
        Ok(config)
    }

    /// What is to be done about alerts; `file` is where the configuration stands.
    pub fn alerts(&self, file: &Path) -> Result<AlertOptions, Problem> {
        let rules = self.rules.as_ref().map_or(&[][..], |rules| &rules.0);
        self.alerting.options(file, rules, self.time_zone().as_ref())
    }

    /// Where entries are sent on to.
    pub fn forwards(&self) -> Result<Vec<Destination>, Problem> {
        let mut destinations: Vec<Destination> = Vec::new();
        for entry in &self.forward {
            if !entry.destination()?.add_to(&mut destinations) {
                return Err(entry.twice());
            }
        }
        Ok(destinations)
    }

    /// Streams with a time of their own.
    pub fn retention_rules(&self) -> Result<Vec<RetentionRule>, Problem> {
        self.retention_for.iter().map(|rule| rule.rule()).collect()
    }

    /// The zone of times that name none.
    pub fn time_zone(&self) -> Option<TimeZone> {
        self.zone.as_ref().and_then(|zone| zone_of(zone).ok())
    }

    /// What to follow; `file` is where the configuration stands.
    pub fn sources(&self, file: &Path) -> Result<Vec<SourceOptions>, FileError> {
        let folder = file.parent().unwrap_or(Path::new("."));
        let options = self.sources.iter().map(|source| source.options(folder));
        options.collect::<Result<_, _>>().map_err(|problem| FileError::Wrong {
            problems: vec![problem.in_file(&file.display().to_string())],
        })
    }

    /// A path of the file.
    pub fn path(file: &Path, path: &str) -> PathBuf {
        resolved(path, file.parent().unwrap_or(Path::new("."))).into()
    }
}

fn zone_of(name: &Marked<String>) -> Result<TimeZone, Problem> {
    TimeZone::get(name).map_err(|_| {
        name.problem(format!(
            "unknown time zone {:?}, expected one as in Asia/Shanghai",
            name.value
        ))
    })
}

fn resolved(path: &str, folder: &Path) -> String {
    let home = path
        .strip_prefix("~/")
        .and_then(|rest| Some(Path::new(&std::env::var_os("HOME")?).join(rest)));
    home.unwrap_or_else(|| folder.join(path)).to_string_lossy().into_owned()
}

impl Source {
    fn options(&self, folder: &Path) -> Result<SourceOptions, Problem> {
        for (name, value) in &self.labels {
            if !is_label_name(name) {
                return Err(value.problem(format!("{name:?} is no name of a label")));
            }
            if matches!(name.as_str(), "filename" | "level") && self.stages.is_none() {
                let message = format!("the label {name:?} is set by Logpane itself from the file");
                return Err(value.problem(message));
            }
        }
        let path_labels = self.labels_from_path.as_ref().map(|text| {
            let regex = Regex::search(text).map_err(|error| text.problem(error.to_string()))?;
            if regex.named_groups().is_empty() {
                let message = "expected named groups, as in worker-(?P<worker>\\d+)\\.log";
                return Err(text.problem(message));
            }
            Ok(regex)
        });
        let labels: Vec<(String, String)> =
            self.labels.iter().map(|(n, v)| (n.clone(), v.value.clone())).collect();
        let absolute = |path: &String| resolved(path, folder);
        Ok(SourceOptions {
            paths: self.paths.0.iter().map(absolute).collect(),
            exclude: self.exclude.iter().map(absolute).collect(),
            job: self.job.clone(),
            path_labels: path_labels.transpose()?,
            unpacks: None,
            is_configured: true,
            piped: self.piped(&labels)?,
            labels,
        })
    }

    fn piped(&self, labels: &[(String, String)]) -> Result<Option<Piped>, Problem> {
        let Some(stages) = &self.stages else {
            return match &self.encoding {
                Some(encoding) => {
                    let message = "encoding needs stages; without them it is detected";
                    Err(encoding.problem(message))
                }
                None => Ok(None),
            };
        };
        Pipeline::new(stages, &Environment::new(|name| TimeZone::get(name).ok()))?;
        let encoding = self.encoding.as_ref().map(|name| {
            Encoding::for_label(name.trim().as_bytes()).ok_or_else(|| {
                name.problem(format!("unknown encoding {:?}, expected one as in gbk", name.value))
            })
        });
        let mut all: Labels = labels.iter().cloned().collect();
        if let Some(job) = &self.job {
            all.set("job", job.as_str());
        }
        Ok(Some(Piped {
            // Its place names it: what the stages remember is not shared with other sources.
            job: format!("source at {}", self.paths.mark),
            labels: all,
            stages: Arc::new(stages.clone()),
            encoding: encoding.transpose()?,
            ..Piped::default()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match OwnConfig::of_text(text) {
            Ok(_) => "right".to_owned(),
            Err(problem) => problem.to_string(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_file_is_checked_to_the_last_key() {
        check("", "right");
        check(
            "listen: 127.0.0.1:3100\ndata: /d\nretention: 7d\nretention_for: [{selector: '{level=\"debug\"}', keep: 1d}]\nretention_bytes: 1GB\nzone: Asia/Shanghai\n\
             auth_file: users\nallow_origins: [https://a.b]\nlimits: {max_entries: 9, query_timeout: 1m}\n\
             forward: [{url: https://u:p@loki, name: x, selector: '{a=\"b\"}', labels: {c: d}, tenant: t, batch_wait: 5s, batch_bytes: 512KiB}]\n\
             rules: [/r, r.yaml]\nalerting:\n  interval: 15s\n  external_url: https://logs.example/\n  \
             alertmanagers: ['http://ann:pw@am:9093']\n  receivers:\n  - {name: ops, type: dingtalk, url: 'https://d', \
             secret: s, mobiles: ['1'], quiet: [22:00-08:00], group_wait: 0s, repeat_interval: 1h, language: en}\n\
             sources:\n- paths: ~/a/*.log\n- paths: [/a, /b]\n  exclude: [/b/x]\n  job: tts\n  labels: {env: a}\n  \
             labels_from_path: 'worker-(?P<worker>\\d+)'\n- paths: /c\n  stages: [{cri: }]\n  encoding: gbk\n",
            "right",
        );
        for (text, expected) in [
            ("lsten: 1", "1:1: unknown key \"lsten\", did you mean \"listen\"?"),
            ("zone: Mars", "1:7: unknown time zone \"Mars\", expected one as in Asia/Shanghai"),
            (
                "listen: nowhere at all",
                "1:9: \"nowhere at all\" is no address to listen on, expected HOST:PORT as in 127.0.0.1:3100",
            ),
            (
                "data: a\nretention: soon",
                "2:12: \"soon\" is not a duration, expected a number and a unit as in 5m, 1h30m or 250ms",
            ),
            (
                "retention_bytes: lots",
                "1:18: \"lots\" is not a size, expected a number and a unit as in 10GB or 512MiB",
            ),
            (
                "retention_for:\n- selector: '{level=\"debug\"} |= \"x\"'\n  keep: 1d",
                "2:13: \"{level=\\\"debug\\\"} |= \\\"x\\\"\" selects no streams, expected labels as in \
                 {level=\"debug\"}: only labels can be compared",
            ),
            (
                "retention_for:\n- selector: '{level=\"debug\"}'\n  keep: 0s",
                "3:9: a rule must keep entries for longer than zero, as in {level=\"debug\"}=1d",
            ),
            (
                "retention_for:\n- selector: '{level=\"debug\"}'\n  keep: long",
                "3:9: \"long\" is not a duration, expected a number and a unit as in 5m, 1h30m or 250ms",
            ),
            ("retention_for: [{keep: 1d}]", "1:17: the key \"selector\" is missing"),
            (
                "alerting: {receiver: []}",
                "1:12: unknown key \"receiver\", did you mean \"receivers\"?",
            ),
            (
                "alerting: {alertmanagers: [am:9093]}",
                "1:28: --alertmanager: expected a URL as in http://127.0.0.1:9093",
            ),
            (
                "alerting: {receivers: [{name: a, type: wecon, url: 'https://q'}]}",
                "1:40: unknown kind of receiver \"wecon\", expected one of webhook, wecom, dingtalk, \
                 feishu, slack, discord, ntfy, as in wecom:https://…",
            ),
            (
                "alerting: {receivers: [{name: a/b, type: wecom, url: 'https://q'}]}",
                "1:31: \"a/b\" is no name of a receiver, expected letters, digits, - and _",
            ),
            (
                "alerting: {receivers: [{name: a, type: slack, url: 'https://q', secret: s}]}",
                "1:73: \"secret\" means nothing to a receiver of type slack",
            ),
            (
                "alerting: {receivers: [{name: a, type: slack, url: 'https://q', quiet: night}]}",
                "1:72: \"night\" is no time of the day, expected one as in 22:00-08:00",
            ),
            (
                "alerting: {receivers: [{name: a, type: webhook, url: 'https://q', body: '{{ $x }}'}]}",
                "1:73: not a template: the variable $x is not known",
            ),
            (
                "forward: [{url: loki}]",
                "1:17: expected a URL of a Loki as in https://user:password@loki.example",
            ),
            (
                "forward: [{url: 'http://loki:3100', selector: '{a=\"b\"} |= \"c\"'}]",
                "1:47: expected labels as in {job=\"api\"}, and no more",
            ),
            (
                "forward: [{url: 'http://loki', selector: '{a=\"b\"}'}, {url: 'http://loki'}]",
                "1:60: lines are sent there already: give it another name",
            ),
            (
                "forward: [{url: 'http://loki', name: a}, {url: 'http://other', name: a}]",
                "1:70: lines are sent there already: give it another name",
            ),
            ("alerting: {interval: 0s}", "1:22: expected longer than zero, as in 1m"),
            ("sources: [{path: a}]", "1:12: unknown key \"path\", did you mean \"paths\"?"),
            ("sources: [{job: a}]", "1:11: the key \"paths\" is missing"),
            ("sources: [{paths: a, labels: {1a: b}}]", "1:35: \"1a\" is no name of a label"),
            (
                "sources: [{paths: a, labels: {level: b}}]",
                "1:38: the label \"level\" is set by Logpane itself from the file",
            ),
            (
                "sources: [{paths: a, labels_from_path: x}]",
                "1:40: expected named groups, as in worker-(?P<worker>\\d+)\\.log",
            ),
            (
                "sources: [{paths: a, encoding: gbk}]",
                "1:32: encoding needs stages; without them it is detected",
            ),
            (
                "sources: [{paths: a, stages: [{jsn: }]}]",
                "1:32: unknown name \"jsn\", did you mean \"json\"?",
            ),
            (
                "sources: [{paths: a, stages: [{regex: {expression: '('}}]}]",
                "1:52: \"(\" is not a valid regular expression",
            ),
            (
                "scrape_configs: []",
                "1:17: this is Promtail's configuration: use -config.file instead of -c, or \
                 logpane import-promtail",
            ),
        ] {
            check(text, expected);
        }
    }
}
