//! `GET /config`: what the relay runs with, as YAML; no secrets are in it.

use std::fmt::Write as _;
use std::time::Duration;

use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::config::Config;
use crate::http::App;
use crate::http::params::{Params, raw_query};

/// `?mode=defaults`: what it would run with by default; `?mode=diffs`: what differs from that.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("config")
        .and(warp::get())
        .and(raw_query())
        .map(move |query: String| {
            let params = Params::parse(query.as_bytes());
            let text = text(app.config(), params.get("mode"));
            let kind = "text/plain; charset=utf-8";
            warp::reply::with_header(text, "content-type", kind).into_response()
        })
        .boxed()
}

fn text(config: &Config, mode: Option<&str>) -> String {
    // The data folder has no default that holds for every user.
    let defaults = settings(&Config::new(crate::config::default_listen(), &config.data));
    let mut text = String::new();
    for ((name, value), (_, default)) in settings(config).into_iter().zip(defaults) {
        let shown = match mode {
            Some("defaults") => &default,
            Some("diffs") if value == default => continue,
            _ => &value,
        };
        // Writing to a String cannot fail.
        writeln!(text, "{name}: {shown}").ok();
    }
    text
}

/// Under the names of the flags; a JSON string is YAML as well.
fn settings(config: &Config) -> Vec<(&'static str, serde_json::Value)> {
    let time = |time: Duration| format!("{}s", time.as_secs_f64());
    let limits = &config.limits;
    vec![
        ("listen", config.listen.to_string().into()),
        ("data", config.data.display().to_string().into()),
        ("paths", config.paths.clone().into()),
        ("job", config.job.clone().into()),
        ("labels", config.labels.iter().map(|(n, v)| format!("{n}={v}")).collect()),
        ("retention", time(config.retention).into()),
        (
            "retention_for",
            config
                .retention_rules
                .iter()
                .map(|rule| format!("{}={}s", rule.selector, rule.keep.as_secs_f64()))
                .collect(),
        ),
        ("retention_bytes", config.retention_bytes.into()),
        ("authentication", config.passwords.is_some().into()),
        ("allow_origins", config.allow_origins.clone().into()),
        ("discover", config.discover.into()),
        ("max_entries", limits.max_entries.into()),
        ("max_series", limits.max_series.into()),
        ("max_points", limits.max_points.into()),
        ("max_query_length", limits.max_query_length.map_or("0s".into(), |t| time(t).into())),
        ("query_timeout", time(limits.query_timeout).into()),
        ("max_result_bytes", limits.engine.max_row_bytes.into()),
        ("max_values", limits.engine.max_values.into()),
        ("max_samples", limits.engine.max_samples.into()),
        ("max_tails", limits.max_tails.into()),
        ("max_streams", limits.max_streams.into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_told_apart_from_their_defaults() {
        let mut config = Config::new(crate::config::default_listen(), "/srv/logs");
        config.limits.max_entries = 9;
        config.paths = vec!["a: b".to_owned()];
        for (mode, has, has_not) in [
            (None, &["max_entries: 9\n", "paths: [\"a: b\"]\n", "job: null\n"][..], &[][..]),
            (Some("diffs"), &["max_entries: 9\n", "paths: "], &["job", "listen"]),
            (Some("defaults"), &["max_entries: 5000\n", "paths: []\n"], &[]),
        ] {
            let text = text(&config, mode);
            assert!(has.iter().all(|line| text.contains(line)), "{mode:?}: {text}");
            assert!(!has_not.iter().any(|line| text.contains(line)), "{mode:?}: {text}");
        }
    }
}
