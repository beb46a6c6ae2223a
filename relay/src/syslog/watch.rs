use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use promtail::Relabel;

use super::listen::{Listening, Raw};
use super::message;
use crate::http::now_ns;
use crate::staged::Staged;
use crate::stopping::{is_stopped, wait};
use crate::store::{Piped, Store};

/// Messages are pushed together until none has come for so long, or there are so many.
const PAUSE: Duration = Duration::from_millis(200);
const BATCH: usize = 500;
/// A port that is taken is tried again after this long.
const RETRY: Duration = Duration::from_secs(5);

/// A port that takes messages.
#[derive(Clone, Debug)]
pub struct SyslogJob {
    /// `HOST:PORT`
    pub address: String,
    pub transport: Transport,
    /// A sender that says nothing for so long is hung up on.
    pub idle_timeout: Duration,
    /// Messages are those of RFC 3164.
    pub is_old: bool,
    /// The line is the whole message, head included.
    pub is_whole: bool,
    /// The time is the message's, instead of when it came.
    pub uses_its_time: bool,
    /// Relabelling sees structured data.
    pub labels_data: bool,
    /// Longer messages are cut.
    pub max_bytes: usize,
    pub relabel: Vec<Relabel>,
    /// Labels of every line, the stages of the job and its name.
    pub piped: Piped,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    #[default]
    Tcp,
    Udp,
}

impl Default for SyslogJob {
    fn default() -> Self {
        Self {
            address: "127.0.0.1:1514".to_owned(),
            transport: Transport::Tcp,
            idle_timeout: Duration::from_mins(2),
            is_old: false,
            is_whole: false,
            uses_its_time: false,
            labels_data: false,
            max_bytes: 8192,
            relabel: Vec::new(),
            piped: Piped::default(),
        }
    }
}

/// Takes messages until `stopped` has no sender.
pub(crate) fn watch(job: &SyslogJob, store: &Store, stopped: &Receiver<()>) {
    let Some(mut staged) = Staged::new(&job.piped, &job.relabel, "syslog") else { return };
    let (sender, messages) = sync_channel(BATCH);
    let mut last_error = String::new();
    let _listening = loop {
        match Listening::start(job, sender.clone()) {
            Ok(listening) => break listening,
            Err(error) => {
                let error = error.to_string();
                if error != last_error {
                    crate::cli::say(&format!(
                        "cannot take syslog at {} ({error}); it is tried again",
                        job.address
                    ));
                }
                last_error = error;
            }
        }
        if wait(stopped, RETRY) {
            return;
        }
    };
    while !is_stopped(stopped) {
        let start = Instant::now();
        let mut count = 0;
        while count < BATCH && start.elapsed() < PAUSE {
            match messages.recv_timeout(PAUSE) {
                Ok(raw) => take(job, &mut staged, &raw),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
            count += 1;
        }
        // Senders wait meanwhile.
        while count > 0 && !is_stopped(stopped) {
            match staged.flush(store, RETRY, stopped) {
                Ok(()) => count = 0,
                Err(error) => tracing::error!(%error, "syslog is not taken"),
            }
        }
    }
}

fn take(job: &SyslogJob, staged: &mut Staged, (from, bytes): &Raw) {
    let received = message::read(job, bytes, now_ns());
    let mut labels = received.labels;
    labels.set("__syslog_connection_ip_address", from.to_string());
    staged.take(received.timestamp, labels, received.line);
}
