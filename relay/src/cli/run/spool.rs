use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use crate::cli::run::origin::Origin;
use crate::cli::run::output::Stream;
use crate::store::SPOOLS;

/// Pieces that may wait for the disk: 16 MiB at most.
const WAITING_PIECES: usize = 256;
/// A spool that a relay has read is of no use; a relay that was not there gets this long.
const KEPT: Duration = Duration::from_secs(24 * 3600);

type Piece = (Timestamp, Stream, Vec<u8>);

/// Takes what the program wrote. The default one keeps nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Sink {
    pieces: Option<SyncSender<Piece>>,
    lost_bytes: Arc<AtomicU64>,
}

impl Sink {
    /// Never waits: what there is no room for is counted.
    pub(super) fn take(&self, stream: Stream, bytes: &[u8]) {
        let Some(pieces) = &self.pieces else { return };
        let piece = (Timestamp::now(), stream, bytes.to_vec());
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = pieces.try_send(piece) {
            self.lost_bytes.fetch_add(bytes.len() as u64, Relaxed);
        }
    }
}

/// The file that the output is kept in until a relay has read it, and the thread that writes it.
#[derive(Debug)]
pub(super) struct Spool {
    path: PathBuf,
    sink: Sink,
    writer: JoinHandle<Written>,
}

/// The file, and the bytes that it could not take.
#[derive(Debug)]
struct Written {
    file: BufWriter<File>,
    lost_bytes: u64,
}

impl Spool {
    pub(super) fn start(data: &Path, job: &str, origin: &Origin) -> io::Result<Self> {
        let folder = data.join(SPOOLS);
        let place = |error: io::Error| {
            io::Error::new(error.kind(), format!("{error}: {}", folder.display()))
        };
        fs::create_dir_all(&folder).map_err(place)?;
        remove_old(&folder);
        let job: String =
            job.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).take(64).collect();
        let now = Timestamp::now();
        // What it ends with keeps the number from being read as a port.
        let name = format!("{job}-{}-{}-run.log", now.as_millisecond(), std::process::id());
        let path = folder.join(name);
        let mut options = File::options();
        options.append(true).create_new(true);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(place)?;
        // Says that it is being written.
        file.lock().ok();
        let mut file = BufWriter::new(file);
        writeln!(file, "{now:.6} INFO {}", origin.line())?;
        file.flush()?;
        let (pieces, receiver) = sync_channel(WAITING_PIECES);
        let writer = std::thread::Builder::new()
            .name("spool".to_owned())
            .spawn(move || write_all(Written { file, lost_bytes: 0 }, &receiver))?;
        let sink = Sink { pieces: Some(pieces), lost_bytes: Arc::default() };
        Ok(Self { path, sink, writer })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn sink(&self) -> Sink {
        self.sink.clone()
    }

    /// Waits until all is written, and writes how the program ended. An error is a sentence.
    pub(super) fn end(self, code: u8, took: Duration) -> Result<(), String> {
        let Self { path, sink, writer } = self;
        let lost = Arc::clone(&sink.lost_bytes);
        drop(sink);
        let written = writer.join();
        let Ok(Written { mut file, lost_bytes }) = written else {
            return Err(format!("the program's output could not be kept: {}", path.display()));
        };
        let took = took.as_secs_f64();
        let line = format!("logpane run: ended exit_status={code} after {took:.3}s");
        let ended =
            writeln!(file, "{:.6} INFO {line}", Timestamp::now()).and_then(|()| file.flush());
        match (lost.load(Relaxed) + lost_bytes, ended) {
            (0, Ok(())) => Ok(()),
            (0, Err(error)) => {
                Err(format!("how the program ended could not be kept: {error}: {}", path.display()))
            }
            (lost, _) => Err(format!(
                "{lost} bytes of the program's output are not kept: the disk was too slow, or \
                 full: {}",
                path.display()
            )),
        }
    }
}

fn write_all(mut written: Written, pieces: &Receiver<Piece>) -> Written {
    let mut tails = [Vec::new(), Vec::new()];
    let mut is_open = [false; 2];
    while let Ok((time, stream, bytes)) = pieces.recv() {
        let at = usize::from(stream == Stream::Stderr);
        let tail = &mut tails[at];
        tail.extend_from_slice(&bytes);
        let cut = tail.len() - unfinished(tail);
        let kept = tail.split_off(cut);
        let mut taken = Ok(());
        for line in tail.split_inclusive(|byte| *byte == b'\n') {
            taken = taken.and_then(|()| envelope(&mut written.file, time, stream, line));
        }
        if taken.and_then(|()| written.file.flush()).is_err() {
            written.lost_bytes += tail.len() as u64;
        }
        *tail = kept;
        is_open[at] = !bytes.ends_with(b"\n");
    }
    let now = Timestamp::now();
    let streams = [Stream::Stdout, Stream::Stderr];
    for ((stream, mut tail), is_open) in streams.into_iter().zip(tails).zip(is_open) {
        if is_open {
            // A line that the program left open is one all the same.
            tail.push(b'\n');
            if envelope(&mut written.file, now, stream, &tail).is_err() {
                written.lost_bytes += tail.len() as u64;
            }
        }
    }
    written
}

/// Bytes at the end that are the beginning of a character.
fn unfinished(bytes: &[u8]) -> usize {
    let end = bytes.len().saturating_sub(3);
    (end..bytes.len())
        .filter_map(|at| bytes.get(at..))
        .find(|rest| {
            std::str::from_utf8(rest)
                .is_err_and(|e| e.valid_up_to() == 0 && e.error_len().is_none())
        })
        .map_or(0, <[u8]>::len)
}

/// A line or a piece of one, as docker writes it. Bytes that are no UTF-8 stay as they are: which
/// encoding they have is found when they are read.
fn envelope(
    file: &mut impl io::Write,
    time: Timestamp,
    stream: Stream,
    line: &[u8],
) -> io::Result<()> {
    file.write_all(b"{\"log\":\"")?;
    let mut plain = 0;
    for (at, byte) in line.iter().enumerate() {
        if *byte >= b' ' && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        file.write_all(line.get(plain..at).unwrap_or_default())?;
        plain = at + 1;
        match byte {
            b'"' => file.write_all(b"\\\"")?,
            b'\\' => file.write_all(b"\\\\")?,
            b'\n' => file.write_all(b"\\n")?,
            b'\r' => file.write_all(b"\\r")?,
            other => write!(file, "\\u{other:04x}")?,
        }
    }
    file.write_all(line.get(plain..).unwrap_or_default())?;
    writeln!(file, "\",\"stream\":\"{}\",\"time\":\"{time:.9}\"}}", stream.as_str())
}

/// Removes the spools of programs that ended long ago.
fn remove_old(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_old = || {
            let file = File::open(&path).ok()?;
            let age = SystemTime::now().duration_since(file.metadata().ok()?.modified().ok()?);
            Some(age.ok()? > KEPT && file.try_lock().is_ok())
        };
        if is_old().unwrap_or(false) {
            fs::remove_file(&path).ok();
        }
    }
}
