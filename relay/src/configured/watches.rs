use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::configured::Loaded;
use crate::forward::{Destination, Standings};
use crate::store::Store;
use crate::{docker, forward, syslog, systemd};

/// How long it is waited for a thread to end.
const PATIENCE: Duration = Duration::from_secs(1);

/// The threads that follow what is no file, Docker engines, journals and ports, and those that send on
/// what came in. They end when others take their place.
#[derive(Clone, Debug, Default)]
pub struct Watches {
    threads: Arc<Mutex<Vec<Watch>>>,
    /// How far those are that send.
    pub standings: Standings,
}

#[derive(Debug)]
struct Watch {
    /// The thread ends when it goes.
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Watches {
    /// Follows these instead of those before.
    pub fn replace(&self, loaded: &Loaded, typed: &[Destination], store: &Store) {
        let mut watches = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        end(std::mem::take(&mut *watches));
        for job in loaded.docker.clone() {
            let store = store.clone();
            watches.extend(start(move |stopped| docker::watch(&job, &store, stopped)));
        }
        for job in loaded.journals.clone() {
            let store = store.clone();
            watches.extend(start(move |stopped| systemd::watch(&job, &store, stopped)));
        }
        for job in loaded.syslogs.clone() {
            let store = store.clone();
            watches.extend(start(move |stopped| syslog::watch(&job, &store, stopped)));
        }
        for to in each_once(&loaded.forwards, typed).into_iter().cloned() {
            let store = store.clone();
            let standing = self.standings.enter(&to.name, &to.endpoint.url);
            watches.extend(start(move |stopped| forward::run(&to, &store, standing, stopped)));
        }
    }

    /// Ends all.
    pub fn stop(&self) {
        end(std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner)));
    }
}

fn start(watch: impl FnOnce(&Receiver<()>) + Send + 'static) -> Option<Watch> {
    let (stop, stopped) = channel();
    let thread = std::thread::Builder::new().name("watch".to_owned());
    match thread.spawn(move || watch(&stopped)) {
        Ok(thread) => Some(Watch { stop, thread }),
        Err(error) => {
            tracing::error!(%error, "a source is not followed");
            None
        }
    }
}

fn end(watches: Vec<Watch>) {
    let threads: Vec<JoinHandle<()>> = watches
        .into_iter()
        .map(|Watch { stop, thread }| {
            drop(stop);
            thread
        })
        .collect();
    // One that waits for an engine that does not answer ends when it has waited.
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end && !threads.iter().all(JoinHandle::is_finished) {
        std::thread::sleep(Duration::from_millis(5));
    }
    for thread in threads.into_iter().filter(JoinHandle::is_finished) {
        if thread.join().is_err() {
            tracing::error!("a source has ended badly");
        }
    }
}

/// Those of the file and of the command line. What is known of one goes by its name; the file says
/// more about one that is in both.
fn each_once<'a>(loaded: &'a [Destination], typed: &'a [Destination]) -> Vec<&'a Destination> {
    let mut all: Vec<&Destination> = Vec::new();
    for to in loaded.iter().chain(typed) {
        if all.iter().all(|known| known.name != to.name) {
            all.push(to);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_twice_is_sent_once() {
        let to = |url: &str| Destination::parse(url).unwrap();
        let loaded = [Destination { batch_bytes: 7, ..to("http://a") }];
        let typed = [to("http://a"), to("http://b"), to("http://b/"), to("http://c")];
        let all = each_once(&loaded, &typed);
        let found: Vec<(&str, usize)> =
            all.iter().map(|to| (to.endpoint.url.as_str(), to.batch_bytes)).collect();
        let path = |host: &str| format!("http://{host}/loki/api/v1/push");
        let (a, b, c) = (path("a"), path("b"), path("c"));
        assert_eq!(found, [(a.as_str(), 7), (b.as_str(), 1 << 20), (c.as_str(), 1 << 20)]);
    }
}
