//! The longest line and the longest list: what stands in the page stays small, and nothing is out
//! of reach.

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tests::{Browser, Page, Relay, Written, wait_async};
use thirtyfour::prelude::*;

/// The most characters that a row or freshly opened details may put into the page.
const ROW_CHARS: u64 = 3_000;
const DETAILS_CHARS: u64 = 40_000;
/// Far more than fit the window, far fewer than there are.
const DRAWN_ROWS: usize = 150;

/// Notes what held the page up, and what is copied.
const WATCH: &str = "window.longTasks = [];
    new PerformanceObserver(list => {
        for (const task of list.getEntries()) window.longTasks.push(Math.round(task.duration));
    }).observe({ type: 'longtask' });
    window.copied = [];
    navigator.clipboard.writeText = text => {
        window.copied.push(text.length);
        return Promise.resolve();
    };";

async fn print_long_tasks(page: &Page, when: &str) -> Result<()> {
    println!("{when}: tasks over 50 ms: {}", page.script("return window.longTasks").await?);
    Ok(())
}

#[tokio::test]
async fn a_line_of_19_million_characters_is_capped_and_reachable() -> Result<()> {
    const LONG: usize = 19_000_000;
    let dir = TempDir::new()?;
    let mut log = Written::create(dir.path(), "long.log")?;
    log.line("before")?;
    let long = log.line(&"abcdefghi ".repeat(LONG / 10))?;
    log.line("after")?;
    let relay = Relay::start(&dir.path().join("data"), &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.explore(&relay.url, &log.selector(), 0, i64::MAX, "").await?;
    page.wait_until_answered().await?;
    page.script(WATCH).await?;
    let sizes = page
        .script(
            "return [...document.querySelectorAll('[data-testid=row]')]
                 .map(row => row.textContent.length)",
        )
        .await?;
    let sizes: Vec<u64> = serde_json::from_value(sizes)?;
    assert!(sizes.iter().all(|size| *size <= ROW_CHARS), "{sizes:?}");
    page.shot("long-line").await?;

    // Every part says how long it is, and all of them together are the line.
    let mut parts = 0;
    for row in page.find_all("row").await? {
        if row.find_all(By::Css(".log-row__cut")).await?.is_empty() {
            continue;
        }
        parts += 1;
        row.click().await?;
        wait_async("the details of a part", || async {
            let shown = page
                .script("return document.querySelector('[data-testid=raw]')?.textContent.length")
                .await?;
            let shown = shown.as_u64().context("no details")?;
            if shown > ROW_CHARS && shown <= DETAILS_CHARS { Ok(()) } else { bail!("{shown}") }
        })
        .await?;
        page.find("show-more").await?;
        page.click("copy-line").await?;
        wait_async("the copy", || async {
            let copied = page.script("return window.copied.length").await?;
            if copied == parts { Ok(()) } else { bail!("{copied}") }
        })
        .await?;
    }
    page.shot("long-line-details").await?;
    let copied: Vec<usize> = serde_json::from_value(page.script("return window.copied").await?)?;
    println!("parts: {copied:?}");
    assert_eq!(copied.iter().sum::<usize>(), long.len(), "{copied:?}");
    print_long_tasks(&page, "19 million characters").await?;
    page.leave();
    Ok(())
}

#[tokio::test]
async fn a_hundred_thousand_rows_scroll() -> Result<()> {
    const ROWS: u64 = 100_000;
    let dir = TempDir::new()?;
    let mut log = Written::create(dir.path(), "many.log")?;
    for n in 0..ROWS {
        log.line(&format!("line {n}"))?;
    }
    let relay = Relay::start(&dir.path().join("data"), &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.explore(&relay.url, &log.selector(), 0, i64::MAX, "").await?;
    page.wait_until_answered().await?;
    page.script(WATCH).await?;
    let mut rows = 0;
    while rows < ROWS {
        let more = wait_async("more rows at the end of the list", || async {
            page.script("const list = document.querySelector('[data-testid=list]'); list.scrollTop = list.scrollHeight").await?;
            let now: u64 = page.attribute("list", "aria-rowcount").await?.parse()?;
            if now > rows { Ok(now) } else { bail!("{now} rows") }
        })
        .await;
        if more.is_err() {
            page.shot("failed-many").await?;
        }
        rows = more?;
    }
    assert_eq!(rows, ROWS);
    for (place, expected) in [("list.scrollHeight", 0), ("0", ROWS - 1)] {
        page.script(&format!(
            "const list = document.querySelector('[data-testid=list]'); list.scrollTop = {place}"
        ))
        .await?;
        wait_async("the line at that end", || async {
            let lines = page.lines().await?;
            let found = lines.iter().any(|line| line.ends_with(&format!(" line {expected}")));
            if found && lines.len() <= DRAWN_ROWS { Ok(()) } else { bail!("{lines:?}") }
        })
        .await?;
    }
    page.click("row").await?;
    assert!(page.text("raw").await?.ends_with(&format!(" line {}", ROWS - 1)));
    print_long_tasks(&page, "a hundred thousand rows").await?;
    page.leave();
    Ok(())
}
