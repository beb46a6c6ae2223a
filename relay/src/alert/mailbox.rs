use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use alert::send::Notice;

/// More are not kept: the newest news of an alert counts, and every evaluation tells it again.
const MAX_WAITING: usize = 10_000;

/// What one receiver is to hear next: of each alert the newest.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    inner: Mutex<Inner>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: BTreeMap<u64, Letter>,
    is_closed: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub notice: Notice,
    /// Of the rule's group.
    pub interval_ns: i64,
}

impl Mailbox {
    pub(super) fn put(&self, letters: impl IntoIterator<Item = Letter>) {
        let mut inner = self.lock();
        for letter in letters {
            let key = letter.notice.fingerprint();
            if inner.waiting.len() < MAX_WAITING || inner.waiting.contains_key(&key) {
                inner.waiting.insert(key, letter);
            }
        }
        drop(inner);
        self.wake.notify_all();
    }

    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.wake.notify_all();
    }

    /// Waits until there is something, or for `patience`; None: until there is something. Gives
    /// None once it is closed.
    pub(super) fn take(&self, patience: Option<Duration>) -> Option<Vec<Letter>> {
        let is_empty = |inner: &mut Inner| inner.waiting.is_empty() && !inner.is_closed;
        let lock = self.lock();
        let mut inner = match patience {
            Some(patience) => {
                let waited = self.wake.wait_timeout_while(lock, patience, is_empty);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.wake.wait_while(lock, is_empty).unwrap_or_else(PoisonError::into_inner),
        };
        if inner.is_closed {
            return None;
        }
        Some(std::mem::take(&mut inner.waiting).into_values().collect())
    }

    // A std mutex: held to move letters in and out.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
