use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, watch};

use crate::alert::Alerts;
use crate::config::Config;
use crate::http::ApiError;
use crate::push::Counts;
use crate::share::Book;
use crate::store::Store;
use crate::views::Views;

/// Queries of the Loki API that run at once; others wait. Each keeps a core busy.
const QUERIES_AT_ONCE: usize = 4;

/// Pushes that are unpacked and read at once; others wait. Each may take some 200 MiB.
const PUSHES_AT_ONCE: usize = 2;

/// What bodies of pushes may take that are being received or wait for their turn to be read. Of
/// the largest there are eight at once; the others wait.
const BODIES_KIB: usize = 128 << 10;

/// Carries the key that a second `logpane` found in the data folder: whoever can read the folder
/// may have this relay follow more files, other users of the machine may not.
pub const FOLLOW_KEY_HEADER: &str = "x-logpane-key";

/// Body of `POST /api/follow`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowRequest {
    /// Absolute; globs too.
    pub paths: Vec<String>,
    #[serde(default)]
    pub job: Option<String>,
    #[serde(default)]
    pub labels: Vec<(String, String)>,
}

/// What the routes share. The listener is bound before the store is open, so that the store comes
/// later, once.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    store: OnceLock<Store>,
    book: OnceLock<Book>,
    views: OnceLock<Arc<Views>>,
    alerts: OnceLock<Alerts>,
    follow_key: String,
    stopping: watch::Receiver<bool>,
    queries: Arc<Semaphore>,
    /// bcrypt is made to be slow: one at a time, so that guessing cannot take all cores.
    logins: Arc<Semaphore>,
    bodies_kib: Arc<Semaphore>,
    pushes: Arc<Semaphore>,
    push_counts: Counts,
    tails: Arc<Semaphore>,
}

impl App {
    /// `stopping` turns true when the relay shuts down; live tails end then.
    pub fn new(config: Config, follow_key: String, stopping: watch::Receiver<bool>) -> Self {
        let tails = Arc::new(Semaphore::new(config.limits.max_tails.min(Semaphore::MAX_PERMITS)));
        Self(Arc::new(Inner {
            config,
            store: OnceLock::new(),
            book: OnceLock::new(),
            views: OnceLock::new(),
            alerts: OnceLock::new(),
            follow_key,
            stopping,
            queries: Arc::new(Semaphore::new(QUERIES_AT_ONCE)),
            logins: Arc::new(Semaphore::new(1)),
            bodies_kib: Arc::new(Semaphore::new(BODIES_KIB)),
            pushes: Arc::new(Semaphore::new(PUSHES_AT_ONCE)),
            push_counts: Counts::default(),
            tails,
        }))
    }

    /// From now on the relay is ready. A second store is ignored.
    pub fn set_store(&self, store: Store) {
        self.0.store.set(store).ok();
    }

    pub fn store(&self) -> Result<&Store, ApiError> {
        self.0.store.get().ok_or(ApiError::Starting)
    }

    /// The shared links. Read from the disk when it is first asked for.
    pub fn book(&self) -> Result<&Book, ApiError> {
        let dir = self.store()?.dir();
        Ok(self.0.book.get_or_init(|| Book::open(dir)))
    }

    /// The views with names. Read from the disk when it is first asked for.
    pub fn views(&self) -> Result<Arc<Views>, ApiError> {
        let dir = self.store()?.dir();
        Ok(Arc::clone(self.0.views.get_or_init(|| Arc::new(Views::open(dir)))))
    }

    /// From now on there are alerts. A second time is ignored.
    pub fn set_alerts(&self, alerts: Alerts) {
        self.0.alerts.set(alerts).ok();
    }

    /// None where there are no rules.
    pub fn alerts(&self) -> Option<&Alerts> {
        self.0.alerts.get()
    }

    pub fn config(&self) -> &Config {
        &self.0.config
    }

    pub(super) fn follow_key(&self) -> &str {
        &self.0.follow_key
    }

    pub(super) fn queries(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.queries)
    }

    pub(super) fn logins(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.logins)
    }

    /// Room for the bodies of pushes.
    pub(super) fn bodies_kib(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.bodies_kib)
    }

    /// A turn for each push that is being read.
    pub(super) fn pushes(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.pushes)
    }

    /// One for each live tail of Loki's API.
    pub(super) fn tails(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.tails)
    }

    pub(super) fn push_counts(&self) -> &Counts {
        &self.0.push_counts
    }

    /// Resolves when the relay shuts down.
    pub(super) async fn stopped(&self) {
        let mut stopping = self.0.stopping.clone();
        // An error means that the sender is gone, and the relay with it.
        stopping.wait_for(|stop| *stop).await.ok();
    }
}
