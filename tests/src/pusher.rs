use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Result, anyhow};
use serde_json::json;

/// 2024-12-17 14:30:52 UTC.
const FIRST_NS: u64 = 1_734_445_852_000_000_000;

/// A client that pushes numbered lines one after the other, and each again until the relay has
/// said that it has it.
#[derive(Debug)]
pub struct Pusher {
    url: Arc<Mutex<String>>,
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Pusher {
    /// What its stream is selected by.
    pub const SELECTOR: &str = r#"{job="pushed"}"#;

    pub fn start() -> Self {
        let url = Arc::new(Mutex::new(String::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let (url, is_over) = (Arc::clone(&url), Arc::clone(&is_over));
            move || {
                let mut number = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let url = url.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    if push(&url, number).is_ok() {
                        number += 1;
                    } else {
                        // Nobody listens at the moment.
                        thread::sleep(Duration::from_millis(2));
                    }
                }
                number
            }
        });
        Self { url, is_over, thread }
    }

    /// Where the relay is from now on.
    pub fn turn_to(&self, url: &str) {
        url.clone_into(&mut self.url.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// How many lines the relay has taken: those from 0 on.
    pub fn stop(self) -> Result<u64> {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow!("the pushing thread died"))
    }

    pub fn line(number: u64) -> String {
        format!("pushed line {number}")
    }
}

fn push(url: &str, number: u64) -> Result<()> {
    let time = (FIRST_NS + number).to_string();
    let stream = json!({"stream": {"job": "pushed"}, "values": [[time, Pusher::line(number)]]});
    let body = json!({"streams": [stream]});
    let request = ureq::post(format!("{url}/loki/api/v1/push"));
    request.config().timeout_global(Some(Duration::from_secs(5))).build().send_json(body)?;
    Ok(())
}
