use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Takes what is sent to receivers of alerts, on loopback, and is content with all of it.
#[derive(Debug)]
pub struct Sink {
    pub url: String,
    got: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Sink {
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let got = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&got);
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if let Ok(request) = answer(stream) {
                    noted.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                }
            }
        });
        Ok(Self { url, got })
    }

    /// The bodies that came to paths that begin so, in order.
    pub fn at(&self, path: &str) -> Vec<Value> {
        let got = self.got.lock().unwrap_or_else(PoisonError::into_inner);
        got.iter().filter(|(to, _)| to.starts_with(path)).map(|(_, body)| body.clone()).collect()
    }
}

fn answer(stream: TcpStream) -> Result<(String, Value)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).context("no path")?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    // As WeCom does it, which others do not read.
    let answer = r#"{"errcode":0,"errmsg":"ok","access_token":"token","expires_in":7200}"#;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    let mut stream = reader.into_inner();
    write!(stream, "{head}Content-Length: {}\r\n\r\n{answer}", answer.len())?;
    Ok((path, serde_json::from_slice(&body).unwrap_or_default()))
}
