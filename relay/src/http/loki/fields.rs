//! `detected_fields` and `detected_field/NAME/values`: what could be filtered by in some lines.

use std::collections::{BTreeMap, BTreeSet};

use logql::{Direction, Origin, Output, QueryKind, Row, ValueKind};
use protocol::loki::{DetectedField, DetectedFields, DetectedValues};
use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::path;
use warp::reply::Response;

use crate::http::loki::answer::{answer, named};
use crate::http::loki::parsers::{self, Parsed};
use crate::http::loki::query::{plan_of_entries, question, work};
use crate::http::loki::request::{self, Range};
use crate::http::params::Params;
use crate::http::{ApiError, App};
use crate::query;

const DEFAULT_LINES: usize = 100;
const DEFAULT_FIELDS: usize = 1000;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    answer(app, path!("loki" / "api" / "v1" / "detected_fields"), fields)
        .or(named(app, path!("loki" / "api" / "v1" / "detected_field" / String / "values"), values))
        .unify()
        .boxed()
}

async fn fields(app: App, params: Params) -> Result<DetectedFields, ApiError> {
    let limit = field_limit(&params)?;
    let mut found = look(&app, &params).await?;
    let fields = found.by_name.iter_mut().take(limit);
    let fields = fields.map(|(name, field)| field.take(name)).collect();
    Ok(DetectedFields { fields, limit, warnings: found.warnings })
}

async fn values(app: App, name: String, params: Params) -> Result<DetectedValues, ApiError> {
    let limit = field_limit(&params)?;
    let mut found = look(&app, &params).await?;
    let values = found.by_name.remove(&name).unwrap_or_default().values;
    let values = values.into_iter().take(limit).collect();
    Ok(DetectedValues { values, limit, warnings: found.warnings })
}

/// Clients call it one or the other.
fn field_limit(params: &Params) -> Result<usize, ApiError> {
    let name = if params.get("field_limit").is_some() { "field_limit" } else { "limit" };
    request::positive(params, name, DEFAULT_FIELDS)
}

/// The fields of the newest lines that the query finds.
async fn look(app: &App, params: &Params) -> Result<Found, ApiError> {
    let limits = &app.config().limits;
    let Range { start, end } = request::limited_range(params, app)?;
    let lines = request::positive(params, "line_limit", DEFAULT_LINES.min(limits.max_entries))?;
    let step_ns = request::default_step(end.saturating_sub(start));
    let kind = QueryKind::Range { start, end, step_ns };
    let mut asked = question(app, params, kind, lines.min(limits.max_entries))?;
    asked.params.direction = Direction::Backward;
    let plan = plan_of_entries(
        &asked,
        "fields are detected in the lines of a log query, this is a metric query",
    )?;
    let (found, _) = work(app, move |store, cancel, effort| {
        let outcome = query::run(store, &plan, cancel, effort)?;
        let mut rows = match outcome.output {
            Output::Rows(rows) => rows,
            _ => Vec::new(),
        };
        // The oldest first: the first value of a field says what kind it is.
        rows.reverse();
        let parsed = parsers::parse(&rows)?;
        Ok(Found { warnings: outcome.warnings, ..Found::of(&rows, parsed) })
    })
    .await?;
    Ok(found)
}

#[derive(Debug, Default)]
struct Found {
    by_name: BTreeMap<String, Field>,
    /// What the answer may miss.
    warnings: Vec<String>,
}

#[derive(Debug, Default)]
struct Field {
    /// Of the first value.
    kind: Option<ValueKind>,
    values: BTreeSet<String>,
    parsers: BTreeSet<&'static str>,
    json_path: Vec<String>,
}

impl Found {
    fn of(rows: &[Row], parsed: Vec<Parsed>) -> Self {
        let mut found = Self::default();
        for (row, line) in rows.iter().zip(parsed) {
            // Fields that Logpane found itself can be filtered by without a parser as well; one that
            // a parser finds hides them.
            let auto = row.auto.iter().filter(|(name, _)| !line.fields.contains_key(name));
            let auto = auto.map(|(name, value)| (name.as_str(), value.as_str()));
            for (name, value) in row.labels_from(Origin::Metadata).chain(auto) {
                found.add(name, value, None);
            }
            let fields = line.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            for (name, value) in row.labels_from(Origin::Parsed).chain(fields) {
                found.add(name, value, line.parser);
            }
            for (name, path) in line.json_paths {
                if let Some(field) = found.by_name.get_mut(&name)
                    && field.json_path.is_empty()
                {
                    field.json_path = path;
                }
            }
        }
        found
    }

    fn add(&mut self, name: &str, value: &str, parser: Option<&'static str>) {
        if name.starts_with("__error") {
            return;
        }
        if !self.by_name.contains_key(name) {
            self.by_name.insert(name.to_owned(), Field::default());
        }
        let Some(field) = self.by_name.get_mut(name) else { return };
        field.kind.get_or_insert_with(|| ValueKind::of(value));
        field.parsers.extend(parser);
        if !field.values.contains(value) {
            field.values.insert(value.to_owned());
        }
    }
}

impl Field {
    fn take(&mut self, name: &str) -> DetectedField {
        let parsers = &self.parsers;
        DetectedField {
            label: name.to_owned(),
            kind: self.kind.unwrap_or(ValueKind::String).as_str().to_owned(),
            cardinality: self.values.len() as u64,
            parsers: (!parsers.is_empty())
                .then(|| parsers.iter().map(|parser| (*parser).to_owned()).collect()),
            json_path: std::mem::take(&mut self.json_path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parsed_field_hides_the_one_that_was_found_without_asking() {
        let row = |line: &str, auto: &[(&str, &str)]| Row {
            line: line.as_bytes().to_vec(),
            auto: auto.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            ..Row::default()
        };
        let rows =
            [row("req=0x1f", &[("req", "31"), ("rtf", "0.5")]), row("rtf 0.7", &[("rtf", "0.7")])];
        let found = Found::of(&rows, parsers::parse(&rows).unwrap());
        let told: Vec<(&str, Vec<&str>, bool)> = found
            .by_name
            .iter()
            .map(|(name, field)| {
                let values = field.values.iter().map(String::as_str).collect();
                (name.as_str(), values, field.parsers.is_empty())
            })
            .collect();
        assert_eq!(told, [("req", vec!["0x1f"], false), ("rtf", vec!["0.5", "0.7"], true)]);
    }
}
