//! The viewer that goes into a report, from the relay.

use gloo::net::http::{Request, Response};

use crate::engine::message::Failure;

/// As the build leaves them in `report/`.
#[derive(Debug)]
pub struct ViewerParts {
    pub script: Vec<u8>,
    /// Packed: the script unpacks it.
    pub wasm: Vec<u8>,
    pub style: Vec<u8>,
}

impl ViewerParts {
    /// Without the token of a shared link: the viewer itself is for everybody.
    pub async fn fetch(base: &str) -> Result<Self, Failure> {
        let part = |name: &str| {
            let url = format!("{base}report/{name}");
            async move { body(Request::get(&url).send().await).await }
        };
        Ok(Self {
            script: part("script.js").await?,
            wasm: part("app.wasm.zst").await?,
            style: part("style.css").await?,
        })
    }
}

async fn body(sent: Result<Response, gloo::net::Error>) -> Result<Vec<u8>, Failure> {
    let offline = |error: gloo::net::Error| Failure::Offline { detail: error.to_string() };
    let response = sent.map_err(offline)?;
    if response.ok() {
        return response.binary().await.map_err(offline);
    }
    let message = response.text().await.unwrap_or_default().trim().to_owned();
    Err(Failure::Refused { status: response.status(), message })
}
