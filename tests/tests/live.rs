//! Lines that are appended while somebody looks, also when the relay dies in between.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use anyhow::{Context, Result};
use tempfile::TempDir;
use tests::{Browser, Relay, Written, wait_for};

/// `logpane tail`, ended with the value.
struct Tail {
    process: Child,
    lines: Receiver<String>,
}

impl Tail {
    fn start(relay: &Relay, query: &str) -> Result<Self> {
        let mut process = Command::new(Relay::program())
            .args(["tail", query, "--addr", &relay.url, "-o", "raw"])
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = process.stdout.take().context("no output")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { process, lines })
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[tokio::test]
async fn an_appended_line_appears_without_a_reload() -> Result<()> {
    let dir = TempDir::new()?;
    let mut log = Written::create(dir.path(), "app.log")?;
    let mut written = vec![log.line("before anybody looked")?];
    let relay = Relay::start(&dir.path().join("data"), &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.follow(&relay.url, &log.selector()).await?;
    page.wait_for_lines(&written).await?;
    page.script("window.isTheSamePage = true").await?;

    // It prints what comes from the moment on that it is connected: the first line tells.
    let tail = Tail::start(&relay, &log.selector())?;
    let first = wait_for("the command line to follow", || {
        written.push(log.line(&format!("is anybody there? {}", written.len())).ok()?);
        tail.lines.recv_timeout(std::time::Duration::from_millis(500)).ok()
    })?;
    for n in 0..5 {
        written.push(log.line(&format!("step {n}"))?);
    }
    page.wait_for_lines(&written).await?;
    assert_eq!(page.script("return window.isTheSamePage").await?, true);
    let start = written.iter().position(|line| *line == first).context("a line of the file")?;
    let mut printed = vec![first];
    for _ in start + 1..written.len() {
        printed.push(tail.lines.recv_timeout(std::time::Duration::from_secs(60))?);
    }
    assert_eq!(printed, written.get(start..).unwrap_or_default());
    page.leave();
    Ok(())
}

#[tokio::test]
async fn a_live_page_goes_on_after_the_relay_was_killed() -> Result<()> {
    let dir = TempDir::new()?;
    let data = dir.path().join("data");
    let mut log = Written::create(dir.path(), "app.log")?;
    let mut written = vec![log.line("before")?];
    let relay = Relay::start(&data, &[log.path.clone().into()])?;
    relay.wait_until_read(1)?;
    let browser = Browser::start()?;
    let page = browser.open(1440, 900).await?;
    page.follow(&relay.url, &log.selector()).await?;
    page.wait_for_text("live-state", |text| text.contains("Following")).await?;
    for n in 0..5 {
        written.push(log.line(&format!("with the first relay {n}"))?);
    }
    page.wait_for_lines(&written).await?;

    let address = relay.url.strip_prefix("http://").context("not a URL")?.to_owned();
    relay.kill();
    page.wait_for_text("live-state", |text| text.contains("Connection lost")).await?;
    page.shot("disconnected").await?;
    for n in 0..5 {
        written.push(log.line(&format!("without a relay {n}"))?);
    }
    let _relay = Relay::start_at(&address, &data, &[log.path.clone().into()])?;
    page.wait_for_text("live-state", |text| text.contains("Following")).await?;
    for n in 0..5 {
        written.push(log.line(&format!("with the second relay {n}"))?);
    }
    page.wait_for_lines(&written).await?;
    page.leave();
    Ok(())
}
