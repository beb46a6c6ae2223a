use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Reason;
use super::Refused;

/// Answers that refuse a whole push.
const STATUSES: [u16; 6] = [400, 413, 415, 429, 500, 503];

/// What clients sent since the relay started, for `/metrics`.
#[derive(Debug, Default)]
pub struct Counts {
    taken: AtomicU64,
    repeated: AtomicU64,
    refused: [AtomicU64; Reason::ALL.len()],
    requests: [AtomicU64; STATUSES.len()],
}

impl Counts {
    pub fn took(&self, taken: u64, repeated: u64) {
        self.taken.fetch_add(taken, Ordering::Relaxed);
        self.repeated.fetch_add(repeated, Ordering::Relaxed);
    }

    pub fn refused(&self, refused: &Refused) {
        for (count, entries) in self.refused.iter().zip(refused.entries) {
            count.fetch_add(entries, Ordering::Relaxed);
        }
    }

    /// Counts an answer, if it is an error.
    pub fn answered(&self, status: u16) {
        if let Some(at) = STATUSES.iter().position(|known| *known == status)
            && let Some(count) = self.requests.get(at)
        {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// In Prometheus' text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut metric = |name: &str, help: &str, values: &[(String, &AtomicU64)]| {
            writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter").ok();
            for (label, value) in values {
                writeln!(text, "{name}{label} {}", value.load(Ordering::Relaxed)).ok();
            }
        };
        let none = String::new;
        metric(
            "logpane_pushed_entries_total",
            "Entries taken from clients.",
            &[(none(), &self.taken)],
        );
        metric(
            "logpane_pushed_repeated_entries_total",
            "Entries that clients sent again, counted once.",
            &[(none(), &self.repeated)],
        );
        let reasons = Reason::ALL.iter().zip(&self.refused);
        let reasons: Vec<_> =
            reasons.map(|(r, n)| (format!("{{reason=\"{}\"}}", r.as_str()), n)).collect();
        metric(
            "logpane_push_refused_entries_total",
            "Entries refused while others of their push were taken.",
            &reasons,
        );
        let statuses = STATUSES.iter().zip(&self.requests);
        let statuses: Vec<_> = statuses.map(|(s, n)| (format!("{{status=\"{s}\"}}"), n)).collect();
        metric(
            "logpane_push_errors_total",
            "Pushes answered with an error; with 400 and 429 some entries may have been taken.",
            &statuses,
        );
        text
    }
}
