//! Every followed file, and why a line is not among the stored ones.

use gloo::net::http::Request;
use protocol::doctor::{Ask, Diagnosis};
use protocol::sources::Sources;

use super::shares::read;

/// What is known of the files.
pub async fn list_sources(base: &str) -> Result<Sources, String> {
    read(Request::get(&format!("{base}api/sources")).send().await).await
}

/// Where a line went.
pub async fn diagnose(base: &str, ask: &Ask) -> Result<Diagnosis, String> {
    let request = Request::post(&format!("{base}api/doctor")).json(ask);
    read(request.map_err(|error| error.to_string())?.send().await).await
}
