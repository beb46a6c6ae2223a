//! `logpane tail`: entries of a log query as they arrive.

use std::io::{BufWriter, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use jiff::tz::TimeZone;
use logql::ast::Expr;
use model::Sessions;
use protocol::index::Index;
use protocol::tail::TailFrame;
use tungstenite::client::ClientRequestBuilder;
use tungstenite::{Message, WebSocket};

use crate::cli::args::TailArgs;
use crate::cli::client::Client;
use crate::cli::dispatch::{say, written};
use crate::cli::failure::Failure;
use crate::cli::print::RowPrinter;
use crate::limits::Limits;
use crate::query::Live;

/// The relay says something at least every 20 seconds.
const SILENCE: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_secs(1);

pub fn run(args: &TailArgs) -> Result<(), Failure> {
    let query_error = |error| Failure::query(&args.query, &error);
    let expr = logql::parse(&args.query).map_err(query_error)?;
    let Expr::Log(log) = expr else {
        return Err(Failure::usage("a metric query has no entries to tail, expected a log query"));
    };
    let client = Client::new(&args.client)?;
    let selector = model::selector_text(&log.selector);
    let mut tail = Tail {
        live: Live::new(log, sessions(&client, &selector)?, &Limits::default())
            .map_err(query_error)?,
        after: None,
        printer: RowPrinter::new(args.output, TimeZone::system()),
    };
    let mut socket = connect(&client, &selector, None)?;
    loop {
        if let Err(reason) = tail.listen(&mut socket)? {
            say(&format!("the tail broke off ({reason}), trying again"));
        }
        socket = loop {
            std::thread::sleep(RETRY);
            if let Ok(socket) = connect(&client, &selector, tail.after) {
                break socket;
            }
        };
    }
}

/// The sessions so far, which come with the index of the streams; later ones come with the tail.
fn sessions(client: &Client, selector: &str) -> Result<Sessions, Failure> {
    let asked = [("match", selector.to_owned()), ("columns", "timestamps".to_owned())];
    let body = client.get("/api/index", &asked, None)?;
    let index: Index = serde_json::from_str(&body).map_err(|error| {
        Failure::failed(format!("{} is no Logpane relay ({error})", client.addr()))
    })?;
    Ok(index.sessions)
}

fn connect(
    client: &Client,
    selector: &str,
    after: Option<u64>,
) -> Result<WebSocket<TcpStream>, Failure> {
    let failed =
        |cause: String| Failure::failed(format!("no live tail from {}: {cause}", client.addr()));
    let rest = client.addr().trim_start_matches("http://");
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("match", selector);
    if let Some(after) = after {
        query.append_pair("after", &after.to_string());
    }
    let uri = format!("ws://{rest}/api/tail?{}", query.finish())
        .parse::<tungstenite::http::Uri>()
        .map_err(|error| failed(error.to_string()))?;
    let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
    let target = if uri.port().is_some() { authority } else { format!("{authority}:80") };
    let mut request = ClientRequestBuilder::new(uri);
    if let Some(authorization) = client.authorization() {
        request = request.with_header("authorization", authorization);
    }
    let addr = target
        .to_socket_addrs()
        .map_err(|error| failed(error.to_string()))?
        .next()
        .ok_or_else(|| failed("no such host".to_owned()))?;
    let stream =
        TcpStream::connect_timeout(&addr, CONNECT).map_err(|error| failed(error.to_string()))?;
    stream.set_read_timeout(Some(SILENCE))?;
    let (socket, _) =
        tungstenite::client(request, stream).map_err(|error| failed(error.to_string()))?;
    Ok(socket)
}

struct Tail {
    live: Live,
    /// The greatest arrival number seen: where to go on after a break.
    after: Option<u64>,
    printer: RowPrinter,
}

impl Tail {
    /// Prints what comes until the connection breaks; the inner error says why.
    fn listen(&mut self, socket: &mut WebSocket<TcpStream>) -> Result<Result<(), String>, Failure> {
        loop {
            match socket.read() {
                Ok(Message::Text(text)) => match serde_json::from_str::<TailFrame>(text.as_str()) {
                    Ok(frame) => self.take(frame)?,
                    Err(error) => return Ok(Err(error.to_string())),
                },
                Ok(Message::Close(_)) => return Ok(Err("the relay ended it".to_owned())),
                Ok(_) => {}
                Err(error) => return Ok(Err(error.to_string())),
            }
        }
    }

    fn take(&mut self, frame: TailFrame) -> Result<(), Failure> {
        if frame.dropped > 0 {
            say(&format!("{} entries came too fast and were left out", frame.dropped));
        }
        let entries = frame.streams.iter().flat_map(|stream| &stream.entries);
        self.after = entries.map(|entry| entry.arrival).max().max(self.after);
        let rows = self.live.take(frame).map_err(|error| Failure::failed(error.message))?;
        let mut out = BufWriter::new(std::io::stdout().lock());
        for row in rows {
            let done = self.printer.print(&mut out, &row);
            end_with_reader(&done);
            written(done)?;
        }
        let done = out.flush();
        end_with_reader(&done);
        written(done)
    }
}

/// Whoever read the output has gone, as `head` does after its lines: a tail has no other end.
fn end_with_reader(done: &std::io::Result<()>) {
    if done.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe) {
        std::process::exit(0);
    }
}
