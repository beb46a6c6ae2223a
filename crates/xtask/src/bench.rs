//! `cargo xtask bench`: the figures that we hold ourselves to, as a table on stdout. Nothing fails
//! when one is missed; what the browser takes is measured by the end-to-end tests.

mod logs;
mod relay;
mod table;
mod visit;

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use self::logs::Logs;
use self::relay::Relay;
use self::table::{Table, median};
use crate::command::root;
use crate::dist;

/// What is timed is done this often, and the median is shown.
const RUNS: usize = 5;

/// How long a relay that has read everything is left alone before its memory is looked at: longer
/// than the joining of continuation lines and the sync interval.
const SETTLE: Duration = Duration::from_secs(5);

const NEEDLE: &str = r#"{job=~".+"} |= "CUDA out of memory""#;

pub fn all() -> Result<()> {
    let program = dist::build()?;
    let small = Logs::generated("20MB")?;
    let large = Logs::generated("200MB")?;
    let mut table = Table::default();
    ready(&program, &small, &mut table)?;
    reading(&program, &small, &mut table)?;
    reading(&program, &large, &mut table)?;
    let relay = Relay::start(&program, &data(), &[])?;
    let visit = visit::compressed_bytes(&relay, &root().join("dist"))?;
    table.size("first visit, as served", visit, "≤ 1 MB");
    drop(relay);
    std::fs::remove_dir_all(data()).ok();
    print!("{table}");
    Ok(())
}

/// The data folder of whichever relay is measured.
fn data() -> PathBuf {
    root().join("target/bench/data")
}

fn fresh(program: &Path, logs: &Logs) -> Result<Relay> {
    std::fs::remove_dir_all(data()).ok();
    Relay::start(program, &data(), &logs.files)
}

fn ready(program: &Path, logs: &Logs, table: &mut Table) -> Result<()> {
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let relay = fresh(program, logs)?;
        first.push(relay.ready_after);
        relay.wait_until_read(logs)?;
        relay.stop()?;
        let relay = Relay::start(program, &data(), &logs.files)?;
        again.push(relay.ready_after);
        relay.stop()?;
    }
    table.times("ready, with 20 MB to read", &first, "≤ 100 ms");
    table.times("ready again, with 20 MB stored", &again, "≤ 100 ms");

    std::fs::remove_dir_all(data()).ok();
    let relay = Relay::start(program, &data(), &[])?;
    sleep(SETTLE);
    table.size("memory, nothing to do", relay.memory()?.now, "≤ 20 MB");
    Ok(())
}

/// Everything about reading `logs` into an empty data folder.
fn reading(program: &Path, logs: &Logs, table: &mut Table) -> Result<()> {
    let name = &logs.name;
    let (mut times, mut peaks) = (Vec::new(), Vec::new());
    let mut last = None;
    for _ in 0..RUNS {
        // Before the next one starts on its data folder.
        drop(last.take());
        let start = Instant::now();
        let relay = fresh(program, logs)?;
        relay.wait_until_read(logs)?;
        times.push(start.elapsed());
        peaks.push(relay.memory()?.peak);
        last = Some(relay);
    }
    let relay = last.context("there are runs")?;
    table.times(&format!("{name}: read to the end"), &times, "");
    table.size(&format!("{name}: memory while reading, peak"), median(&peaks), "≤ 60 MB");

    sleep(SETTLE);
    table.size(&format!("{name}: memory, idle after reading"), relay.memory()?.now, "≤ 20 MB");
    let disk = logs::folder_bytes(&data())?;
    table.ratio(&format!("{name}: disk while running"), logs.num_bytes, disk, "");

    let mut queries = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        relay.query(program, NEEDLE)?;
        queries.push(start.elapsed());
    }
    table.times(&format!("{name}: out of memory, command line"), &queries, "");
    table.size(&format!("{name}: memory after queries"), relay.memory()?.now, "");

    relay.stop()?;
    let disk = logs::folder_bytes(&data())?;
    table.ratio(&format!("{name}: disk after stopping"), logs.num_bytes, disk, "raw ÷ 5");
    Ok(())
}
