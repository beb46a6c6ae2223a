use protocol::tail::TailFrame;
use tokio::sync::mpsc;

/// A live tail: first what was missed, then what comes. Dropping it ends it.
#[derive(Debug)]
pub struct Subscription {
    frames: mpsc::Receiver<TailFrame>,
    backlog: std::vec::IntoIter<TailFrame>,
}

impl Subscription {
    pub(crate) fn new(backlog: Vec<TailFrame>, frames: mpsc::Receiver<TailFrame>) -> Self {
        Self { frames, backlog: backlog.into_iter() }
    }

    /// The next frame; None when the store is shut down. Safe to cancel.
    pub async fn next(&mut self) -> Option<TailFrame> {
        match self.backlog.next() {
            Some(frame) => Some(frame),
            None => self.frames.recv().await,
        }
    }

    /// The same for a thread; not to be called from async code.
    pub fn next_blocking(&mut self) -> Option<TailFrame> {
        self.backlog.next().or_else(|| self.frames.blocking_recv())
    }

    /// A frame that is there already.
    pub fn try_next(&mut self) -> Option<TailFrame> {
        self.backlog.next().or_else(|| self.frames.try_recv().ok())
    }
}
