use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::Voice;

/// A metric query and the only right answer to it: label values to number.
#[derive(Debug)]
pub struct Question {
    pub name: &'static str,
    pub query: String,
    /// Evaluated from `start` by `step` up to `end`, nanoseconds; one step when they are equal.
    pub start: i64,
    pub end: i64,
    pub step: i64,
    /// The series (its label values, joined by a space) and step end, in milliseconds, to value.
    pub expected: BTreeMap<(String, i64), f64>,
}

const MS: i64 = 1_000_000;
const FIVE_MINUTES_MS: i64 = 300_000;

/// The questions about a generated set whose answers the generator knows exactly.
pub fn questions(voice: &Voice) -> Result<Vec<Question>> {
    let expect = voice.expect()?;
    let truth = &voice.truth;
    let (_, end) = voice.range()?;
    let cosy = selector(voice, "cosyvoice.log");
    let at_end = |name, query: String, expected: Vec<(String, f64)>| Question {
        name,
        query,
        start: end,
        end,
        step: 60_000 * MS,
        expected: expected.into_iter().map(|(k, v)| ((k, end / MS), v)).collect(),
    };
    let mut questions = Vec::new();

    for (file, counts) in expect["files"].as_object().context("files")? {
        let selector = selector(voice, file);
        let mut count = |name, filter: &str, key: &str| {
            let query = format!("sum(count_over_time({{{selector}}} {filter} [1000d]))");
            let n = counts[key].as_f64().filter(|n| *n > 0.0);
            questions.push(at_end(
                name,
                query,
                n.map(|n| (String::new(), n)).into_iter().collect(),
            ));
        };
        count("entries", r#"| event!="progress""#, "records");
        count("error, exact case", r#"|= "error""#, "error");
        count("timeout or fail", r#"|~ "timeout|fail""#, "timeout_or_fail");
        count("out of memory", r#"|= "CUDA out of memory""#, "oom");
        count("Chinese", r#"|~ "[一-鿿]""#, "han");
        count("tracebacks", r#"|= "Traceback (most recent call last)""#, "tracebacks");

        // Tracebacks and warnings of Python carry a level that they did not print themselves.
        let query = format!(
            r#"sum by (level) (count_over_time({{{selector}, level!=""}} !~ "^(Traceback|Exception in|During handling|The above)" !~ "^\\S+\\.py:\\d+: \\w*Warning: " [1000d]))"#
        );
        questions.push(at_end("records per level", query, levels(&truth["files"][file])?));
    }

    questions.extend(fields(voice)?.into_iter().map(|(name, query, n)| at_end(name, query, n)));

    let number = |path: &str| truth.pointer(path).and_then(Value::as_f64).context("truth");
    for (name, filter, key) in [
        ("rtf count", r#"|= "yield speech len" | rtf>0"#, "/rtf/count"),
        ("text_len count", r#"|= "Generating audio" | text_len>0"#, "/text_len/count"),
    ] {
        let query = format!("sum(count_over_time({{{cosy}}} {filter} [1000d]))");
        questions.push(at_end(name, query, vec![(String::new(), number(key)?)]));
    }
    for (name, aggregation, key) in
        [("rtf sum", "sum(sum_over_time", "/rtf/sum"), ("rtf max", "max(max_over_time", "/rtf/max")]
    {
        let query =
            format!(r#"{aggregation}({{{cosy}}} |= "yield speech len" | unwrap rtf [1000d]))"#);
        questions.push(at_end(name, query, vec![(String::new(), number(key)?)]));
    }
    questions.push(at_end(
        "rtf p95",
        format!(
            r#"quantile_over_time(0.95, {{{cosy}}} |= "yield speech len" | unwrap rtf [1000d]) by ()"#
        ),
        vec![(String::new(), number("/rtf/p95")?)],
    ));
    questions.push(at_end(
        "text_len sum",
        format!(
            r#"sum(sum_over_time({{{cosy}}} |= "Generating audio" | unwrap text_len [1000d]))"#
        ),
        vec![(String::new(), number("/text_len/sum")?)],
    ));

    let commits = expect["cosyvoice_per_commit"].as_object().context("commits")?;
    questions.push(at_end(
        "entries per commit",
        format!(
            r#"sum by (commit) (count_over_time({{{cosy}}} | commit!="" | event!="progress" [1000d]))"#
        ),
        commits.iter().map(|(c, n)| (c.clone(), n.as_f64().unwrap_or(f64::NAN))).collect(),
    ));
    questions.push(oom_buckets(voice, "cosyvoice.log", "cosyvoice_lines_by_5m")?);
    questions.push(oom_buckets(voice, "api.jsonl", "json_lines_by_5m")?);
    Ok(questions)
}

type Counts = Vec<(String, f64)>;

/// Questions about fields that nobody configured, each with the one that groups or the one number.
fn fields(voice: &Voice) -> Result<Vec<(&'static str, String, Counts)>> {
    let truth = &voice.truth;
    let of = |file: &str| selector(voice, file);
    let (web, json) = (of("webui.log"), of("api.jsonl"));
    let counts = |key: &str, inner: &str| -> Result<Counts> {
        let counts =
            truth.pointer(key).and_then(Value::as_object).with_context(|| key.to_owned())?;
        let number = |n: &Value| if inner.is_empty() { n.as_f64() } else { n[inner].as_f64() };
        counts.iter().map(|(k, n)| Ok((k.clone(), number(n).context("a count")?))).collect()
    };
    let number = |key: &str| -> Result<Counts> {
        let number = truth.pointer(key).and_then(Value::as_f64).with_context(|| key.to_owned())?;
        Ok(vec![(String::new(), number)])
    };
    let grouped = |label: &str, selector: &str, filter: &str| {
        format!("sum by ({label}) (count_over_time({{{selector}}} {filter} [1000d]))")
    };
    let unwrapped = |range: &str, file: &str, field: &str| {
        format!("{range}_over_time({{{}}} | unwrap {field} [1000d]))", of(file))
    };
    Ok(vec![
        (
            "answers by status",
            grouped("status", &web, r#"| status!="""#),
            counts("/http_status", "")?,
        ),
        (
            "requests by path",
            grouped("path", &web, r#"| path=~"/inference.*""#),
            counts("/http_path", "")?,
        ),
        ("JSON by level", grouped("level", &json, ""), counts("/json_level", "")?),
        // A line's own commit counts before that of the run.
        (
            "JSON by commit",
            grouped("commit", &json, r#"| commit!="""#),
            counts("/json_commit", "")?,
        ),
        ("JSON rtf sum", unwrapped("sum(sum", "api.jsonl", "rtf"), number("/json_rtf/sum")?),
        ("Xid by number", grouped("xid", &of("syslog"), r#"| xid!="""#), counts("/xid", "")?),
        (
            "fish tokens a second",
            unwrapped("sum(sum", "fish.log", "tokens_per_sec"),
            number("/fish_tokens_per_sec/sum")?,
        ),
        (
            "fish memory",
            unwrapped("max(max", "fish.log", "gpu_memory_gb"),
            number("/fish_gpu_memory_gb/max")?,
        ),
        ("speech", unwrapped("sum(sum", "cosyvoice.log", "speech_len"), number("/speech_len/sum")?),
        (
            "samples",
            format!(
                r#"sum(sum_over_time({{{}}} |= "Audio sample received" | unwrap duration [1000d]))"#,
                of("cosyvoice.log")
            ),
            number("/sample_duration_s/sum")?,
        ),
        (
            "starts by commit",
            grouped("commit", &of("startup.log"), r#"|= "[SYSTEM] Starting""#),
            counts("/per_commit", "sessions")?,
        ),
    ])
}

fn selector(voice: &Voice, file: &str) -> String {
    format!("filename={:?}", voice.path(file))
}

/// `count_over_time` in the buckets of the truth: those are closed at their start and open at
/// their end, a window is the other way round, and stamps are whole milliseconds.
fn oom_buckets(voice: &Voice, file: &str, key: &str) -> Result<Question> {
    let selector = selector(voice, file);
    let buckets = voice.truth["oom"][key].as_object().context("buckets")?;
    let ends: BTreeMap<(String, i64), f64> = buckets
        .iter()
        .map(|(start, n)| {
            let start_ms = start.parse::<i64>().unwrap_or_default() * 1000;
            ((String::new(), start_ms + FIVE_MINUTES_MS), n.as_f64().unwrap_or(f64::NAN))
        })
        .collect();
    let first = ends.keys().next().context("no out-of-memory at all")?.1;
    let last = ends.keys().next_back().context("no out-of-memory at all")?.1;
    Ok(Question {
        name: "out of memory per five minutes",
        query: format!(
            r#"sum(count_over_time({{{selector}}} |= "CUDA out of memory" [5m] offset 1ms))"#
        ),
        start: first * MS,
        end: last * MS,
        step: FIVE_MINUTES_MS * MS,
        expected: ends,
    })
}

fn levels(file: &Value) -> Result<Vec<(String, f64)>> {
    let mut levels: BTreeMap<String, f64> = BTreeMap::new();
    for (level, n) in file["levels"].as_object().context("levels")? {
        let level = if level == "system" { "info" } else { level };
        *levels.entry(level.to_owned()).or_default() += n.as_f64().context("a count")?;
    }
    Ok(levels.into_iter().collect())
}

/// Whether two answers are the same, and where they differ.
pub fn compare(
    question: &Question,
    found: &BTreeMap<(String, i64), f64>,
) -> std::result::Result<(), String> {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
    let mut differences = Vec::new();
    for (key, expected) in &question.expected {
        match found.get(key) {
            Some(value) if close(*value, *expected) => {}
            other => differences.push(format!("{key:?}: expected {expected}, found {other:?}")),
        }
    }
    for (key, value) in found {
        if !question.expected.contains_key(key) {
            differences.push(format!("{key:?}: expected nothing, found {value}"));
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    let shown = differences.iter().take(5).cloned().collect::<Vec<_>>().join("\n  ");
    Err(format!("{} ({})\n  {shown}", question.name, question.query))
}
