use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::program::Program;

/// Fewer than the relay serves at once.
const STILL: usize = 400;

#[test]
fn clients_that_stand_still_keep_nobody_out() {
    let dir = tempfile::tempdir().unwrap();
    let relay = Program::serve(dir.path(), &[]);
    let addr = relay.url.strip_prefix("http://").unwrap();
    let connect = |begun: &str| {
        let mut stream = TcpStream::connect(addr).unwrap();
        // The relay may have hung up before all is written.
        stream.write_all(begun.as_bytes()).ok();
        stream
    };
    let begun = ["", "GET /ready HTTP/1.1\r\nhost:", "POST /loki/api/v1/push HTTP/1.1\r\n"];
    let still: Vec<TcpStream> =
        begun.iter().cycle().take(STILL).map(|text| connect(text)).collect();
    assert!(relay.get("/ready").contains("ready"));
    // A head beyond what is read ends its connection, and no other.
    let mut large = connect(&format!("GET /ready HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(2 << 20)));
    let mut answer = Vec::new();
    large.read_to_end(&mut answer).ok();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    assert!(relay.get("/ready").contains("ready"));
    drop(still);
}
