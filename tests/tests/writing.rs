//! Writing a query: what can be written, what it would find, what it means, what was asked before;
//! and the whole way from a question to a line by keyboard alone.

use anyhow::{Result, ensure};
use tempfile::TempDir;
use tests::{Browser, Page, Relay, Voice, wait_async};
use thirtyfour::prelude::*;

/// A page on a small generated set, over the day of its logs.
async fn on_page(flow: impl AsyncFn(&Relay, &Page, (i64, i64)) -> Result<()>) -> Result<()> {
    let dir = TempDir::new()?;
    let voice = Voice::generate(dir.path(), "2MB")?;
    let relay = Relay::start(&dir.path().join("data"), &voice.paths())?;
    relay.wait_until_read(4)?;
    let range = voice.stamped_range()?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.explore(&relay.url, "", range.0, range.1, "").await?;
    page.wait_until_answered().await?;
    let result = flow(&relay, &page, range).await;
    if result.is_err() {
        page.shot("writing-failed").await.ok();
    }
    page.leave();
    result
}

async fn query(page: &Page) -> Result<String> {
    Ok(page.find("query").await?.prop("value").await?.unwrap_or_default())
}

async fn wait_for_query(page: &Page, expected: &str) -> Result<()> {
    wait_async("the query", || async {
        let query = query(page).await?;
        ensure!(query == expected, "{query:?} is not {expected:?}");
        Ok(())
    })
    .await
}

/// The `data-testid` of what has the keyboard.
async fn focused(page: &Page) -> Result<String> {
    let id = page.script("return document.activeElement.dataset.testid ?? ''").await?;
    Ok(id.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn the_page_helps_to_write() -> Result<()> {
    on_page(async |relay, page, (from, to)| {
        // Names and values that the logs have; Tab takes them.
        page.press("/").await?;
        page.press(r#"{job="cos"#).await?;
        page.wait_for_text("offer", |offer| offer.starts_with("cosyvoice3")).await?;
        page.shot("completion").await?;
        page.press(Key::Tab + "").await?;
        wait_for_query(page, r#"{job="cosyvoice3""#).await?;
        page.press(r#"} |= "error""#).await?;

        // Before it is run: how many lines each part leaves.
        let total = |query: &str| -> Result<u64> {
            let (start, end) = (from.to_string(), to.to_string());
            let args = [query, "--from", &start, "--to", &end, "--limit", "5000", "-o", "jsonl"];
            let answer = relay.query(&args)?;
            ensure!(answer.code == 0, "{answer:?}");
            Ok(u64::try_from(answer.stdout.lines().count())?)
        };
        let (whole, left) =
            (total(r#"{job="cosyvoice3"}"#)?, total(r#"{job="cosyvoice3"} |= "error""#)?);
        wait_async("the survivors", || async {
            let shown = page.text("survivors").await?.replace(',', "").replace('→', " ");
            let mut numbers = shown.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
            ensure!(
                (numbers.next(), numbers.next()) == (Some(whole), Some(left)),
                "{shown} has not {whole} and {left}"
            );
            Ok(())
        })
        .await?;

        // What it means, step by step.
        page.click("explain").await?;
        let said = page
            .wait_for_text("explanation", |said| said.contains(r#"lines that contain "error""#))
            .await?;
        ensure!(page.find_all("step").await?.len() == 2, "{said}");
        page.click("query").await?;
        page.press(Key::Enter + "").await?;
        wait_async("the answer", || async {
            let coverage = page.wait_until_answered().await?;
            ensure!(coverage.contains(&format!("{left} matches")), "{coverage}");
            Ok(())
        })
        .await?;

        // The query before comes back, and what was being typed after it.
        page.click("query").await?;
        page.press(Key::Control + "a").await?;
        page.press("timeout").await?;
        page.press(Key::Enter + "").await?;
        wait_for_query(page, r#"{job=~".+"} |= "timeout""#).await?;
        page.press(Key::Alt + Key::Up).await?;
        wait_for_query(page, r#"{job="cosyvoice3"} |= "error""#).await?;
        page.press(Key::Alt + Key::Down).await?;
        wait_for_query(page, r#"{job=~".+"} |= "timeout""#).await?;

        // A link of Grafana's Explore shows what it showed there.
        page.script(
            r#"const link = 'http://grafana:3000/explore?schemaVersion=1&panes=' + encodeURIComponent(
                JSON.stringify({a: {datasource: 'loki', queries: [{refId: 'A', expr: '{job="cosyvoice3"} |= "CUDA"'}],
                    range: {from: 'now-6h', to: 'now'}}}));
            const field = document.querySelector('[data-testid=query]');
            field.focus();
            field.select();
            // As pasting does it.
            document.execCommand('insertText', false, link);"#,
        )
        .await?;
        wait_for_query(page, r#"{job="cosyvoice3"} |= "CUDA""#).await?;
        page.wait_for_text("pasted", |said| said.contains("6 hours")).await?;
        // From then on links for Grafana lead back to that one.
        page.click("copy-menu").await?;
        let address = page.attribute("copy-grafana", "title").await?;
        ensure!(address == "http://grafana:3000", "{address}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn everything_is_reached_by_keyboard() -> Result<()> {
    on_page(async |_, page, _| {
        page.press("/").await?;
        ensure!(focused(page).await? == "query");
        page.press(r#"{job="cosyvoice3"} |= "CUDA out of memory""#).await?;
        page.press(Key::Enter + "").await?;
        wait_async("the answer", || async {
            ensure!(page.wait_until_answered().await?.contains("matches"));
            let row = page.text("row").await?;
            ensure!(row.contains("CUDA out of memory"), "{row}");
            Ok(())
        })
        .await?;

        // From the field to the lines, to the details of the second one, and to what is around it.
        page.press(Key::Escape + "").await?;
        page.press("jj").await?;
        page.press(Key::Enter + "").await?;
        page.find("raw").await?;
        page.press("c").await?;
        page.find("around").await?;
        page.press("c").await?;
        wait_async("the filter again", || async {
            ensure!(page.find_all("around").await?.is_empty());
            Ok(())
        })
        .await?;
        page.press(Key::Escape + "").await?;
        wait_async("the details are closed", || async {
            ensure!(page.find_all("raw").await?.is_empty());
            Ok(())
        })
        .await?;

        // Each sheet opens by its key and closes by Escape, which gives the keyboard back.
        for (key, sheet) in [
            ("?", "shortcuts"),
            ("s", "share-sheet"),
            ("f", "source-sheet"),
            ("a", "alert-sheet"),
        ] {
            let before = focused(page).await?;
            page.press(key).await?;
            page.find(sheet).await?;
            page.press(Key::Escape + "").await?;
            wait_async("it is closed", || async {
                ensure!(page.find_all(sheet).await?.is_empty(), "{sheet}");
                Ok(())
            })
            .await?;
            let after = focused(page).await?;
            ensure!(before == after, "{sheet}: {after:?} instead of {before:?}");
        }

        // Every control of the page can be reached by Tab, and shows that it has the keyboard.
        page.script("document.activeElement.blur()").await?;
        let controls = "return [...document.querySelectorAll('button, a[href], input, textarea, select, [tabindex=\"0\"]')]
            .filter(of => !of.disabled && of.tabIndex >= 0 && of.checkVisibility({visibilityProperty: true}))
            .map(of => of.dataset.testid ?? of.className)";
        let controls: Vec<String> = serde_json::from_value(page.script(controls).await?)?;
        let mut reached = Vec::new();
        for _ in 0..controls.len() + 2 {
            page.press(Key::Tab + "").await?;
            let seen = page
                .script(
                    "const of = document.activeElement;
                     const style = getComputedStyle(of);
                     return [of.dataset.testid ?? of.className,
                         style.outlineStyle !== 'none' || style.boxShadow !== 'none'
                             || getComputedStyle(of.parentElement).outlineStyle !== 'none'
                             || getComputedStyle(of.parentElement).boxShadow !== 'none']",
                )
                .await?;
            let name = seen[0].as_str().unwrap_or_default().to_owned();
            ensure!(seen[1] == true || name.is_empty(), "{name} does not show the keyboard");
            reached.push(name);
        }
        let missed: Vec<&String> =
            controls.iter().filter(|control| !reached.contains(control)).collect();
        ensure!(missed.is_empty(), "not reached by Tab: {missed:?}, only {reached:?}");
        Ok(())
    })
    .await
}
