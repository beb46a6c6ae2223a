//! Every followed file, and why a line is not among the stored ones.

use protocol::doctor::{Ask, Diagnosis};
use protocol::sources::Sources;

use super::api;

/// What is known of the files.
pub async fn list_sources(base: &str) -> Result<Sources, String> {
    api::get(base, "api/sources").await
}

/// Where a line went.
pub async fn diagnose(base: &str, ask: &Ask) -> Result<Diagnosis, String> {
    api::post(base, "api/doctor", ask).await
}
