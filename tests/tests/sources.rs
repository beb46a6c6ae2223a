//! The sheet of files: what is followed, what was looked for in vain, and why a line is missing.

use std::fs;
use std::io::Write as _;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use tests::{Browser, Page, Relay, Voice, wait_async};
use thirtyfour::prelude::*;

/// Pastes a line and waits for what is found out about it.
async fn ask(page: &Page, line: &str, verdict: &str) -> Result<String> {
    let field = page.find("missing-line").await?;
    field.clear().await?;
    field.send_keys(line).await?;
    page.click("diagnose").await?;
    wait_async(&format!("the verdict {verdict}"), || async {
        let found = page.attribute("diagnosis", "data-verdict").await?;
        ensure!(found == verdict, "{found}: {}", page.text("diagnosis").await?);
        Ok(())
    })
    .await?;
    page.text("diagnosis").await
}

#[tokio::test]
async fn files_are_told_about_and_a_missing_line_is_found() -> Result<()> {
    let dir = TempDir::new()?;
    let voice = Voice::generate(dir.path(), "2MB")?;
    let binary = dir.path().join("model.log");
    fs::write(&binary, [0_u8, 1, 2, 255].repeat(4_000))?;
    let nothing = dir.path().join("none/*.log");
    // Nobody listens there.
    let forward = ["--forward".into(), "http://127.0.0.1:9".into()];
    let paths = [voice.paths(), vec![binary.into(), nothing.into()], forward.to_vec()].concat();
    let relay = Relay::start(&dir.path().join("data"), &paths)?;
    relay.wait_until_read(4)?;
    let browser = Browser::start()?;
    for (width, height, name) in [(1440, 900, "wide"), (360, 740, "narrow")] {
        let page = browser.open(width, height).await?;
        page.explore(&relay.url, r#"{job="cosyvoice3"} |= "nothing has this""#, 0, 1, "").await?;
        page.wait_until_answered().await?;
        page.click("sources").await?;
        page.click("all-sources").await?;
        wait_async("every file", || async {
            let rows = page.find_all("source").await?;
            let mut said = String::new();
            for row in &rows {
                said += &row.text().await?;
            }
            ensure!(rows.len() >= 4 && said.contains("api.jsonl"), "{said}");
            // What each was taken for, and how it is read.
            for part in ["JSON, 100% of the records", "uvicorn", "stamps without a zone"] {
                ensure!(said.contains(part), "{part}: {said}");
            }
            Ok(())
        })
        .await?;
        page.wait_for_text("missed", |said| said.contains("none/*.log")).await?;
        page.wait_for_text("kept", |said| said.contains("7 days")).await?;
        page.wait_for_text("forwards", |said| {
            said.contains("http://127.0.0.1:9/loki/api/v1/push: 0 entries sent")
                && said.contains("refused")
        })
        .await?;

        let log = fs::read_to_string(voice.path("cosyvoice.log"))?;
        let line = log.lines().find(|line| line.contains("Audio generated"));
        let line = line.unwrap_or_default();
        let said = ask(&page, line, "outside_range").await?;
        ensure!(said.contains("outside the range"), "{said}");
        page.shot(&format!("sources-{name}-light")).await?;
        page.script("document.documentElement.dataset.theme = 'dark'").await?;
        page.shot(&format!("sources-{name}-dark")).await?;
        let said = ask(&page, "no file has this line at all", "no_match").await?;
        ensure!(said.contains("none/*.log"), "{said}");

        // From the verdict to the line itself.
        ask(&page, line, "outside_range").await?;
        page.click("show-line").await?;
        wait_async("the line", || async {
            ensure!(page.find_all("source-sheet").await?.is_empty());
            ensure!(page.lines().await?.iter().any(|shown| shown.contains(line)));
            Ok(())
        })
        .await?;
        page.leave();
    }
    Ok(())
}

#[tokio::test]
async fn the_keyboard_opens_and_closes_the_sheet() -> Result<()> {
    let dir = TempDir::new()?;
    let relay = Relay::start(dir.path(), &[])?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.goto(&relay.url).await?;
    page.find("run").await?;
    page.script("document.activeElement.blur()").await?;
    wait_async("the sheet", || async {
        let press = "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'f', bubbles: true }))";
        page.script(press).await?;
        ensure!(page.find_all("source-sheet").await?.len() == 1);
        Ok(())
    })
    .await?;
    page.find("missing-line").await?.send_keys(Key::Escape + "").await?;
    wait_async("the page without it", || async {
        ensure!(page.find_all("source-sheet").await?.is_empty());
        Ok(())
    })
    .await?;
    page.leave();
    Ok(())
}

/// What was guessed is put right in the sheet, from the strip on.
#[tokio::test]
async fn job_and_zone_of_a_file_are_changed_in_the_sheet() -> Result<()> {
    let dir = TempDir::new()?;
    let path = dir.path().join("odd.log");
    fs::write(&path, "2024-12-17 14:30:52 INFO first\n")?;
    let relay = Relay::start(&dir.path().join("data"), &[path.clone().into_os_string()])?;
    relay.wait_until_read(1)?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.goto(&relay.url).await?;
    page.click("sources").await?;
    page.find("strip-zone").await?;
    page.click("strip-change").await?;
    page.find("source-sheet").await?;
    ensure!(page.find_all("strip-zone").await?.is_empty(), "the list is still open below");
    page.click("change-source").await?;
    let field = async |name: &str, text: &str| -> Result<()> {
        let field = page.find(name).await?;
        field.send_keys(Key::Control + "a").await?;
        Ok(field.send_keys(text).await?)
    };
    field("said-job", "tts").await?;
    field("said-zone", "Mars").await?;
    page.click("said-save").await?;
    page.wait_for_text("said-error", |said| said.contains("no time zone Mars")).await?;
    // What was wrong is not said of what is begun anew.
    for _ in 0..2 {
        page.click("change-source").await?;
    }
    page.find("source-change").await?;
    ensure!(page.find_all("said-error").await?.is_empty());
    field("said-job", "tts").await?;
    field("said-zone", "Asia/Shanghai").await?;
    page.shot("sources-change").await?;
    page.click("said-save").await?;
    page.wait_for_text("source", |said| said.contains("tts") && said.contains("Asia/Shanghai"))
        .await?;
    ensure!(page.find_all("source-change").await?.is_empty());

    let mut file = fs::OpenOptions::new().append(true).open(&path)?;
    writeln!(file, "2024-12-17 14:30:52 INFO second")?;
    wait_async("the line under its new job, eight hours earlier", || async {
        let args =
            ["{job=\"tts\"}", "--from", "2024-12-17T06:00:00Z", "--to", "2024-12-17T07:00:00Z"];
        let answer = relay.query(&args)?;
        ensure!(answer.stdout.contains("second") && !answer.stdout.contains("first"), "{answer:?}");
        Ok(())
    })
    .await?;
    page.leave();
    Ok(())
}
