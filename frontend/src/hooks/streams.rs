use model::Labels;
use protocol::loki::Response;

use super::browser::get;

/// The labels of every stream the relay has; None when it does not say.
pub async fn all_streams(base: &str) -> Option<Vec<Labels>> {
    // Whenever they were written.
    let url = format!("{base}loki/api/v1/series?start=0&end={}", i64::MAX);
    let response = get(&url).send().await.ok()?;
    if !response.ok() {
        return None;
    }
    Some(response.json::<Response<Vec<Labels>>>().await.ok()?.data)
}
