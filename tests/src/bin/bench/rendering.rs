//! What hard answers cost the page's own thread.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;
use tests::{Browser, Page, Relay};

use super::RUNS;
use super::page::{answer_time, left, opened, watch_tasks};
use super::table::Table;

const LONG_LINE: usize = 19_000_000;
const JSON_LINES: usize = 115;
const JSON_BYTES: usize = 12 << 10;
const MATCHES: usize = 1_000_000;

pub async fn figures(table: &mut Table) -> Result<()> {
    let dir = TempDir::new()?;
    let stamp = |n: usize| {
        format!("2024-12-17 14:{:02}:{:02},{:03}", n / 60_000 % 60, n / 1000 % 60, n % 1000)
    };
    let words = "steps=40 rtf=0.31 /opt/app/model.py 合成 ";
    let long = words.repeat(LONG_LINE / words.chars().count() + 1);
    let long: String = long.chars().take(LONG_LINE).collect();
    let json = (0..JSON_LINES).map(|n| {
        let items = (0..JSON_BYTES / 44)
            .map(|at| format!(r#"{{"id":{at},"name":"speaker","score":0.{n:03}}}"#));
        format!(r#"{{"level":"info","n":{n},"items":[{}]}}"#, items.collect::<Vec<_>>().join(","))
    });
    let many = (0..MATCHES).map(|n| format!("{} INFO request {n} done", stamp(n)));
    let files = [
        ("long.log", format!("{} INFO {long}\n", stamp(0))),
        ("json.log", json.map(|line| line + "\n").collect()),
        ("many.log", many.map(|line| line + "\n").collect()),
    ];
    let mut paths = Vec::new();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::write(&path, text)?;
        paths.push(path.into_os_string());
    }
    let relay = Relay::start(&dir.path().join("data"), &paths)?;
    relay.wait_until_read(paths.len())?;
    let browser = Browser::start()?;
    for (what, file) in [
        ("a line of 19,000,000 characters", "long"),
        ("115 lines of 12 kB of JSON", "json"),
        ("1,000,000 matches", "many"),
    ] {
        let (mut longest, mut heaps) = (Vec::new(), 0);
        for _ in 0..RUNS {
            let page = opened(&browser, &relay).await?;
            let (task, heap) = shown(&page, file).await?;
            longest.push(task);
            heaps = heaps.max(heap);
            left(page).await?;
        }
        table.times(
            &format!("longest task, {what}: listed, gone through, opened"),
            &longest,
            "≤ 50 ms",
        );
        table.size(&format!("the page's script memory, {what}"), heaps, "");
    }
    Ok(())
}

/// The longest task and the most memory of scripts while the lines of a file come, are gone
/// through, and one is opened.
async fn shown(page: &Page, file: &str) -> Result<(Duration, u64)> {
    watch_tasks(page).await?;
    let query = format!("%7Bfilename%3D~%22.*{file}.log%22%7D%20%7C%3D%20%22e%22");
    answer_time(page, &format!("location.hash = 'v=1&from=oldest&to=newest&q={query}'")).await?;
    let code = "
        const list = document.querySelector('[data-testid=list]');
        const frame = () => new Promise(next => requestAnimationFrame(() => setTimeout(next, 0)));
        for (let jump = 0; jump < 30; jump++) {
          list.scrollTop = list.scrollHeight * (jump * 37 % 100) / 100;
          await frame();
        }
        list.scrollTop = 0;
        await frame();
        document.querySelector('[data-testid=row]').click();
        const pause = () => new Promise(next => setTimeout(next, 50));
        while (!document.querySelector('[data-testid=details]')) await pause();
        for (let wait = 0; wait < 20; wait++) await pause();
        return [longest, performance.memory.usedJSHeapSize];";
    let answer = page.script(&format!("return (async () => {{ {code} }})();")).await?;
    let ms = answer.get(0).and_then(serde_json::Value::as_f64).context("no time")?;
    let heap = answer.get(1).and_then(serde_json::Value::as_f64).context("no memory")?;
    Ok((Duration::from_secs_f64(ms / 1000.0), heap as u64))
}
