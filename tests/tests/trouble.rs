//! What goes wrong while somebody waits for an answer, and what the page says then.

use anyhow::{Context, Result, bail};
use serde_json::json;
use tempfile::TempDir;
use tests::{Browser, Gate, Page, Relay, Voice, Written, wait_async, wait_for};
use thirtyfour::extensions::cdp::ChromeDevTools;
use thirtyfour::prelude::*;

/// Lines that stand in a sealed chunk, and newer ones that do not.
const SEALED: usize = 200;
const FRESH: usize = 5;

/// A page on a relay whose sealed chunks the gate holds back.
struct Stage {
    log: Written,
    gate: Gate,
    page: Page,
}

async fn on_stage(flow: impl AsyncFn(&Stage) -> Result<()>) -> Result<()> {
    let dir = TempDir::new()?;
    let data = dir.path().join("data");
    let mut log = Written::create(dir.path(), "app.log")?;
    let now = log.stamp().to_owned();
    log.at("2024-12-17T14:30:52Z");
    for n in 0..SEALED {
        log.line(&format!("step {n}"))?;
    }
    // More than stays open at the head of a stream.
    for n in 0..22_000 {
        log.line(&format!("{n} is a line that nobody asks for, long enough to fill a chunk"))?;
    }
    let relay = Relay::start(&data, &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    wait_for("a sealed chunk", || std::fs::read_dir(data.join("chunks")).ok()?.next())??;
    log.at(&now);
    for n in 0..FRESH {
        log.line(&format!("fresh step {n}"))?;
    }
    relay.wait_until_read(1)?;
    let gate = Gate::start(&relay.url).await?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    let stage = Stage { log, gate, page };
    let result = flow(&stage).await;
    if result.is_err() {
        stage.page.shot("failed-trouble").await.ok();
    }
    stage.page.leave();
    result
}

impl Stage {
    /// Asks for everything, and waits until there are lines of an answer that cannot end, and the
    /// page waits for a chunk: on a busy machine the lines are there long before it asks for one.
    async fn ask_slowly(&self) -> Result<()> {
        let query = format!("{} |= \"step\"", self.log.selector());
        self.page.explore(&self.gate.url, &query, 0, i64::MAX, "").await?;
        wait_async("the first lines of a slow answer", || async {
            match self.page.lines().await?.len() {
                FRESH if self.gate.asked() > 0 => Ok(()),
                n => bail!("{n} lines, {} chunks asked for", self.gate.asked()),
            }
        })
        .await?;
        assert_eq!(self.page.attribute("result", "data-phase").await?, "running");
        Ok(())
    }

    async fn answer_in_full(&self) -> Result<()> {
        wait_async("the whole answer", || async {
            let coverage = self.page.wait_until_answered().await?;
            let gaps = self.page.find_all("gaps").await?.len();
            let rows: usize = self.page.attribute("list", "aria-rowcount").await?.parse()?;
            if gaps == 0 && !coverage.starts_with("only") && rows == SEALED + FRESH {
                return Ok(());
            }
            bail!("{coverage}, {gaps} gaps, {rows} rows")
        })
        .await
    }
}

#[tokio::test]
async fn escape_ends_a_query_and_keeps_what_came() -> Result<()> {
    on_stage(async |stage| {
        stage.ask_slowly().await?;
        let body = stage.page.driver.find(By::Tag("body")).await?;
        body.send_keys(Key::Escape + "").await?;
        let coverage = stage.page.wait_until_answered().await?;
        assert!(coverage.starts_with("only"), "{coverage}");
        assert!(stage.page.text("list-end").await?.contains("incomplete"));
        let gap = stage.page.text("gaps").await?;
        assert!(gap.contains("cancelled after"), "{gap}");
        assert_eq!(stage.page.lines().await?.len(), FRESH, "{coverage}");
        stage.page.shot("cancelled").await?;
        wait_async("the requests to end with their query", || async {
            if stage.gate.given_up() > 0 { Ok(()) } else { bail!("the page still waits") }
        })
        .await?;

        stage.gate.open();
        stage.page.click("run").await?;
        stage.answer_in_full().await
    })
    .await
}

#[tokio::test]
async fn a_query_whose_worker_dies_can_be_run_again() -> Result<()> {
    on_stage(async |stage| {
        // The page does not hand its workers out: they are noted as they start.
        let code = "window.workers = [];
            window.Worker = class extends Worker {
                constructor(...args) { super(...args); window.workers.push(this); }
            };";
        ChromeDevTools::new(stage.page.driver.handle.clone())
            .execute_cdp_with_params(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": code }),
            )
            .await?;
        stage.ask_slowly().await?;
        // Worker 0 leads every query; no worker goes on after what it cannot read.
        stage.page.script("window.workers[0].postMessage(new Uint8Array([255, 255]))").await?;
        let failure = stage.page.text("failure").await?;
        assert!(failure.contains("stopped and was restarted"), "{failure}");
        assert_eq!(stage.page.attribute("result", "data-phase").await?, "failed");
        stage.page.shot("died").await?;

        stage.gate.open();
        stage.page.click("failure-action").await?;
        stage.answer_in_full().await
    })
    .await
}

/// The number before `unit` in a text such as `only 12,345 lines from 14:02`.
fn number_before(text: &str, unit: &str) -> Option<u64> {
    let (before, _) = text.split_once(unit)?;
    before.trim().rsplit(' ').next()?.replace([',', '('], "").parse().ok()
}

#[tokio::test]
async fn a_damaged_chunk_is_said_to_be_missing() -> Result<()> {
    let dir = TempDir::new()?;
    let data = dir.path().join("data");
    let voice = Voice::generate(dir.path(), "20MB")?;
    let relay = Relay::start(&data, &voice.paths())?;
    relay.wait_until_read(4)?;
    // Nothing that a signature or a count could answer without the lines.
    let count =
        |range: &str| format!(r#"sum(count_over_time({{job="cosyvoice3"}} |~ "." [{range}]))"#);
    let counted = |relay: &Relay| -> Result<(u64, String)> {
        let answer = relay.query(&[&count("1000d"), "--at", "now+5d", "-o", "json"])?;
        let (_, n) = answer.samples()?.into_iter().next().context("no sample")?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        Ok((n as u64, answer.stderr))
    };
    let (whole, remarks) = counted(&relay)?;
    assert!(!remarks.contains("damaged"), "{remarks}");
    relay.stop()?;

    let chunks = std::fs::read_dir(data.join("chunks"))?.collect::<Result<Vec<_>, _>>()?;
    let size = |entry: &std::fs::DirEntry| entry.metadata().map_or(0, |data| data.len());
    let path = chunks.iter().max_by_key(|entry| size(entry)).context("no chunk")?.path();
    let mut bytes = std::fs::read(&path)?;
    let middle = bytes.len() / 4..bytes.len() / 2;
    bytes.get_mut(middle).context("short")?.iter_mut().for_each(|byte| *byte ^= 0xff);
    std::fs::write(&path, bytes)?;

    let relay = Relay::start(&data, &voice.paths())?;
    relay.wait_until_read(4)?;
    let (rest, remarks) = counted(&relay)?;
    assert!(rest > 0 && rest < whole, "{rest} of {whole}");
    assert!(remarks.contains("damaged"), "{remarks}");

    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    let (from, to) = voice.range()?;
    page.explore(&relay.url, &count("1h"), from, to, "").await?;
    let coverage = page.wait_until_answered().await?;
    assert!(coverage.starts_with("only"), "{coverage}");
    page.click("gaps").await?;
    let listed = page
        .script("return [...document.querySelectorAll('.coverage__gaps li')].map(gap => gap.textContent)")
        .await?;
    let listed: Vec<String> = serde_json::from_value(listed)?;
    let missing: Option<u64> = listed.iter().map(|gap| number_before(gap, " lines")).sum();
    assert_eq!(missing, Some(whole - rest), "{listed:?}, {coverage}");
    page.find("chart").await?;
    page.shot("damaged").await?;
    page.leave();
    Ok(())
}

#[tokio::test]
async fn more_series_than_a_chart_shows_are_counted() -> Result<()> {
    const SERIES: usize = 600;
    let dir = TempDir::new()?;
    let mut log = Written::create(dir.path(), "many.log")?;
    for number in 0..SERIES {
        log.line(&format!("step number={number}"))?;
    }
    let relay = Relay::start(&dir.path().join("data"), &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    let query = format!("sum by (number) (count_over_time({} | logfmt [1h]))", log.selector());
    page.goto(&format!("{}/#v=1&from=now-1h&to=now&q={}", relay.url, encoded(&query))).await?;
    page.wait_until_answered().await?;
    page.wait_for_text("gaps", |said| {
        said.contains("the result has 600 series: the first 500 are shown")
    })
    .await?;
    page.shot("many-series").await?;
    page.leave();
    Ok(())
}

fn encoded(query: &str) -> String {
    query.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
