use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// What the kernel counts processor time in towards programs, on every machine.
const TICK: Duration = Duration::from_millis(10);

/// Processor time of a process, all its threads together, user and system.
pub fn of(pid: u32) -> Result<Duration> {
    ticks(pid, [13, 14])
}

/// The same of the children of this process that have ended.
pub fn of_children() -> Result<Duration> {
    ticks(std::process::id(), [15, 16])
}

/// The sum of two fields of `/proc/PID/stat`, counted from 0.
fn ticks(pid: u32, fields: [usize; 2]) -> Result<Duration> {
    let path = format!("/proc/{pid}/stat");
    let stat = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    // The name of the program may hold anything, also spaces.
    let (_, rest) = stat.rsplit_once(')').context("a stat without a name")?;
    let behind: Vec<&str> = rest.split_whitespace().collect();
    let mut sum = 0;
    for field in fields {
        let text = behind.get(field - 2).context("a stat that is too short")?;
        sum += text.parse::<u32>()?;
    }
    Ok(TICK * sum)
}
