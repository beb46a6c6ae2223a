//! Which parser stage a line is for, and what it finds: the engine's own stages are asked.

use std::collections::{BTreeMap, HashSet};

use logql::{Direction, Output, Params, QueryError, QueryKind, Row};
use model::{Batch, Entry, Labels, Sessions};
use serde_json::Value;

/// What a parser finds in a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// None: no parser finds anything.
    pub parser: Option<&'static str>,
    pub fields: BTreeMap<String, String>,
    /// Where fields stand in the document; each field once over all lines.
    pub json_paths: Vec<(String, Vec<String>)>,
}

/// Tries `json` on each line, then `logfmt`.
pub fn parse(rows: &[Row]) -> Result<Vec<Parsed>, QueryError> {
    let mut parsed = vec![Parsed::default(); rows.len()];
    let all: Vec<usize> = (0..rows.len()).collect();
    run("json", rows, &all, &mut parsed)?;
    let rest: Vec<usize> = all.into_iter().filter(|at| parsed[*at].parser.is_none()).collect();
    run("logfmt", rows, &rest, &mut parsed)?;
    let mut known = HashSet::new();
    for (row, parsed) in rows.iter().zip(&mut parsed) {
        let is_new = |name: &String| !known.contains(name);
        if parsed.parser == Some("json") && parsed.fields.keys().any(is_new) {
            add_paths(row, parsed, &mut known);
        }
    }
    Ok(parsed)
}

/// Runs one stage over the lines `at` and notes what it finds.
fn run(
    parser: &'static str,
    rows: &[Row],
    at: &[usize],
    parsed: &mut [Parsed],
) -> Result<(), QueryError> {
    // The position of a line is its time, so that it is known again in the result.
    let mut streams: BTreeMap<&Labels, Vec<Entry>> = BTreeMap::new();
    for at in at {
        let Some(row) = rows.get(*at) else { continue };
        let timestamp = i64::try_from(*at).unwrap_or(i64::MAX);
        streams.entry(&row.stream).or_default().push(Entry {
            timestamp,
            arrival: *at as u64,
            line: row.line.clone(),
            ..Entry::default()
        });
    }
    let params = Params {
        kind: QueryKind::Range { start: 0, end: i64::MAX, step_ns: 1 },
        limit: rows.len().max(1),
        direction: Direction::Forward,
        max_series: 1,
        cursor: None,
    };
    // The selector is not looked at: what is pushed is taken.
    let expr = logql::parse(&format!("{{a=\"b\"}} | {parser}"))?;
    let mut run = logql::plan(&expr, &params)?.start(&Sessions::default());
    for (labels, entries) in streams {
        run.push(0, labels, &Batch::from_entries(entries))?;
    }
    let Output::Rows(found) = run.finish()?.output else { return Ok(()) };
    for row in found {
        let Some(line) = usize::try_from(row.timestamp).ok().and_then(|at| parsed.get_mut(at))
        else {
            continue;
        };
        if row.labels.get("__error__").is_some() {
            continue;
        }
        let is_field = |(name, _): &(&str, &str)| row.stream.get(name).is_none();
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        line.fields = row.labels.iter().filter(is_field).map(owned).collect();
        line.parser = (!line.fields.is_empty()).then_some(parser);
    }
    Ok(())
}

/// Says of the fields that are new where they stand.
fn add_paths(row: &Row, parsed: &mut Parsed, known: &mut HashSet<String>) {
    let Ok(document) = serde_json::from_slice::<Value>(&row.line) else { return };
    let mut paths = Vec::new();
    walk(&document, &mut Vec::new(), &mut |path: &[&str]| {
        let mut name = logql::json_label(path);
        if row.stream.get(&name).is_some() {
            name.push_str("_extracted");
        }
        if parsed.fields.contains_key(&name) && known.insert(name.clone()) {
            paths.push((name, path.iter().map(|key| (*key).to_owned()).collect()));
        }
    });
    parsed.json_paths = paths;
}

/// Visits every value that becomes a label. The depth is bounded by the parser's.
fn walk<'v>(value: &'v Value, path: &mut Vec<&'v str>, visit: &mut impl FnMut(&[&str])) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                path.push(key);
                walk(value, path, visit);
                path.pop();
            }
        }
        Value::Null | Value::Array(_) => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => visit(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_gets_the_parser_that_reads_it() {
        for (line, parser, fields, paths) in [
            (
                r#"{"a": {"b-c": 1}, "job": "x"}"#,
                Some("json"),
                &[("a_b_c", "1"), ("job_extracted", "x")][..],
                &[("a_b_c", &["a", "b-c"][..]), ("job_extracted", &["job"])][..],
            ),
            (
                "level=info msg=\"so so\"",
                Some("logfmt"),
                &[("level", "info"), ("msg", "so so")],
                &[],
            ),
            ("plain words", None, &[], &[]),
            ("", None, &[], &[]),
        ] {
            let row = Row {
                line: line.as_bytes().to_vec(),
                stream: Labels::from([("job", "a")]),
                ..Row::default()
            };
            let fields = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            let json_paths = paths
                .iter()
                .map(|(name, path)| {
                    ((*name).to_owned(), path.iter().map(|key| (*key).to_owned()).collect())
                })
                .collect();
            let expected = Parsed { parser, fields, json_paths };
            assert_eq!(parse(&[row]).unwrap(), [expected], "{line}");
        }
    }
}
