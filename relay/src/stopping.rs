//! How a thread hears that there is nothing to be done any more: whoever started it lets go of the
//! other end of a channel, on which nothing is ever sent.

use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

/// Waits, and says whether there is nothing to be done any more.
pub(crate) fn wait(stopped: &Receiver<()>, time: Duration) -> bool {
    !matches!(stopped.recv_timeout(time), Err(RecvTimeoutError::Timeout))
}

pub(crate) fn is_stopped(stopped: &Receiver<()>) -> bool {
    !matches!(stopped.try_recv(), Err(TryRecvError::Empty))
}
