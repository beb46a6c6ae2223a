//! A relay that is still reading says so, and the page goes on by itself until it has everything.

use std::fs::OpenOptions;
use std::io::Write as _;

use anyhow::{Result, bail};
use tempfile::TempDir;
use tests::{Browser, Relay, Voice, wait_async};

/// Copies of a 20 MB file: more than is read before a page is there.
const COPIES: usize = 8;

#[tokio::test]
async fn an_answer_is_partial_while_a_backlog_is_read() -> Result<()> {
    let dir = TempDir::new()?;
    let voice = Voice::generate(dir.path(), "20MB")?;
    let log = std::fs::read(voice.path("cosyvoice.log"))?;
    let path = voice.dir.join("backlog.log");
    let mut backlog = OpenOptions::new().create(true).append(true).open(&path)?;
    for _ in 0..COPIES {
        backlog.write_all(&log)?;
    }
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    let relay = Relay::start(&dir.path().join("data"), &[path.into()])?;
    let (from, to) = voice.range()?;
    let query = r#"{job="cosyvoice3"} |= "commit abc1234""#;
    page.explore(&relay.url, query, from, to, "").await?;
    wait_async("the page to say that the file is still being read", || async {
        for gap in page.find_all("gaps").await? {
            let gap = gap.text().await?;
            if gap.contains("still being read") && gap.contains("backlog.log") {
                return Ok(());
            }
        }
        // A fast machine is through already: it gets more to read.
        let status = relay.status()?;
        let source = &status["sources"][0];
        if source["offset"] == source["size"] {
            (&backlog).write_all(&log)?;
        }
        bail!("{}", page.text("coverage").await?)
    })
    .await?;
    page.shot("reading").await?;
    relay.wait_until_read(1)?;
    wait_async("the page to have everything", || async {
        let coverage = page.wait_until_answered().await?;
        let gaps = page.find_all("gaps").await?.len();
        if gaps == 0 && !coverage.starts_with("only") { Ok(()) } else { bail!("{coverage}") }
    })
    .await?;
    page.leave();
    Ok(())
}
