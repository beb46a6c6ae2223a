use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);
/// An answer that is longer is not about containers.
const MAX_BYTES: u64 = 64 << 20;

/// Asks a Docker engine. `host` as in the configuration: `unix:///var/run/docker.sock`,
/// `tcp://127.0.0.1:2375`.
pub(super) fn get(host: &str, path: &str) -> io::Result<Vec<u8>> {
    match host.split_once("://") {
        Some(("unix", socket)) => {
            let stream = UnixStream::connect(socket)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            ask(stream, "docker", path)
        }
        Some(("tcp" | "http", address)) => {
            let stream = TcpStream::connect(address.trim_end_matches('/'))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            ask(stream, address, path)
        }
        _ => {
            let expected = format!("{host:?} is no host, expected unix:///PATH or tcp://HOST:PORT");
            Err(io::Error::new(io::ErrorKind::InvalidInput, expected))
        }
    }
}

/// HTTP/1.0, whose answers come in one piece and end with the connection.
fn ask(mut stream: impl Read + Write, host: &str, path: &str) -> io::Result<Vec<u8>> {
    // In one piece: an engine that has what it needs may answer and close before the rest comes.
    let request =
        format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nAccept: application/json\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(MAX_BYTES).read_to_end(&mut answer)?;
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or_else(|| wrong("the answer is no HTTP"))?;
    let head = String::from_utf8_lossy(answer.get(..end).unwrap_or_default()).into_owned();
    let body = answer.split_off(end + 4);
    let status = head.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        let text = String::from_utf8_lossy(&body);
        return Err(wrong(&format!("the engine answers {status}: {}", text.trim())));
    }
    Ok(body)
}
