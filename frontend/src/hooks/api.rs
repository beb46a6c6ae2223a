//! What the relay's own API is asked, and what it answers.

use gloo::net::http::{Request, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A request as it went out.
pub(super) type Sent = Result<Response, gloo::net::Error>;

pub(super) async fn get<T: DeserializeOwned>(base: &str, path: &str) -> Result<T, String> {
    read(Request::get(&format!("{base}{path}")).send().await).await
}

pub(super) async fn post<T: DeserializeOwned>(
    base: &str,
    path: &str,
    body: &impl Serialize,
) -> Result<T, String> {
    let request = Request::post(&format!("{base}{path}")).json(body);
    read(request.map_err(|error| error.to_string())?.send().await).await
}

pub(super) async fn delete(base: &str, path: &str) -> Sent {
    Request::delete(&format!("{base}{path}")).send().await
}

/// The answer, or the sentence that says why there is none.
pub(super) async fn read<T: DeserializeOwned>(sent: Sent) -> Result<T, String> {
    let response = sent.map_err(|error| error.to_string())?;
    if !response.ok() {
        return Err(message(response).await);
    }
    response.json().await.map_err(|error| error.to_string())
}

pub(super) async fn message(response: Response) -> String {
    response.text().await.unwrap_or_default().trim().to_owned()
}
