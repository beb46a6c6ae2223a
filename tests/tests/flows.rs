//! What a person does with the page, in a real browser on the release relay. Screenshots of the
//! screens lie in `tests/shots` afterwards, to be looked at.

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tests::{Browser, LOADED_LATER, LiveVoice, Page, Relay, Voice, wait_async, wait_for};
use thirtyfour::prelude::*;

const ARTICLE_SELECTOR: &str = r#"{job="cosyvoice3"}"#;

/// A relay on a small generated set, and a page on it.
struct Stage {
    voice: Voice,
    relay: Relay,
    page: Page,
}

/// Runs a flow in a window of its own, and leaves the window whatever comes of it.
async fn on_stage(width: u32, height: u32, flow: impl AsyncFn(&Stage) -> Result<()>) -> Result<()> {
    let dir = TempDir::new()?;
    let voice = Voice::generate(dir.path(), "2MB")?;
    let relay = Relay::start(&dir.path().join("data"), &voice.paths())?;
    relay.wait_until_read(4)?;
    let browser = Browser::start()?;
    let page = browser.open(width, height).await?;
    let stage = Stage { voice, relay, page };
    let result = flow(&stage).await;
    if result.is_err() {
        stage.page.shot("failed").await.ok();
    }
    stage.page.leave();
    result
}

impl Stage {
    /// Opens a query over all the data there is.
    async fn ask(&self, query: &str, view: &str) -> Result<String> {
        let (from, to) = self.voice.range()?;
        self.page.explore(&self.relay.url, query, from, to, view).await?;
        self.page.wait_until_answered().await
    }

    async fn query_text(&self) -> Result<String> {
        Ok(self.page.find("query").await?.prop("value").await?.unwrap_or_default())
    }

    /// The text of the first line that is shown.
    async fn first_line(&self) -> Result<String> {
        self.page.wait_for_text("row", |text| !text.is_empty()).await
    }
}

#[tokio::test]
async fn the_first_visit_shows_the_newest_lines() -> Result<()> {
    on_stage(1440, 900, async |stage| {
        stage.page.goto(&stage.relay.url).await?;
        stage.first_line().await?;
        let coverage = stage.page.wait_until_answered().await?;
        assert!(coverage.contains("lines"), "{coverage}");
        let loaded = "return performance.getEntriesByType('resource').map(of => of.name).join()";
        let loaded = stage.page.script(loaded).await?;
        assert!(loaded.as_str().is_some_and(|all| all.contains(".wasm")), "{loaded}");
        assert!(!loaded.as_str().is_some_and(|all| all.contains(LOADED_LATER)), "{loaded}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_page_on_old_logs_goes_to_where_they_are() -> Result<()> {
    on_stage(1440, 900, async |stage| {
        // Without the file whose lines have no time of their own.
        let dir = TempDir::new()?;
        let paths =
            [stage.voice.path("cosyvoice.log").into(), stage.voice.path("api.jsonl").into()];
        let relay = Relay::start(dir.path(), &paths)?;
        relay.wait_until_read(2)?;
        stage.page.goto(&relay.url).await?;
        stage.first_line().await?;
        stage.page.find("jumped").await?;
        stage.page.wait_until_answered().await?;
        stage.page.shot("first-visit-light").await?;
        stage.page.script("document.documentElement.dataset.theme = 'dark'").await?;
        stage.page.shot("first-visit-dark").await
    })
    .await
}

#[tokio::test]
async fn a_mistake_is_shown_while_typing_and_fixed_by_a_click() -> Result<()> {
    on_stage(1440, 900, async |stage| {
        stage.ask(ARTICLE_SELECTOR, "").await?;
        let query = stage.page.find("query").await?;
        query.send_keys(Key::Control + "a").await?;
        query.send_keys(r#"{job=="cosyvoice3"} |= "error""#).await?;
        stage.page.find("error").await?;
        stage.page.shot("error").await?;
        stage.page.click("fix").await?;
        assert_eq!(stage.query_text().await?, r#"{job="cosyvoice3"} |= "error""#);
        stage.page.click("run").await?;
        stage.first_line().await?;
        // Far more lines say ERROR than error, and the page says so beside the result.
        stage.page.find("hint").await?;
        stage.page.shot("hint").await?;
        stage.page.click("hint-action").await?;
        wait_async("the query to ignore case", || async {
            let query = stage.query_text().await?;
            if query.contains("(?i)error") { Ok(()) } else { bail!("{query}") }
        })
        .await
    })
    .await
}

#[tokio::test]
async fn what_was_probably_meant_is_one_click_away() -> Result<()> {
    on_stage(1440, 900, async |stage| {
        for (query, meant) in [
            (r#"{job="cosyvoice"}"#, r#"{job="cosyvoice3"}"#),
            (
                r#"{job="cosyvoice3"} |= "Generating audio" | line_format "{{.textlen}}""#,
                r#"{job="cosyvoice3"} |= "Generating audio" | line_format "{{.text_len}}""#,
            ),
            (
                r#"count_over_time({job="cosyvoice3"}[5m]) > 5"#,
                r#"sum(count_over_time({job="cosyvoice3"}[5m])) > 5"#,
            ),
            (
                r#"sum by (status) (count_over_time({job="cosyvoice3"} | json [5m]))"#,
                r#"sum by (status) (count_over_time({job="cosyvoice3"} | json | __error__="" [5m]))"#,
            ),
        ] {
            stage.ask(query, "").await?;
            let (hint, fix) = ("hint-action", "fix");
            let way = wait_async("a hint or a fix", || async {
                for way in [hint, fix] {
                    if !stage.page.find_all(way).await?.is_empty() {
                        return Ok(way);
                    }
                }
                bail!("{}", stage.page.text("coverage").await?)
            })
            .await?;
            stage.page.shot(&format!("meant-{}", meant.len())).await?;
            stage.page.click(way).await?;
            wait_async("the query that was meant", || async {
                let query = stage.query_text().await?;
                if query == meant { Ok(()) } else { bail!("{query}") }
            })
            .await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_queries_of_the_article_work_as_written() -> Result<()> {
    on_stage(1440, 900, async |stage| {
    let expect = stage.voice.expect()?;
    let sum = |key: &str| -> u64 {
        let files = expect["files"].as_object().into_iter().flatten();
        files.filter_map(|(_, file)| file[key].as_u64()).sum()
    };
    for (query, matches) in [
        (r#"{job="cosyvoice3"} |= "error""#, sum("error")),
        (r#"{job="cosyvoice3"} |~ "timeout|fail""#, sum("timeout_or_fail")),
    ] {
        let coverage = stage.ask(query, "").await?;
        let digits = coverage.replace(',', "");
        assert!(digits.contains(&format!("{matches} match")), "{query}: {coverage}");
    }
    stage.ask(r#"rate({job="cosyvoice3"}[5m])"#, "").await?;
        stage.page.find("chart").await?;
        // The threshold is exceeded for minutes only: look where the truth says it was.
        let burst = stage.voice.truth["oom"]["bursts"][0]["start_ms"].as_i64().context("burst")?;
        let around = |minutes: i64| (burst + minutes * 60_000) * 1_000_000;
        let query = r#"count_over_time({job="cosyvoice3"} |= "CUDA out of memory"[5m]) > 5"#;
        stage.page.explore(&stage.relay.url, query, around(-30), around(30), "").await?;
        stage.page.find("chart").await?;
        stage.page.shot("chart").await?;
    stage
        .ask(
            r#"{job="cosyvoice3"} |= "Generating audio" | line_format "{{.text_len}} chars, seed={{.seed}}""#,
            "",
        )
        .await?;
    let line = stage.first_line().await?;
    let (before, seed) = line.split_once(" chars, seed=").context(line.clone())?;
    assert!(before.ends_with(|c: char| c.is_ascii_digit()), "{line}");
    assert!(seed.starts_with(|c: char| c.is_ascii_digit()), "{line}");

    stage.ask(r#"{job="cosyvoice3"} |= "commit abc1234""#, "").await?;
    assert!(stage.first_line().await?.contains("[SYSTEM] Starting CosyVoice3"));
    stage.ask(r#"{job="cosyvoice3"} | commit="abc1234""#, "").await?;
    stage.first_line().await?;
    Ok(())})
    .await
}

#[tokio::test]
async fn the_histogram_zooms_and_back_returns() -> Result<()> {
    on_stage(1440, 900, async |stage| {
        let whole = stage.ask(ARTICLE_SELECTOR, "").await?;
        let histogram = stage.page.find("histogram").await?;
        stage
            .page
            .driver
            .action_chain()
            .move_to_element_with_offset(&histogram, -150, 0)
            .click_and_hold()
            .move_by_offset(120, 0)
            .release()
            .perform()
            .await?;
        let part = wait_async("a narrower range", || async {
            let text = stage.page.wait_until_answered().await?;
            if text == whole { bail!("{text}") } else { Ok(text) }
        })
        .await?;
        assert_ne!(part, whole);
        stage.page.click("back").await?;
        wait_async("the whole range again", || async {
            let text = stage.page.wait_until_answered().await?;
            let lines = |text: &str| text.split('·').next().unwrap_or_default().trim().to_owned();
            if lines(&text) == lines(&whole) { Ok(()) } else { bail!("{text} is not {whole}") }
        })
        .await
    })
    .await
}

#[tokio::test]
async fn a_click_on_a_value_writes_a_filter() -> Result<()> {
    on_stage(1440, 900, async |stage| {
        stage.ask(r#"{job="cosyvoice3"} |= "yield speech len""#, "").await?;
        stage.page.click("row").await?;
        stage.page.find("details").await?;
        stage.page.shot("details").await?;
        let level = stage
            .page
            .driver
            .find(By::Css("[data-testid='field'][data-name='level'] [data-testid='filter-in']"))
            .await?;
        level.click().await?;
        wait_async("the filter in the query", || async {
            let query = stage.query_text().await?;
            if query.contains(r#"level="info""#) { Ok(()) } else { bail!("{query}") }
        })
        .await?;
        stage.first_line().await?;

        stage.ask(r#"{job="cosyvoice3"} |= "Traceback""#, "").await?;
        stage.page.find("folded").await?;
        stage.page.click("row").await?;
        let raw = stage.page.text("raw").await?;
        assert!(
            raw.lines().count() > 3 && raw.contains("Traceback (most recent call last)"),
            "{raw}"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn theme_and_language_switch_and_stay() -> Result<()> {
    on_stage(1440, 900, async |stage| {
        stage.ask(ARTICLE_SELECTOR, "").await?;
        let theme = || async { stage.page.attribute("theme", "data-theme-choice").await };
        let before = theme().await?;
        stage.page.click("theme").await?;
        let after = theme().await?;
        assert_ne!(before, after);
        assert_eq!(stage.page.text("run").await?, "Run");
        stage.page.click("language").await?;
        let run = stage.page.wait_for_text("run", |text| text != "Run").await?;
        stage.page.shot("chinese").await?;
        stage.page.driver.refresh().await?;
        stage.page.wait_until_answered().await?;
        assert_eq!(theme().await?, after);
        assert_eq!(stage.page.text("run").await?, run);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_link_restores_the_view() -> Result<()> {
    on_stage(1440, 900, async |stage| {
        stage.ask(r#"{job="cosyvoice3"} |= "synthesis text""#, "&wrap=1&tz=utc").await?;
        stage.page.click("row").await?;
        stage.page.find("details").await?;
        let fragment = stage.page.fragment().await?;
        assert!(fragment.contains("line="), "{fragment}");
        let first = stage.first_line().await?;
        // Another window, as somebody who got the link.
        stage.page.goto(&format!("{}/#{fragment}", stage.relay.url)).await?;
        stage.page.wait_until_answered().await?;
        stage.page.find("details").await?;
        assert_eq!(stage.first_line().await?, first);
        assert_eq!(stage.page.fragment().await?, fragment);
        assert_eq!(stage.page.attribute("wrap", "aria-pressed").await?, "true");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_phone_is_wide_enough() -> Result<()> {
    on_stage(500, 800, async |stage| {
    // Narrower than a window can be made: the device's own emulation.
    let (from, to) = stage.voice.range()?;
    let inner =
        format!("{}/#v=1&q=%7Bjob%3D%22cosyvoice3%22%7D&from={from}&to={to}", stage.relay.url);
    let devtools =
        thirtyfour::extensions::cdp::ChromeDevTools::new(stage.page.driver.handle.clone());
    devtools
        .execute_cdp_with_params(
            "Emulation.setDeviceMetricsOverride",
            serde_json::json!({"width": 360, "height": 800, "deviceScaleFactor": 2, "mobile": true}),
        )
        .await?;
    stage.page.goto(&inner).await?;
    stage.page.wait_until_answered().await?;
    stage.first_line().await?;
    stage.page.shot("phone").await?;
    let width = stage.page.script("return document.documentElement.scrollWidth").await?;
    assert!(width.as_u64().is_some_and(|width| width <= 360), "{width}");
    stage.page.click("row").await?;
    stage.page.find("details").await?;
    stage.page.shot("phone-details").await})
    .await
}

#[tokio::test]
async fn live_lines_arrive_pause_and_resume() -> Result<()> {
    let dir = TempDir::new()?;
    let voice = LiveVoice::start(dir.path(), 500)?;
    let relay = Relay::start(&dir.path().join("data"), &voice.paths())?;
    wait_for("some entries", || {
        relay.status().ok().filter(|status| status["entries"].as_u64() > Some(200))
    })?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 700).await?;
    let result = follow_live(&page, &relay.url).await;
    if result.is_err() {
        page.shot("failed-live").await.ok();
    }
    page.leave();
    result
}

async fn follow_live(page: &Page, url: &str) -> Result<()> {
    let fragment = "v=1&q=%7Bjob%3D%22cosyvoice3%22%7D&from=oldest&to=newest&live=1";
    page.goto(&format!("{url}/#{fragment}")).await?;
    let newest = || async {
        let rows = page.find_all("row").await?;
        let last = rows.last().context("no row")?;
        Ok::<_, anyhow::Error>(last.attr("data-arrival").await?.unwrap_or_default())
    };
    let before = wait_async("a live line", newest).await?;
    wait_async("a newer line", || async {
        let now = newest().await?;
        if now == before { bail!("still {now}") } else { Ok(()) }
    })
    .await?;
    page.shot("live").await?;

    // Scrolling up pauses: what is under the eyes stays where it is, new lines are counted.
    page.script(
        "const list = document.querySelector('[data-testid=list]');
         list.scrollTop = Math.max(0, list.scrollTop - 400);",
    )
    .await?;
    page.find("pill").await?;
    let place = "const rows = [...document.querySelectorAll('[data-testid=row]')];
         const list = document.querySelector('[data-testid=list]').getBoundingClientRect();
         const row = rows.find(row => row.getBoundingClientRect().top > list.top + 40);
         return [row.dataset.arrival, Math.round(row.getBoundingClientRect().top)];";
    let held = page.script(place).await?;
    let count = |text: &str| -> u64 {
        text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0)
    };
    let first = count(&page.text("pill").await?);
    page.wait_for_text("pill", |text| count(text) > first + 5).await?;
    assert_eq!(page.script(place).await?, held);
    page.shot("live-paused").await?;
    page.click("pill").await?;
    wait_async("the pill to go", || async {
        let pills = page.find_all("pill").await?.len();
        if pills == 0 { Ok(()) } else { bail!("still there") }
    })
    .await
}
