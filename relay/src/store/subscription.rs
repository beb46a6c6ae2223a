use protocol::tail::TailFrame;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

/// A frame that waits for its reader, with the room it takes.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub frame: TailFrame,
    pub _room: OwnedSemaphorePermit,
}

/// A live tail: first what was missed, then what comes. Dropping it ends it.
#[derive(Debug)]
pub struct Subscription {
    frames: mpsc::Receiver<Waiting>,
    backlog: std::vec::IntoIter<TailFrame>,
}

impl Subscription {
    pub(crate) fn new(backlog: Vec<TailFrame>, frames: mpsc::Receiver<Waiting>) -> Self {
        Self { frames, backlog: backlog.into_iter() }
    }

    /// The next frame; None when the store is shut down. Safe to cancel.
    pub async fn next(&mut self) -> Option<TailFrame> {
        match self.backlog.next() {
            Some(frame) => Some(frame),
            None => self.frames.recv().await.map(|waiting| waiting.frame),
        }
    }

    /// The same for a thread; not to be called from async code.
    pub fn next_blocking(&mut self) -> Option<TailFrame> {
        self.backlog.next().or_else(|| self.frames.blocking_recv().map(|waiting| waiting.frame))
    }

    /// A frame that is there already.
    pub fn try_next(&mut self) -> Option<TailFrame> {
        self.backlog.next().or_else(|| self.frames.try_recv().ok().map(|waiting| waiting.frame))
    }
}
