use anyhow::{Context, Result};

/// Bytes of a process that are in memory.
pub struct Memory {
    pub now: u64,
    pub peak: u64,
}

impl Memory {
    pub fn of(pid: u32) -> Result<Self> {
        let path = format!("/proc/{pid}/status");
        let status =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
        };
        let now = of("VmRSS:").context("the process has no memory")?;
        Ok(Self { now, peak: of("VmHWM:").unwrap_or(now) })
    }
}
