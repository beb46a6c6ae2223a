//! What the relay takes: time, memory, disk.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tests::Relay;

use super::logs::{Logs, folder_bytes};
use super::memory::Memory;
use super::table::{Table, median};
use super::{NEEDLE, RUNS, data, fresh, start};

/// How long a relay that has read everything is left alone before its memory is looked at: longer
/// than the joining of continuation lines and the sync interval.
const SETTLE: Duration = Duration::from_secs(5);

pub fn ready(logs: &Logs, table: &mut Table) -> Result<()> {
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (relay, took) = until_ready(|| fresh(logs))?;
        first.push(took);
        relay.wait_until_read(logs.files.len())?;
        relay.stop()?;
        let (relay, took) = until_ready(|| start(logs))?;
        again.push(took);
        relay.stop()?;
    }
    table.times("ready, with 20 MB to read", &first, "≤ 100 ms");
    table.times("ready again, with 20 MB stored", &again, "≤ 100 ms");

    std::fs::remove_dir_all(data()).ok();
    let relay = Relay::start(&data(), &[])?;
    sleep(SETTLE);
    table.size("memory, nothing to do", Memory::of(relay.pid())?.now, "≤ 20 MB");
    Ok(())
}

/// From the start of the process to the answer of `/ready`.
fn until_ready(start: impl FnOnce() -> Result<Relay>) -> Result<(Relay, Duration)> {
    let began = Instant::now();
    let relay = start()?;
    relay.get("/ready")?;
    Ok((relay, began.elapsed()))
}

/// Everything about reading `logs` into an empty data folder.
pub fn reading(logs: &Logs, table: &mut Table) -> Result<()> {
    let name = &logs.name;
    let (mut times, mut peaks) = (Vec::new(), Vec::new());
    let mut last = None;
    for _ in 0..RUNS {
        // Before the next one starts on its data folder.
        drop(last.take());
        let start = Instant::now();
        let relay = fresh(logs)?;
        relay.wait_until_read(logs.files.len())?;
        times.push(start.elapsed());
        peaks.push(Memory::of(relay.pid())?.peak);
        last = Some(relay);
    }
    let relay = last.context("there are runs")?;
    table.times(&format!("{name}: read to the end"), &times, "");
    table.size(&format!("{name}: memory while reading, peak"), median(&peaks), "≤ 60 MB");

    sleep(SETTLE);
    let idle = Memory::of(relay.pid())?.now;
    table.size(&format!("{name}: memory, idle after reading"), idle, "≤ 20 MB");
    let disk = folder_bytes(&data())?;
    table.ratio(&format!("{name}: disk while running"), logs.num_bytes, disk, "");

    let mut queries = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let answer = relay.query(&[NEEDLE, "--since", "100000h", "--limit", "100"])?;
        queries.push(start.elapsed());
        ensure!(answer.code == 0 && !answer.stdout.is_empty(), "nothing found: {answer:?}");
    }
    table.times(&format!("{name}: out of memory, command line"), &queries, "");
    let after = Memory::of(relay.pid())?.now;
    table.size(&format!("{name}: memory after queries"), after, "");

    relay.stop()?;
    let disk = folder_bytes(&data())?;
    table.ratio(&format!("{name}: disk after stopping"), logs.num_bytes, disk, "raw ÷ 5");
    Ok(())
}
