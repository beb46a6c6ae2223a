//! The generated set, asked through the command line and through the page: every answer is the
//! one the generator knows.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;
use tests::{Question, Relay, Voice, compare, questions};

type Found = BTreeMap<(String, i64), f64>;

#[test]
fn the_command_line_gives_the_true_answers() -> Result<()> {
    let dir = TempDir::new()?;
    let voice = Voice::generate(dir.path(), "20MB")?;
    let data = dir.path().join("data");
    let relay = Relay::start(&data, &voice.paths())?;
    relay.wait_until_read(4)?;
    let questions = questions(&voice)?;
    check(&questions, |question| ask(question, |args| relay.query(args)))?;
    relay.kill();
    // The same answers from the folder, with nothing running.
    check(&questions, |question| ask(question, |args| Relay::query_data(&data, args)))
}

fn check(questions: &[Question], answer: impl Fn(&Question) -> Result<Found>) -> Result<()> {
    let mut wrong = Vec::new();
    for question in questions {
        let found = answer(question).with_context(|| question.query.clone())?;
        wrong.extend(compare(question, &found).err());
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

fn ask(question: &Question, query: impl Fn(&[&str]) -> Result<tests::Answer>) -> Result<Found> {
    let (start, end) = (question.start.to_string(), question.end.to_string());
    let step = format!("{}ms", question.step / 1_000_000);
    let answer =
        query(&[&question.query, "--from", &start, "--to", &end, "--step", &step, "-o", "json"])?;
    let body = answer.json()?;
    let series = body["data"]["result"].as_array().context("no result")?;
    let mut found = Found::new();
    for series in series {
        let labels = series["metric"].as_object().context("no labels")?;
        let labels: Vec<&str> = labels.values().filter_map(Value::as_str).collect();
        for sample in series["values"].as_array().context("no values")? {
            let seconds = sample[0].as_f64().context("no time")?;
            let value = sample[1].as_str().context("no value")?.parse()?;
            #[expect(clippy::cast_possible_truncation, reason = "milliseconds of this century")]
            let ms = (seconds * 1000.0).round() as i64;
            found.insert((labels.join(" "), ms), value);
        }
    }
    Ok(found)
}
