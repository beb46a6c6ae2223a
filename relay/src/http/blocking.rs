use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::http::ApiError;

/// Runs work that reads files or computes away from the threads that serve requests.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => {
            tracing::error!(%error, "a request failed inside");
            Err(ApiError::Internal { message: "the request failed inside the relay".to_owned() })
        }
    }
}

/// Turns the flag on when dropped: a client that hangs up ends the work for it.
#[derive(Debug, Default)]
pub struct CancelOnDrop(Arc<AtomicBool>);

impl CancelOnDrop {
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
