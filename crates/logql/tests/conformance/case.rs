use logql::{Direction, Params, QueryKind};
use serde_json::Value;

/// One recorded request and its answer.
pub struct Case {
    pub id: String,
    pub kind: String,
    pub query: String,
    pub quirk: bool,
    pub ordered: bool,
    pub superset: bool,
    /// Labels are asked for by where they are from.
    pub categorised: bool,
    pub expect: Value,
    topic: String,
    pub json: Value,
}

/// A topic with its cases.
pub fn read(document: &str) -> (String, Vec<Case>) {
    let document: Value = serde_json::from_str(document).unwrap();
    let topic = text(&document["topic"]);
    let cases = document["cases"].as_array().unwrap();
    let cases = cases.iter().map(|case| Case::read(&topic, case)).collect();
    (topic, cases)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Case {
    fn read(topic: &str, json: &Value) -> Self {
        Self {
            id: text(&json["id"]),
            kind: text(&json["kind"]),
            query: text(&json["query"]),
            quirk: json["quirk"].as_bool().unwrap_or(!json["quirk"].is_null()),
            ordered: json["ordered"] == Value::Bool(true),
            superset: json["compare"] == "superset",
            categorised: json["headers"]["X-Loki-Response-Encoding-Flags"] == "categorize-labels",
            expect: json["expect"].clone(),
            topic: topic.to_owned(),
            json: json.clone(),
        }
    }

    /// Other cases are about parameters, paths and label indexes, which the engine never sees.
    pub fn concerns_the_engine(&self) -> bool {
        let kinds = ["log", "range", "instant", "error", "format"];
        let topics = ["api_errors", "labels_series_stats"];
        let plain = self.json["params"].is_null();
        kinds.contains(&self.kind.as_str()) && !topics.contains(&self.topic.as_str()) && plain
    }

    pub fn params(&self) -> Params {
        let instant = self.kind == "instant" || self.json["endpoint"] == "query";
        let now = 1_795_172_400_000_000_000;
        let start = self.time("start").unwrap_or(now - 3_600_000_000_000);
        let end = self.time("end").unwrap_or(now);
        let kind = if instant {
            QueryKind::Instant { at: self.time("time").unwrap_or(now) }
        } else {
            let default = ((end - start) / 250_000_000_000).max(1) * 1_000_000_000;
            QueryKind::Range { start, end, step_ns: self.step().unwrap_or(default) }
        };
        let limit = self.json["limit"].as_u64().or_else(|| text(&self.json["limit"]).parse().ok());
        let forward = text(&self.json["direction"]).eq_ignore_ascii_case("forward");
        Params {
            kind,
            limit: limit.map_or(100, |limit| usize::try_from(limit).unwrap()),
            direction: if forward { Direction::Forward } else { Direction::Backward },
            max_series: 100_000,
            cursor: None,
        }
    }

    fn plain(&self, name: &str) -> Option<String> {
        match &self.json[name] {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Nanoseconds, seconds with or without a fraction, or RFC 3339.
    fn time(&self, name: &str) -> Option<i64> {
        let text = self.plain(name)?;
        if let Ok(number) = text.parse::<i64>() {
            return Some(if text.len() <= 10 { number * 1_000_000_000 } else { number });
        }
        if let Ok(seconds) = text.parse::<f64>() {
            return Some((seconds * 1e3).round() as i64 * 1_000_000);
        }
        Some(rfc3339(&text))
    }

    fn step(&self) -> Option<i64> {
        let text = self.plain("step")?;
        match text.parse::<f64>() {
            Ok(seconds) => Some((seconds * 1e3).round() as i64 * 1_000_000),
            Err(_) => Some(model::parse_duration(&text).unwrap()),
        }
    }
}

/// The data lies in the hours around 2026-11-20T10:00:00Z.
fn rfc3339(text: &str) -> i64 {
    let (date, time) = text.split_once('T').unwrap_or_else(|| panic!("{text}"));
    let split = time.find(['Z', '+', '-']).unwrap_or_else(|| panic!("{text}"));
    let (clock, zone) = time.split_at(split);
    let part = |text: &str| text.parse::<f64>().unwrap_or_else(|_| panic!("{text}"));
    let seconds = |clock: &str| clock.split(':').fold(0.0, |total, p| total * 60.0 + part(p));
    let clock =
        if clock.matches(':').count() == 1 { format!("{clock}:0") } else { clock.to_owned() };
    let east = match zone.split_at(1) {
        ("+", hours) => seconds(hours) * 60.0,
        ("-", hours) => -seconds(hours) * 60.0,
        _ => 0.0,
    };
    let day = match date {
        "2026-11-20" => 1_795_132_800.0,
        "2026-11-19" => 1_795_046_400.0,
        "2026-11-21" => 1_795_219_200.0,
        other => panic!("{other}"),
    };
    ((day + seconds(&clock) - east) * 1e3).round() as i64 * 1_000_000
}
