//! What the viewer takes, in a real browser.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tests::{Browser, Page, Relay, Written, first_visit_bytes, wait_async};
use thirtyfour::By;

use super::logs::Logs;
use super::table::Table;
use super::{NEEDLE, RUNS, fresh};

/// A query that reads nothing: the page is up, but has decoded no block yet.
const NOTHING: &str = "#v=1&from=oldest&to=newest&q=%7Bjob%3D%22nothing%22%7D";

pub async fn figures(small: &Logs, large: &Logs, table: &mut Table) -> Result<()> {
    let browser = Browser::start()?;
    first_lines(&browser, small, table).await?;
    let relay = fresh(large)?;
    relay.wait_until_read(large.files.len())?;
    needle(&browser, &relay, large, table).await?;
    scrolling(&browser, &relay, table).await?;
    following(&browser, table).await?;
    table.size("first visit, as served", first_visit_bytes(&relay)? as u64, "≤ 1 MB");
    Ok(())
}

/// From the command to lines on the screen of a browser that is already open.
async fn first_lines(browser: &Browser, logs: &Logs, table: &mut Table) -> Result<()> {
    let page = browser.open(1440, 900).await?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        page.goto("about:blank").await?;
        let start = Instant::now();
        let relay = fresh(logs)?;
        page.goto(&relay.url).await?;
        page.find("row").await?;
        times.push(start.elapsed());
    }
    table.times(&format!("{}: command to first lines", logs.name), &times, "≤ 1000 ms");
    page.leave();
    Ok(())
}

/// The question of the article, in a page that has nothing yet and in one that just asked it.
async fn needle(browser: &Browser, relay: &Relay, logs: &Logs, table: &mut Table) -> Result<()> {
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let page = opened(browser, relay).await?;
        let query: String = NEEDLE.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let fragment = format!("v=1&from=oldest&to=newest&q={query}");
        cold.push(answer_time(&page, &format!("location.hash = '{fragment}'")).await?);
        at_rest(&page).await?;
        let click = "document.querySelector('[data-testid=run]').click()";
        warm.push(answer_time(&page, click).await?);
        left(page).await?;
    }
    let name = &logs.name;
    table.times(&format!("{name}: out of memory in the page, cold"), &cold, "≤ 2000 ms");
    table.times(&format!("{name}: the same again, warm"), &warm, "≤ 150 ms");
    Ok(())
}

/// A page that has nothing yet: with a profile of its own, so that nothing is in any cache.
pub async fn opened(browser: &Browser, relay: &Relay) -> Result<Page> {
    let page = browser.open(1440, 900).await?;
    page.goto(&format!("{}/{NOTHING}", relay.url)).await?;
    page.wait_until_answered().await?;
    Ok(page)
}

/// Left as it is, it would go on asking the relay beside the next one.
pub async fn left(page: Page) -> Result<()> {
    page.goto("about:blank").await?;
    page.leave();
    Ok(())
}

/// Notes from now on in `longest` how long the longest task of the page's own thread took. The
/// browser reports tasks from 50 ms on.
pub async fn watch_tasks(page: &Page) -> Result<()> {
    page.script(
        "window.longest = 0;
         new PerformanceObserver(list => {
           for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
         }).observe({ type: 'longtask' });",
    )
    .await?;
    Ok(())
}

/// Nothing that the query before has started is still under way.
pub async fn at_rest(page: &Page) -> Result<()> {
    wait_async("the histogram", || async {
        match page.driver.find_all(By::Css(".histogram[aria-busy=false]")).await?.is_empty() {
            false => Ok(()),
            true => bail!("it is still counted"),
        }
    })
    .await
}

/// From an action in the page to the end of the query it starts, on the page's own clock.
pub async fn answer_time(page: &Page, action: &str) -> Result<Duration> {
    let code = format!(
        "const result = () => document.querySelector('[data-testid=result]');
         const before = result().dataset.run;
         const start = performance.now();
         {action};
         return new Promise(resolve => {{
           const look = () => {{
             const {{ run, phase }} = result().dataset;
             if (run !== before && phase === 'done') resolve(performance.now() - start);
             else setTimeout(look, 1);
           }};
           look();
         }});"
    );
    let ms = page.script(&code).await?;
    Ok(Duration::from_secs_f64(ms.as_f64().context("no time")? / 1000.0))
}

/// The longest task of the page's own thread while five thousand lines come and are gone through.
async fn scrolling(browser: &Browser, relay: &Relay, table: &mut Table) -> Result<()> {
    let mut longest = Vec::new();
    for _ in 0..RUNS {
        let page = opened(browser, relay).await?;
        watch_tasks(&page).await?;
        answer_time(&page, "location.hash = 'v=1&from=oldest&to=newest&q=%7Bjob%3D~%22.%2B%22%7D'")
            .await?;
        let ms = page
            .script(
                "const list = document.querySelector('[data-testid=list]');
                 return new Promise(resolve => {
                   let jumps = 0;
                   const jump = () => {
                     list.scrollTop = list.scrollHeight * (jumps * 37 % 100) / 100;
                     if (++jumps < 60) requestAnimationFrame(() => setTimeout(jump, 0));
                     else setTimeout(() => resolve(longest), 100);
                   };
                   jump();
                 });",
            )
            .await?;
        longest.push(Duration::from_secs_f64(ms.as_f64().context("no time")? / 1000.0));
        left(page).await?;
    }
    // The browser reports tasks from 50 ms on; nothing reported is shown as 0.
    table.times("longest task of the page, 5,000 lines and 60 jumps", &longest, "≤ 50 ms");
    Ok(())
}

/// From the write of a line to its row in a page that follows, on the clock of the machine.
async fn following(browser: &Browser, table: &mut Table) -> Result<()> {
    const LINES: usize = 40;
    let dir = TempDir::new()?;
    let mut log = Written::create(dir.path(), "followed.log")?;
    log.line("before")?;
    let relay = Relay::start(&dir.path().join("data"), &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    let page = browser.open(1440, 900).await?;
    page.follow(&relay.url, &log.selector()).await?;
    page.find("row").await?;
    page.script(
        "window.seen = {};
         new MutationObserver(() => {
           for (const row of document.querySelectorAll('[data-testid=row]')) {
             const name = row.textContent.match(/written \\d+/)?.[0];
             if (name) seen[name] ??= Date.now();
           }
         }).observe(document.body, { childList: true, subtree: true });",
    )
    .await?;
    let mut times = Vec::new();
    for n in 0..LINES {
        let name = format!("written {n}");
        let before = SystemTime::now().duration_since(UNIX_EPOCH)?;
        log.line(&name)?;
        let seen = wait_async("the line in the page", || async {
            let code = format!("return window.seen['{name}'] ?? null");
            match page.script(&code).await?.as_u64() {
                Some(seen) => Ok(seen),
                None => bail!("{name} is not there"),
            }
        })
        .await?;
        times.push(Duration::from_millis(seen).saturating_sub(before));
    }
    table.times("appended line to its row in a followed page", &times, "≤ 250 ms");
    page.leave();
    Ok(())
}
