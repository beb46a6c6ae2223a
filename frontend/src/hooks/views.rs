//! Views with names, which the relay keeps.

use protocol::views::{NamedViews, NewView};

use super::api;

pub async fn list_views(base: &str) -> Result<NamedViews, String> {
    api::get(base, "api/views").await
}

/// Keeps a view under a name; answers with all there are.
pub async fn save_view(base: &str, new: &NewView) -> Result<NamedViews, String> {
    api::post(base, "api/views", new).await
}

pub async fn forget_view(base: &str, id: &str) -> Result<NamedViews, String> {
    api::read(api::delete(base, &format!("api/views/{id}")).await).await
}
