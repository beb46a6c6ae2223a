//! Every followed file, and why a line is not among the stored ones.

use protocol::doctor::{Ask, Diagnosis};
use protocol::sources::{Change, Sources};

use super::api;

/// What is known of the files.
pub async fn list_sources(base: &str) -> Result<Sources, String> {
    api::get(base, "api/sources").await
}

/// Says something of a file; gives all of them as they are then.
pub async fn change_source(base: &str, change: &Change) -> Result<Sources, String> {
    api::post(base, "api/sources", change).await
}

/// Where a line went.
pub async fn diagnose(base: &str, ask: &Ask) -> Result<Diagnosis, String> {
    api::post(base, "api/doctor", ask).await
}
