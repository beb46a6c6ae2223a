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
        // The file says more about one that was typed as well.
        let mut forwards = loaded.forwards.clone();
        for to in typed {
            to.clone().add_to(&mut forwards);
        }
        for to in forwards {
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
