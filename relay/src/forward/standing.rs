use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::forward::Forward;

/// How far each destination is, for the status.
#[derive(Clone, Debug, Default)]
pub struct Standings(Arc<Mutex<BTreeMap<String, Forward>>>);

/// That of one destination; it is listed for as long as this lives.
#[derive(Debug)]
pub struct Standing {
    all: Standings,
    name: String,
}

impl Standings {
    /// Lists a destination.
    pub fn enter(&self, name: &str, url: &str) -> Standing {
        let forward = Forward { name: name.to_owned(), url: url.to_owned(), ..Forward::default() };
        self.with(|all| {
            all.insert(name.to_owned(), forward);
        });
        Standing { all: self.clone(), name: name.to_owned() }
    }

    /// By name.
    pub fn list(&self) -> Vec<Forward> {
        self.with(|all| all.values().cloned().collect())
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Forward>) -> T) -> T {
        // A std mutex: held to copy a few numbers.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Standing {
    pub(super) fn set(&self, change: impl FnOnce(&mut Forward)) {
        self.all.with(|all| all.get_mut(&self.name).map(change));
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        self.all.with(|all| all.remove(&self.name));
    }
}
