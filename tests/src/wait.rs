use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Long enough for a loaded machine; a test that meets its condition never waits this long.
const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

/// Asks until there is an answer.
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        if start.elapsed() > LIMIT {
            bail!("waited {LIMIT:?} in vain for {what}");
        }
        std::thread::sleep(PAUSE);
    }
}

/// Asks the browser until there is an answer; the last refusal is shown when there is none.
pub async fn wait_async<T, F>(what: &str, mut ask: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let start = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) if start.elapsed() > LIMIT => {
                return Err(error.context(format!("waited {LIMIT:?} in vain for {what}")));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
