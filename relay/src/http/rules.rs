//! What Loki's ruler answers: the rules as they are written, and how they are.

use std::collections::BTreeMap;

use alert::rule::{self, Group};
use alert::view::{Answer, RuleView};
use warp::filters::BoxedFilter;
use warp::http::header::CONTENT_TYPE;
use warp::http::{Method, StatusCode};
use warp::path;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::alert::{Alerts, GroupNow};
use crate::http::params::{Params, params};
use crate::http::{ApiError, App};

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    // Grafana asks below one prefix or the other.
    let rules = path!("prometheus" / "api" / "v1" / "rules")
        .or(path!("loki" / "prometheus" / "api" / "v1" / "rules"))
        .unify();
    let alerts = path!("prometheus" / "api" / "v1" / "alerts")
        .or(path!("loki" / "prometheus" / "api" / "v1" / "alerts"))
        .unify();
    let states = {
        let app = app.clone();
        rules
            .and(params())
            .map(move |params| states(&app, params).unwrap_or_else(warp::Reply::into_response))
    };
    let active = {
        let app = app.clone();
        alerts.and(warp::get()).map(move || {
            let view = app.alerts().map(Alerts::alerts_view);
            let view = view.unwrap_or_default();
            warp::reply::json(&Answer::success(view)).into_response()
        })
    };
    // Below the newer path and the older one.
    let files = path!("loki" / "api" / "v1" / "rules" / ..)
        .or(path!("api" / "prom" / "rules" / ..))
        .unify();
    let written = {
        let app = app.clone();
        files.and(path::tail()).and(warp::method()).map(move |tail: path::Tail, method| {
            written(&app, tail.as_str(), &method).unwrap_or_else(warp::Reply::into_response)
        })
    };
    states.or(active).unify().or(written).unify().boxed()
}

/// `type=alert|record`, and `file[]`, `rule_group[]`, `rule_name[]`, any of each.
fn states(app: &App, params: Result<Params, ApiError>) -> Result<Response, ApiError> {
    let params = params?;
    let kind = params.get("type").unwrap_or_default();
    if !matches!(kind, "" | "alert" | "record") {
        return Err(ApiError::bad_request(format!("type is {kind:?}, expected alert or record")));
    }
    let is_asked = |name: &str, value: &str| {
        let mut asked = params.all(name).peekable();
        asked.peek().is_none() || asked.any(|asked| asked == value)
    };
    let mut view = app.alerts().map(Alerts::rules_view).unwrap_or_default();
    view.groups
        .retain(|group| is_asked("file[]", &group.file) && is_asked("rule_group[]", &group.name));
    for group in &mut view.groups {
        group.rules.retain(|rule| {
            let (name, its_kind) = match rule {
                RuleView::Alerting(rule) => (&rule.name, "alert"),
                RuleView::Recording(rule) => (&rule.name, "record"),
            };
            (kind.is_empty() || kind == its_kind) && is_asked("rule_name[]", name)
        });
    }
    view.groups.retain(|group| !group.rules.is_empty());
    Ok(warp::reply::json(&Answer::success(view)).into_response())
}

/// The files, as Loki gives them: YAML, by namespace. `tail`: a namespace and a group.
fn written(app: &App, tail: &str, method: &Method) -> Result<Response, ApiError> {
    match *method {
        Method::GET => {}
        Method::POST | Method::DELETE => {
            let message = "rules are files here: change them in the folder of --rules, they are \
                           read again when they change";
            return Err(ApiError::NotImplemented { message: message.to_owned() });
        }
        _ => return Err(ApiError::MethodNotAllowed),
    }
    let groups = app.alerts().map(Alerts::groups).unwrap_or_default();
    let mut parts = tail.split('/').filter(|part| !part.is_empty()).map(decoded);
    let (file, name, rest) = (parts.next(), parts.next(), parts.next());
    if rest.is_some() {
        return Err(ApiError::NotFound);
    }
    let is_meant = |now: &&GroupNow| {
        file.as_ref().is_none_or(|file| *file == now.file)
            && name.as_ref().is_none_or(|name| *name == now.group.name)
    };
    let mut by_file: BTreeMap<&str, Vec<Group>> = BTreeMap::new();
    for now in groups.iter().filter(is_meant) {
        by_file.entry(&now.file).or_default().push(now.group.clone());
    }
    if by_file.is_empty() {
        // Loki's words, which clients look for.
        let message = if name.is_some() { "group does not exist" } else { "no rule groups found" };
        return Ok(
            warp::reply::with_status(format!("{message}\n"), StatusCode::NOT_FOUND).into_response()
        );
    }
    let text = match (&name, by_file.values().flatten().next()) {
        (Some(_), Some(group)) => rule::print_group(group),
        _ => by_file.iter().map(|(file, groups)| rule::print_file(file, groups)).collect(),
    };
    let yaml = "application/yaml";
    Ok(warp::reply::with_header(text, CONTENT_TYPE, yaml).into_response())
}

fn decoded(part: &str) -> String {
    percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned()
}
