//! The generated set, asked through the command line and through the page: every answer is the
//! one the generator knows.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;
use tests::{Browser, Page, Question, Relay, Voice, compare, questions};

type Found = BTreeMap<(String, i64), f64>;

#[test]
fn command_line_and_page_give_the_true_answers() -> Result<()> {
    let dir = TempDir::new()?;
    let voice = Voice::generate_all(dir.path(), "20MB")?;
    let data = dir.path().join("data");
    let relay = Relay::start(&data, &voice.paths())?;
    relay.wait_until_read(voice.paths().len())?;
    let questions = questions(&voice)?;
    check("command line", &questions, |question| ask(question, |args| relay.query(args)))?;

    let runtime = tokio::runtime::Runtime::new()?;
    let browser = Browser::start()?;
    let page = runtime.block_on(browser.open(1440, 900))?;
    check("page", &questions, |question| runtime.block_on(ask_page(&page, &relay.url, question)))?;
    page.leave();

    relay.kill();
    // The same answers from the folder, with nothing running.
    check("data folder", &questions, |question| {
        ask(question, |args| Relay::query_data(&data, args))
    })
}

fn check(
    way: &str,
    questions: &[Question],
    answer: impl Fn(&Question) -> Result<Found>,
) -> Result<()> {
    let mut wrong = Vec::new();
    for question in questions {
        let start = std::time::Instant::now();
        let found = answer(question).with_context(|| question.query.clone())?;
        eprintln!("{way}: {} in {:?}", question.name, start.elapsed());
        wrong.extend(compare(question, &found).err());
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{way}: {} wrong answers:\n{}", wrong.len(), wrong.join("\n"))
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

const HOUR_NS: i64 = 3_600_000_000_000;

/// Opens the query's link and reads the table twin of the chart.
async fn ask_page(page: &Page, url: &str, question: &Question) -> Result<Found> {
    let single = question.start == question.end;
    let from = if single { question.end - HOUR_NS } else { question.start };
    page.explore(url, &question.query, from, question.end, "&table=1").await?;
    page.wait_until_answered().await?;
    let rows = if single {
        "[...document.querySelectorAll('[data-testid=table-row]')].map(row =>
            [row.querySelector('th').textContent, '', row.querySelector('[data-value]').dataset.value])"
    } else {
        "[...document.querySelectorAll('[data-testid=point]')].map(row =>
            ['', row.dataset.time, row.querySelector('[data-value]').dataset.value])"
    };
    while let Some(more) = page.find_all("more-points").await?.pop() {
        more.click().await?;
    }
    let mut found = Found::new();
    for row in page.script(&format!("return {rows}")).await?.as_array().context("no rows")? {
        let text = |at: usize| row[at].as_str().unwrap_or_default();
        let value = text(2).parse()?;
        let ms = if single { question.end / 1_000_000 } else { text(1).parse()? };
        found.insert((label_values(text(0)), ms), value);
    }
    Ok(found)
}

/// `{level="info", job="a"}` → `info a`
fn label_values(labels: &str) -> String {
    labels.split('"').skip(1).step_by(2).collect::<Vec<_>>().join(" ")
}
