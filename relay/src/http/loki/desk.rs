//! What a client of the live tail is to get next.

use logql::{QueryError, Row};
use model::{Labels, MatchOp, Matcher};
use protocol::loki::{DroppedEntry, TailMessage};
use protocol::tail::TailFrame;
use tokio::time::Instant;

use crate::http::loki::encode::{self, Flags};
use crate::http::loki::{legacy, request};
use crate::query::Live;

/// Rows beyond this wait no longer for slower ones.
const HELD_BYTES: usize = 8 << 20;

/// How a message is written.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    Current(Flags),
    /// As `/api/prom/tail` has it.
    Legacy,
}

/// Evaluates what comes and keeps it until it is due. All of it computes: not for the threads
/// that serve.
#[derive(Debug)]
pub struct Desk {
    live: Live,
    shape: Shape,
    /// Rows that wait for slower ones, and until when.
    held: Vec<(Instant, Row)>,
    held_bytes: usize,
    dropped: u64,
    /// What the past may miss.
    warnings: Vec<String>,
}

impl Desk {
    /// Begins with what is shown of the past.
    pub fn new(mut live: Live, shape: Shape, past: Vec<Row>, warnings: Vec<String>) -> Self {
        live.shown(&past);
        let mut desk = Self { live, shape, held: Vec::new(), held_bytes: 0, dropped: 0, warnings };
        desk.hold(past, Instant::now());
        desk
    }

    /// When there is something to send; None: not before something comes.
    pub fn due(&self) -> Option<Instant> {
        if self.dropped > 0 || !self.warnings.is_empty() || self.held_bytes > HELD_BYTES {
            return Some(Instant::now());
        }
        self.held.iter().map(|(until, _)| *until).min()
    }

    /// Takes what came, to be sent at `until`.
    pub fn take(&mut self, frame: TailFrame, until: Instant) -> Result<(), QueryError> {
        self.dropped += frame.dropped;
        let rows = self.live.take(frame)?;
        self.hold(rows, until);
        Ok(())
    }

    fn hold(&mut self, rows: Vec<Row>, until: Instant) {
        for row in rows {
            self.held_bytes += row.num_bytes();
            self.held.push((until, row));
        }
    }

    /// Everything that is due, in order of time. None when it cannot be written.
    pub fn message(&mut self) -> Option<String> {
        let now = Instant::now();
        let is_full = self.held_bytes > HELD_BYTES;
        let (due, held): (Vec<_>, Vec<_>) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|(until, _)| is_full || *until <= now);
        self.held_bytes = held.iter().map(|(_, row)| row.num_bytes()).sum();
        self.held = held;
        let mut rows: Vec<Row> = due.into_iter().map(|(_, row)| row).collect();
        rows.sort_by_key(|row| (row.timestamp, row.arrival));
        let dropped_entries = match std::mem::take(&mut self.dropped) {
            0 => Vec::new(),
            dropped => vec![left_out(self.live.matchers(), dropped)],
        };
        let flags = match self.shape {
            Shape::Current(flags) => flags,
            Shape::Legacy => Flags::default(),
        };
        let message = TailMessage {
            streams: encode::streams(rows, flags),
            dropped_entries,
            warnings: std::mem::take(&mut self.warnings),
        };
        let text = match self.shape {
            Shape::Current(_) => serde_json::to_string(&message),
            Shape::Legacy => serde_json::to_string(&legacy::tail_message(message)),
        };
        text.inspect_err(|error| tracing::error!(%error, "a message cannot be written")).ok()
    }
}

/// Which entries a client was too slow for is not kept, only how many: said as a label beside
/// those that the query asks for.
fn left_out(matchers: &[Matcher], dropped: u64) -> DroppedEntry {
    let mut labels: Labels = matchers
        .iter()
        .filter(|matcher| matcher.op == MatchOp::Equal)
        .map(|matcher| (matcher.name.as_str(), matcher.value.as_str()))
        .collect();
    labels.set("dropped", dropped.to_string());
    DroppedEntry { timestamp: request::now_ns().to_string(), labels }
}
