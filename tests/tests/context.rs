//! The lines around one: without the filter, in the order they were written, while the line stays
//! where it is.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use tests::{Browser, Page, Relay, wait_async};

/// All with one time, so that only the order of arrival tells them apart; more than two pages.
const LINES: usize = 10_000;
/// So far from each other stand the lines that are found.
const APART: usize = 500;
/// One of them, in the middle of the list.
const CHOSEN: usize = 5_500;
const STAMP: &str = "2024-12-17 14:30:52";

/// The number that each drawn row ends with, newest first.
async fn numbers(page: &Page) -> Result<Vec<usize>> {
    let rows = "return [...document.querySelectorAll('[data-testid=row] .log-row__line')]
        .map(line => Number(line.textContent.match(/line (\\d+)/)[1]))";
    Ok(serde_json::from_value(page.script(rows).await?)?)
}

/// Where the line stands on the screen.
async fn place(page: &Page, number: usize) -> Result<f64> {
    let top = format!(
        "const row = [...document.querySelectorAll('[data-testid=row]')]
            .find(row => row.textContent.includes('line {number} '));
         return row ? row.getBoundingClientRect().top : null"
    );
    page.script(&top).await?.as_f64().with_context(|| format!("line {number} is not drawn"))
}

async fn press(page: &Page, key: &str) -> Result<()> {
    let code = format!(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true }}))"
    );
    page.script(&code).await.map(|_| ())
}

/// What is drawn goes down one by one, with nothing left out and nothing twice.
fn is_woven(numbers: &[usize]) -> bool {
    numbers.windows(2).all(|pair| pair[0] == pair[1] + 1)
}

#[tokio::test]
async fn a_line_is_shown_among_those_around_it_and_stays_where_it_is() -> Result<()> {
    let dir = TempDir::new()?;
    let logs = dir.path().join("CosyVoice/logs");
    fs::create_dir_all(&logs)?;
    // Levels make streams of their own: only the order of arrival puts them together again.
    let line = |number: usize| {
        let level = ["INFO", "WARNING", "DEBUG", "ERROR"][number % 4];
        let needle = if number.is_multiple_of(APART) { "CUDA out of memory" } else { "step" };
        format!("{STAMP} {level} line {number} {needle}\n")
    };
    let path = logs.join("cosyvoice.log");
    fs::write(&path, (0..LINES).map(line).collect::<String>())?;
    let relay = Relay::start(&dir.path().join("data"), &[path.into()])?;
    relay.wait_until_read(1)?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.explore(&relay.url, r#"{job="cosyvoice3"} |= "CUDA""#, 0, i64::MAX, "").await?;
    page.wait_until_answered().await?;
    let found: Vec<usize> = (0..LINES).step_by(APART).rev().collect();
    ensure!(numbers(&page).await? == found);
    for _ in (CHOSEN..LINES).step_by(APART) {
        press(&page, "j").await?;
    }
    let before = place(&page, CHOSEN).await?;
    press(&page, "c").await?;
    wait_async("the lines around it", || async {
        let shown = numbers(&page).await?;
        ensure!(shown.contains(&(CHOSEN - 1)) && is_woven(&shown), "{shown:?}");
        let now = place(&page, CHOSEN).await?;
        ensure!((now - before).abs() < 2.0, "moved from {before} to {now}");
        Ok(())
    })
    .await?;
    page.find("around").await?;
    let coverage = page.wait_until_answered().await?;
    ensure!(coverage.contains("around the chosen one"), "{coverage}");
    page.shot("context-light").await?;
    page.script("document.documentElement.dataset.theme = 'dark'").await?;
    page.shot("context-dark").await?;

    // Both ways to the ends, and nothing of what comes moves what is being read.
    for (to, end) in [("0", LINES - 1), ("list.scrollHeight", 0)] {
        wait_async("the end of the run", || async {
            let scroll = format!(
                "const list = document.querySelector('[data-testid=list]'); list.scrollTop = {to};"
            );
            page.script(&scroll).await?;
            let shown = numbers(&page).await?;
            ensure!(is_woven(&shown), "{shown:?}");
            ensure!(shown.contains(&end), "{:?}..{:?}", shown.first(), shown.last());
            Ok(())
        })
        .await?;
    }

    // A reload shows the same, and Escape leads back to the filter, with the line where it was.
    page.script("location.reload()").await?;
    page.wait_until_answered().await?;
    wait_async("the same after a reload", || async {
        let shown = numbers(&page).await?;
        ensure!(shown.contains(&CHOSEN) && is_woven(&shown), "{shown:?}");
        Ok(())
    })
    .await?;
    press(&page, "Escape").await?;
    wait_async("the filter again", || async {
        let shown = numbers(&page).await?;
        ensure!(shown == found, "{shown:?}");
        ensure!(page.find_all("around").await?.is_empty());
        Ok(())
    })
    .await?;
    page.leave();
    Ok(())
}
