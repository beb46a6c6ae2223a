use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::thread::JoinHandle;

use crate::cli::run::spool::Sink;

/// Which output of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }

    /// Ours, without a buffer in between.
    fn shown(self) -> io::Result<File> {
        let fd = match self {
            Self::Stdout => io::stdout().as_fd().try_clone_to_owned()?,
            Self::Stderr => io::stderr().as_fd().try_clone_to_owned()?,
        };
        Ok(File::from(fd))
    }
}

/// Copies what the program writes, in a thread: first to where it would have gone, then to the
/// sink, which takes it at once or counts it as lost.
pub(super) fn copy(mut from: File, stream: Stream, sink: Sink) -> io::Result<JoinHandle<()>> {
    let mut shown = stream.shown()?;
    let copy = move || {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let len = match from.read(&mut buffer) {
                Ok(len) => len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // What a terminal says when nobody has it open any more.
                Err(_) => 0,
            };
            let piece = buffer.get(..len).unwrap_or_default();
            // Nobody reads it: the program is to learn that as if we were not there.
            if piece.is_empty() || shown.write_all(piece).is_err() {
                return;
            }
            sink.take(stream, piece);
        }
    };
    std::thread::Builder::new().name(stream.as_str().to_owned()).spawn(copy)
}
