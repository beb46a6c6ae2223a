use std::io::Read as _;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use super::core::Input;
use super::follow::is_settle_due;
use super::seal::MAX_HEADS_BYTES;
use super::thread::{Command, Ingest};
use crate::source::FileState;
use crate::store::SourceOptions;

const PIECE_BYTES: usize = 64 << 10;

/// Standard input as it is followed.
#[derive(Debug)]
pub(super) struct Stdin {
    key: u64,
    /// Bytes that were taken.
    offset: u64,
    pieces: Receiver<Piece>,
    /// A piece that there was no room for.
    left: Option<Vec<u8>>,
    last_read: Instant,
    /// Times the detector was told that nothing more has come, since the last byte.
    settled: u32,
}

/// Some bytes; None: the end.
type Piece = Option<Vec<u8>>;

impl Ingest {
    pub(super) fn follow_stdin(&mut self, options: &SourceOptions) {
        if self.follow.stdin.is_some() {
            return;
        }
        // Of a relay before this one: what comes now does not go on where that ended.
        let is_left = |state: &&FileState| state.is_stdin() && !state.is_finished;
        let left: Vec<u64> = self.core.files().filter(is_left).map(|state| state.key).collect();
        for key in left {
            self.finish(key);
        }
        let now = self.now();
        let (labels, job_rule) = self.follow.labels_of(FileState::STDIN, options);
        let state = FileState {
            key: self.core.next_file_key(),
            path: FileState::STDIN.to_owned(),
            labels,
            job_rule,
            mtime: now,
            seen: now,
            ..FileState::default()
        };
        let key = state.key;
        if self.register(state.clone()) {
            if let Some(piped) = &options.piped {
                self.begin_piped(&state, piped);
            }
            let (pieces, receiver) = sync_channel(4);
            let wake = self.commands.clone();
            read(pieces, move || {
                wake.try_send(Command::Wake(false)).ok();
            });
            let (left, last_read) = (None, Instant::now());
            self.follow.stdin =
                Some(Stdin { key, offset: 0, pieces: receiver, left, last_read, settled: 0 });
            self.post_stdin(key);
        }
    }

    /// Takes what has come on standard input. Says whether there may be more.
    pub(super) fn read_stdin(&mut self) -> bool {
        if !self.can_take() || self.shared.read().heads_bytes() >= MAX_HEADS_BYTES {
            return false;
        }
        let Some(mut stdin) = self.follow.stdin.take() else { return false };
        let piece = match stdin.left.take() {
            Some(bytes) => Ok(Some(bytes)),
            None => stdin.pieces.try_recv(),
        };
        let has_more = match piece {
            Ok(Some(bytes)) => {
                let is_piped = self.follow.pipes.has(stdin.key);
                let offset = self.core.file(stdin.key).map_or(0, |state| state.offset);
                let is_taken = if is_piped {
                    self.pipe_bytes(stdin.key, stdin.offset, &bytes);
                    true
                } else {
                    self.take_bytes(stdin.key, offset, &bytes)
                };
                stdin.offset += if is_taken { bytes.len() as u64 } else { 0 };
                if is_taken {
                    (stdin.last_read, stdin.settled) = (Instant::now(), 0);
                } else {
                    // It cannot be read again, so it waits here for room.
                    stdin.left = Some(bytes);
                }
                is_taken
            }
            Ok(None) => {
                self.finish(stdin.key);
                self.post_stdin(stdin.key);
                return false;
            }
            Err(_) => {
                let is_piped = self.follow.pipes.has(stdin.key);
                if !is_piped && is_settle_due(stdin.settled, stdin.last_read) {
                    stdin.settled += 1;
                    self.input(stdin.key, Input::Settle);
                }
                false
            }
        };
        self.post_stdin(stdin.key);
        self.follow.stdin = Some(stdin);
        has_more
    }
}

/// Reads standard input in a thread of its own: nothing else can wait for it. The thread ends with
/// the input, or with the process.
fn read(pieces: SyncSender<Piece>, wake: impl Fn() + Send + 'static) {
    let thread = std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut buffer = vec![0; PIECE_BYTES];
        loop {
            let piece = match input.read(&mut buffer) {
                Ok(len) if len > 0 => buffer.get(..len).map(<[u8]>::to_vec),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                _ => None,
            };
            let is_end = piece.is_none();
            if pieces.send(piece).is_err() {
                return;
            }
            wake();
            if is_end {
                return;
            }
        }
    });
    if let Err(error) = thread {
        tracing::error!(%error, "standard input cannot be read");
    }
}
