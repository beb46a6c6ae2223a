use std::io::Read as _;
use std::sync::mpsc::SyncSender;

const PIECE_BYTES: usize = 64 << 10;

/// Reads standard input in a thread of its own: nothing else can wait for it. The thread ends with
/// the input, or with the process.
pub(super) fn read(pieces: SyncSender<Option<Vec<u8>>>, wake: impl Fn() + Send + 'static) {
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
