//! `cargo xtask bench [relay|ingest|page|rendering|typing [SIZE]]`: the figures that we hold ourselves to, as a table on stdout.
//! Nothing fails when one is missed.

mod cpu;
mod ingest;
mod logs;
mod memory;
mod page;
mod relay;
mod rendering;
mod table;
mod typing;

use std::path::PathBuf;

use anyhow::Result;
use tests::root;

use self::logs::Logs;
use self::table::Table;

/// What is timed is done this often, and the median is shown.
const RUNS: usize = 5;

const NEEDLE: &str = r#"{job=~".+"} |= "CUDA out of memory""#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let small = Logs::generated("20MB")?;
    let large = Logs::generated("200MB")?;
    let mut table = Table::default();
    let part = std::env::args().nth(1);
    let wanted = |name: &str| part.as_deref().is_none_or(|part| part == name);
    if wanted("relay") {
        relay::ready(&small, &mut table)?;
        relay::reading(&small, &mut table)?;
        relay::reading(&large, &mut table)?;
    }
    if wanted("relay") || wanted("ingest") {
        ingest::cost(&large, &mut table)?;
        ingest::at_rest(&mut table)?;
    }
    if wanted("page") {
        page::figures(&small, &large, &mut table).await?;
    }
    if wanted("rendering") {
        rendering::figures(&mut table).await?;
    }
    if wanted("typing") {
        let size = std::env::args().nth(2);
        let logs = size.map(|size| Logs::generated(&size)).transpose()?;
        typing::figures(logs.as_ref().unwrap_or(&large), &mut table).await?;
    }
    std::fs::remove_dir_all(data()).ok();
    print!("{table}");
    Ok(())
}

/// The data folder of whichever relay is measured.
fn data() -> PathBuf {
    root().join("target/bench/data")
}

/// A relay that has nothing yet of `logs`.
fn fresh(logs: &Logs) -> Result<tests::Relay> {
    std::fs::remove_dir_all(data()).ok();
    start(logs)
}

/// A relay that goes on with what the last one left.
fn start(logs: &Logs) -> Result<tests::Relay> {
    // The stamps lie further apart than Loki's API takes by default.
    let mut args = logs.files.clone();
    args.push("--max-query-length=0".into());
    tests::Relay::start(&data(), &args)
}
