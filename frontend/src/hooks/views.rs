//! Views with names, which the relay keeps.

use gloo::net::http::Request;
use protocol::views::{NamedViews, NewView};

use super::shares::read;

pub async fn list_views(base: &str) -> Result<NamedViews, String> {
    read(Request::get(&format!("{base}api/views")).send().await).await
}

/// Keeps a view under a name; answers with all there are.
pub async fn save_view(base: &str, new: &NewView) -> Result<NamedViews, String> {
    let request = Request::post(&format!("{base}api/views")).json(new);
    read(request.map_err(|error| error.to_string())?.send().await).await
}

pub async fn forget_view(base: &str, id: &str) -> Result<NamedViews, String> {
    read(Request::delete(&format!("{base}api/views/{id}")).send().await).await
}
