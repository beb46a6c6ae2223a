//! The release program carries the viewer, small enough for a first visit.

use anyhow::Result;
use tempfile::TempDir;
use tests::{Relay, first_visit_bytes};

/// Code, styles and texts of a first visit, compressed as served.
const BUDGET_BYTES: usize = 1_000_000;

#[test]
fn a_first_visit_stays_within_its_budget() -> Result<()> {
    let dir = TempDir::new()?;
    let relay = Relay::start(dir.path(), &[])?;
    let total = first_visit_bytes(&relay)?;
    assert!(total <= BUDGET_BYTES, "{total} bytes");
    Ok(())
}
