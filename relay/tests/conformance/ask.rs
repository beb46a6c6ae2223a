use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::case::Case;

/// Sends cases as they stand.
pub struct Client {
    agent: ureq::Agent,
    url: String,
}

/// Status and body.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Client {
    pub fn new(url: &str) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Self { agent, url: format!("{url}/loki/api/v1/") }
    }

    /// Pushes each data set in the order of its lines, some at a time.
    pub fn push_all(&self, folder: &Path) {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        for path in entries {
            let text = std::fs::read_to_string(path).unwrap();
            let rows: Vec<Value> =
                text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            for part in rows.chunks(400) {
                self.push(part);
            }
        }
    }

    fn push(&self, rows: &[Value]) {
        let mut streams: BTreeMap<String, (Value, Vec<Value>)> = BTreeMap::new();
        for row in rows {
            let mut value = vec![row["ts"].clone(), row["line"].clone()];
            value.extend(row.get("metadata").cloned());
            let stream = streams.entry(row["labels"].to_string());
            let (_, values) = stream.or_insert_with(|| (row["labels"].clone(), Vec::new()));
            values.push(Value::Array(value));
        }
        let streams: Vec<Value> = streams
            .into_values()
            .map(|(stream, values)| json!({"stream": stream, "values": values}))
            .collect();
        let body = json!({ "streams": streams }).to_string();
        let url = format!("{}push", self.url);
        let request = self.agent.post(url).header("content-type", "application/json");
        assert_eq!(request.send(body).unwrap().status(), 204);
    }

    pub fn ask(&self, case: &Case) -> Answer {
        let url = format!("{}{}", self.url, endpoint(case));
        let params = params(case);
        let headers = case.json["headers"].as_object().into_iter().flatten();
        let headers: Vec<_> =
            headers.map(|(name, value)| (name.clone(), value.as_str().unwrap())).collect();
        let response = if case.json["method"] == "POST" {
            let mut request = self.agent.post(url);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            request.send_form(params)
        } else {
            let mut request = self.agent.get(url).query_pairs(params);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            request.call()
        };
        let mut response = response.unwrap();
        let body = response.body_mut().with_config().limit(1 << 30).read_to_string().unwrap();
        Answer { status: response.status().as_u16(), body }
    }
}

fn endpoint(case: &Case) -> String {
    if let Some(endpoint) = case.json["endpoint"].as_str() {
        return endpoint.to_owned();
    }
    match case.kind.as_str() {
        "label_values" => format!("label/{}/values", case.json["label"].as_str().unwrap()),
        "instant" => "query".to_owned(),
        "format" => "format_query".to_owned(),
        "stats" => "index/stats".to_owned(),
        "volume" => "index/volume".to_owned(),
        kind @ ("labels" | "series" | "detected_fields" | "patterns") => kind.to_owned(),
        _ => "query_range".to_owned(),
    }
}

fn params(case: &Case) -> Vec<(String, String)> {
    let names = ["query", "start", "end", "step", "limit", "direction", "time"];
    let mut params: Vec<(String, String)> = names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), plain(case.json.get(*name)?))))
        .collect();
    for selector in case.json["match"].as_array().into_iter().flatten() {
        params.push(("match[]".to_owned(), plain(selector)));
    }
    for (name, value) in case.json["params"].as_object().into_iter().flatten() {
        params.push((name.clone(), plain(value)));
    }
    params
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
