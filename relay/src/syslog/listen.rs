use std::io::{self, BufReader};
use std::net::{IpAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use super::{SyslogJob, Transport, frames};

/// How often those who wait look whether they should end.
const LOOK: Duration = Duration::from_millis(200);
/// More senders at once are not served.
const MAX_CONNECTIONS: usize = 256;
/// The most that a datagram carries.
const DATAGRAM_BYTES: usize = 64 << 10;

/// What came, and from where.
pub(super) type Raw = (IpAddr, Vec<u8>);

/// Takes messages and hands them to `messages`, in threads of its own, until it goes.
#[derive(Debug)]
pub(super) struct Listening {
    is_over: Arc<AtomicBool>,
}

impl Listening {
    pub(super) fn start(job: &SyslogJob, messages: SyncSender<Raw>) -> io::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let (over, job) = (Arc::clone(&is_over), job.clone());
        let thread = std::thread::Builder::new().name("syslog".to_owned());
        match job.transport {
            Transport::Udp => {
                let socket = UdpSocket::bind(&job.address)?;
                socket.set_read_timeout(Some(LOOK))?;
                thread.spawn(move || datagrams(&socket, &job, &messages, &over))?;
            }
            Transport::Tcp => {
                let listener = TcpListener::bind(&job.address)?;
                listener.set_nonblocking(true)?;
                thread.spawn(move || connections(&listener, &job, &messages, &over))?;
            }
        }
        Ok(Self { is_over })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

fn datagrams(
    socket: &UdpSocket,
    job: &SyslogJob,
    messages: &SyncSender<Raw>,
    is_over: &AtomicBool,
) {
    let mut buffer = vec![0; DATAGRAM_BYTES];
    while !is_over.load(Ordering::Relaxed) {
        let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
        let mut message = &buffer[..length.min(job.max_bytes)];
        while let [rest @ .., b'\n' | b'\r' | 0] = message {
            message = rest;
        }
        if !message.is_empty() && messages.send((from.ip(), message.to_vec())).is_err() {
            return;
        }
    }
}

fn connections(
    listener: &TcpListener,
    job: &SyslogJob,
    messages: &SyncSender<Raw>,
    is_over: &Arc<AtomicBool>,
) {
    let open = Arc::new(AtomicUsize::new(0));
    while !is_over.load(Ordering::Relaxed) {
        let Ok((stream, from)) = listener.accept() else {
            std::thread::sleep(LOOK / 10);
            continue;
        };
        if open.load(Ordering::Relaxed) >= MAX_CONNECTIONS {
            tracing::warn!(%from, "more than {MAX_CONNECTIONS} senders of syslog: one is sent away");
            continue;
        }
        open.fetch_add(1, Ordering::Relaxed);
        let (job, messages) = (job.clone(), messages.clone());
        let (over, count) = (Arc::clone(is_over), Arc::clone(&open));
        let thread = std::thread::Builder::new().name("syslog".to_owned());
        let serve = move || {
            if let Err(error) = connection(stream, from.ip(), &job, &messages, &over) {
                tracing::warn!(%error, %from, "a sender of syslog is sent away");
            }
            count.fetch_sub(1, Ordering::Relaxed);
        };
        if let Err(error) = thread.spawn(serve) {
            tracing::error!(%error, "a sender of syslog is not served");
            open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

fn connection(
    stream: TcpStream,
    from: IpAddr,
    job: &SyslogJob,
    messages: &SyncSender<Raw>,
    is_over: &AtomicBool,
) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(LOOK))?;
    let patience = Patience { stream, left: job.idle_timeout, idle: job.idle_timeout, is_over };
    let mut reader = BufReader::new(patience);
    let mut message = Vec::new();
    while frames::read(&mut reader, job.max_bytes, &mut message)? {
        if !message.is_empty() && messages.send((from, std::mem::take(&mut message))).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Waits for a sender, but not for ever: it ends as if the sender had gone.
struct Patience<'o> {
    stream: TcpStream,
    left: Duration,
    idle: Duration,
    is_over: &'o AtomicBool,
}

impl io::Read for Patience<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.stream.read(buffer) {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    self.left = self.left.saturating_sub(LOOK);
                    if self.left.is_zero() || self.is_over.load(Ordering::Relaxed) {
                        return Ok(0);
                    }
                }
                done => {
                    self.left = self.idle;
                    return done;
                }
            }
        }
    }
}
