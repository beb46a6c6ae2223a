//! Commands, saved views and earlier queries by a few letters; what an empty query hides.

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use tests::{Browser, Page, Relay, Written, wait_async};
use thirtyfour::prelude::*;

async fn open(page: &Page) -> Result<()> {
    page.press(Key::Control + "k").await?;
    page.find("palette-field").await.map(|_| ())
}

/// Types into the open palette and takes the first thing that is found.
async fn choose(page: &Page, typed: &str, first: &str) -> Result<()> {
    page.press(typed).await?;
    page.wait_for_text("palette-item", |item| item.starts_with(first)).await?;
    page.press(Key::Enter).await
}

#[tokio::test]
async fn a_few_letters_lead_to_views_queries_and_commands() -> Result<()> {
    let dir = TempDir::new()?;
    let mut log = Written::create(dir.path(), "app.log")?;
    for n in 0..4 {
        log.line(&format!("step {n}"))?;
        log.of("DEBUG", &format!("inner {n}"))?;
    }
    let relay = Relay::start(&dir.path().join("data"), &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.goto(&relay.url).await?;

    // The first view leaves debug lines out, says so, and shows them on a click.
    let coverage = page.wait_until_answered().await?;
    ensure!(coverage.contains("4 lines"), "{coverage}");
    page.wait_for_text("debug-hidden", |said| said.contains("4 lines of level debug are hidden"))
        .await?;
    page.shot("first-view-debug").await?;
    page.find("debug-hidden").await?.find(By::Css("button")).await?.click().await?;
    wait_async("all lines", || async {
        let coverage = page.wait_until_answered().await?;
        ensure!(coverage.contains("8 lines"), "{coverage}");
        Ok(())
    })
    .await?;
    ensure!(page.find_all("debug-hidden").await?.is_empty());

    // What is typed and is no name of anything is searched for.
    open(&page).await?;
    page.shot("palette").await?;
    choose(&page, "inner 2", "{job=~\".+\"} |= \"inner 2\"").await?;
    wait_async("the search", || async {
        ensure!(page.lines().await?.len() == 1 && page.fragment().await?.contains("inner"));
        Ok(())
    })
    .await?;
    ensure!(page.find_all("palette").await?.is_empty());

    // A view gets a name, and is there for another page.
    open(&page).await?;
    choose(&page, "save this", "Save this view").await?;
    choose(&page, "the third 步", "Save this view as “the third 步”").await?;
    wait_async("the palette is gone", || async {
        ensure!(page.find_all("palette").await?.is_empty());
        Ok(())
    })
    .await?;
    let other = browser.open(360, 740).await?;
    other.goto(&relay.url).await?;
    other.wait_until_answered().await?;
    other.click("palette-open").await?;
    other.wait_for_text("palette-item", |item| item.starts_with("the third 步")).await?;
    other.shot("palette-360").await?;
    other.press(Key::Enter).await?;
    wait_async("the saved view", || async {
        ensure!(other.lines().await?.len() == 1);
        Ok(())
    })
    .await?;

    // It can be forgotten. Escape closes, and the keyboard is where it was.
    other.script("document.documentElement.dataset.theme = 'dark'").await?;
    open(&other).await?;
    other.press("third").await?;
    other.shot("palette-360-dark").await?;
    other.click("palette-forget").await?;
    wait_async("it is forgotten", || async {
        let shown = other.text("palette").await?;
        ensure!(!shown.contains("the third 步"), "{shown}");
        Ok(())
    })
    .await?;
    ensure!(kept_views(&relay)?.is_empty());
    other.press(Key::Escape).await?;
    wait_async("it is closed", || async {
        ensure!(other.find_all("palette").await?.is_empty());
        Ok(())
    })
    .await?;

    // An earlier query, and commands: a range, the zone of the relay's machine.
    open(&page).await?;
    choose(&page, "job", "{job=~\".+\"}").await?;
    open(&page).await?;
    choose(&page, "last 15", "Last 15 minutes").await?;
    open(&page).await?;
    choose(&page, "time zone", "Times in the next time zone").await?;
    open(&page).await?;
    choose(&page, "time zone", "Times in the next time zone").await?;
    wait_async("the commands", || async {
        let fragment = page.fragment().await?;
        ensure!(fragment.contains("from=now-15m") && fragment.contains("tz=source"), "{fragment}");
        Ok(())
    })
    .await?;
    let zone = page.text("zone").await?;
    ensure!(zone == "Server", "{zone}");
    other.leave();
    page.leave();
    Ok(())
}

fn kept_views(relay: &Relay) -> Result<Vec<serde_json::Value>> {
    let views: serde_json::Value = serde_json::from_str(&relay.get("/api/views")?)?;
    Ok(views["views"].as_array().context("no list")?.clone())
}
