//! What reading costs the processor, and what doing nothing does.

use std::fs::{self, File};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tests::Relay;

use super::logs::Logs;
use super::table::Table;
use super::{RUNS, cpu, fresh};

/// How long a relay that follows quiet files is watched.
const WATCHED: Duration = Duration::from_secs(30);
/// What a relay does after its start is over by then.
const SETTLE: Duration = Duration::from_secs(6);
const QUIET_FILES: usize = 20;

/// From files to sealed chunks, beside `zstd -3` of the same bytes in the same minute.
pub fn cost(logs: &Logs, table: &mut Table) -> Result<()> {
    let (mut relays, mut packers, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let before = cpu::of_children()?;
        let relay = fresh(logs)?;
        relay.wait_until_read(logs.files.len())?;
        // What is in heads still is sealed by that.
        relay.stop()?;
        let relay = cpu::of_children()?.saturating_sub(before);
        let packer = packed(logs)?;
        shares.push((packer.as_secs_f64() / relay.as_secs_f64() * 1000.0) as u64);
        relays.push(relay);
        packers.push(packer);
    }
    let name = &logs.name;
    table.times(&format!("{name}: processor time of reading and sealing"), &relays, "");
    table.times(&format!("{name}: processor time of zstd -3"), &packers, "");
    table.thousandths(&format!("{name}: speed beside zstd -3"), &shares, "≥ 0.667");
    Ok(())
}

/// Processor time of Debian's zstd, one thread.
fn packed(logs: &Logs) -> Result<Duration> {
    let before = cpu::of_children()?;
    let mut zstd = Command::new("zstd");
    zstd.args(["-3", "--single-thread", "--quiet", "--stdout"]).args(&logs.files);
    let status = zstd.stdout(Stdio::null()).status();
    let status = status.context("cannot start zstd; on Debian it is in the package zstd")?;
    ensure!(status.success(), "zstd failed");
    Ok(cpu::of_children()?.saturating_sub(before))
}

pub fn at_rest(table: &mut Table) -> Result<()> {
    let dir = TempDir::new()?;
    let mut paths = Vec::new();
    for at in 0..QUIET_FILES {
        let path = dir.path().join(format!("quiet{at}.log"));
        let mut file = File::create(&path)?;
        writeln!(file, "2024-12-17 14:30:52,123 INFO line {at}")?;
        paths.push(path.into_os_string());
    }
    let data = dir.path().join("data");
    fs::create_dir(&data)?;
    let relay = Relay::start(&data, &paths)?;
    relay.wait_until_read(QUIET_FILES)?;
    sleep(SETTLE);
    let before = cpu::of(relay.pid())?;
    sleep(WATCHED);
    let used = cpu::of(relay.pid())?.saturating_sub(before);
    let thousandths = used.as_secs_f64() / WATCHED.as_secs_f64() * 100_000.0;
    table.thousandths("processor at rest, 20 followed files, %", &[thousandths as u64], "≤ 0.1");
    relay.stop()
}
