use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use alert::send::{self, Notice, Verdict};

use super::AlertOptions;
use super::board::Shared;
use super::mailbox::{Letter, Mailbox};
use super::post::Post;
use crate::endpoint::Endpoint;
use crate::http::now_ns;

const FIRST_RETRY: Duration = Duration::from_secs(5);
const MAX_RETRY: Duration = Duration::from_mins(5);

/// One Alertmanager and what it has not taken yet: the newest of each alert.
struct Manager {
    name: String,
    endpoint: Endpoint,
    resend_ns: i64,
    post: Post,
    shared: Arc<Shared>,
    waiting: BTreeMap<u64, Letter>,
    attempts: u32,
}

/// A thread for each Alertmanager.
pub(super) fn start(
    options: &AlertOptions,
    shared: &Arc<Shared>,
) -> std::io::Result<Vec<Arc<Mailbox>>> {
    let endpoints = options.alertmanagers.iter();
    let start = |endpoint: &Endpoint| {
        let mailbox = Arc::new(Mailbox::default());
        let mut manager = Manager {
            name: endpoint.url.clone(),
            endpoint: endpoint.clone(),
            resend_ns: options.resend_ns,
            post: Post::new(),
            shared: Arc::clone(shared),
            waiting: BTreeMap::new(),
            attempts: 0,
        };
        manager.show();
        let letters = Arc::clone(&mailbox);
        std::thread::Builder::new()
            .name("alertmanager".to_owned())
            .spawn(move || manager.run(&letters))?;
        Ok(mailbox)
    };
    endpoints.map(start).collect()
}

impl Manager {
    fn run(&mut self, mailbox: &Mailbox) {
        let mut patience = None;
        while let Some(letters) = mailbox.take(patience) {
            for letter in letters {
                self.waiting.insert(letter.notice.fingerprint(), letter);
            }
            patience = self.tell();
            self.show();
        }
    }

    /// Tells what waits. Gives how long to wait before the rest is told.
    fn tell(&mut self) -> Option<Duration> {
        let letters: Vec<Letter> = self.waiting.values().cloned().collect();
        for batch in letters.chunks(send::BATCH) {
            let notices: Vec<Notice> = batch.iter().map(|letter| letter.notice.clone()).collect();
            let interval_ns = batch.iter().map(|letter| letter.interval_ns).max().unwrap_or(0);
            let until = send::valid_until(now_ns(), self.resend_ns, interval_ns);
            for request in send::alertmanager(&self.endpoint.url, &notices, until) {
                let authorization = self.endpoint.authorization.as_deref();
                let verdict = self.post.send(&request, authorization, None);
                let title = title(&notices);
                self.shared.delivered(&self.name, title, notices.len(), &verdict);
                if let Verdict::Retry { after_ns, .. } = verdict {
                    let backoff = FIRST_RETRY.saturating_mul(1 << self.attempts.min(10));
                    self.attempts = self.attempts.saturating_add(1);
                    let after = after_ns.and_then(|ns| u64::try_from(ns).ok()).unwrap_or(0);
                    return Some(backoff.min(MAX_RETRY).max(Duration::from_nanos(after)));
                }
                // What is refused is refused again; it is told anew with the next round.
                for notice in &notices {
                    self.waiting.remove(&notice.fingerprint());
                }
            }
        }
        self.attempts = 0;
        None
    }

    fn show(&self) {
        let url = &self.endpoint.url;
        self.shared.waiting(&self.name, "alertmanager", url, self.waiting.len());
    }
}

fn title(notices: &[Notice]) -> String {
    let mut names: Vec<&str> = notices.iter().map(Notice::name).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(5);
    names.join(", ")
}
