//! `logpane tail`: entries of a log query as they arrive.

use std::collections::VecDeque;
use std::io::{BufWriter, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use jiff::tz::TimeZone;
use logql::ast::Expr;
use logql::{Direction, Output, Params, Plan, QueryKind, Row};
use model::{Batch, Entry, Sessions};
use protocol::index::Index;
use protocol::tail::{TailFrame, TailStream};
use tungstenite::client::ClientRequestBuilder;
use tungstenite::{Message, WebSocket};

use crate::cli::args::TailArgs;
use crate::cli::client::Client;
use crate::cli::dispatch::{say, written};
use crate::cli::failure::Failure;
use crate::cli::print::RowPrinter;
use crate::limits::DEFAULT_MAX_SERIES;

/// The relay says something at least every 20 seconds.
const SILENCE: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_secs(1);

pub fn run(args: &TailArgs) -> Result<(), Failure> {
    let query_error = |error| Failure::query(&args.query, &error);
    let expr = logql::parse(&args.query).map_err(query_error)?;
    let Expr::Log(log) = &expr else {
        return Err(Failure::usage("a metric query has no entries to tail, expected a log query"));
    };
    let plan = logql::plan(&expr, &params()).map_err(query_error)?;
    let client = Client::new(&args.client)?;
    let selector = model::selector_text(&log.selector);
    let mut tail = Tail {
        sessions: sessions(&client, &selector)?,
        plan,
        after: None,
        printer: RowPrinter::new(args.output, TimeZone::system()),
        recent: VecDeque::new(),
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

fn params() -> Params {
    Params {
        kind: QueryKind::Range { start: i64::MIN, end: i64::MAX, step_ns: 1_000_000_000 },
        limit: usize::MAX,
        direction: Direction::Forward,
        max_series: DEFAULT_MAX_SERIES,
        cursor: None,
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

/// How many entries may still be extended by continuation lines.
const RECENT: usize = 256;

struct Tail {
    plan: Plan,
    sessions: Sessions,
    /// The greatest arrival number seen: where to go on after a break.
    after: Option<u64>,
    printer: RowPrinter,
    /// What was printed last, by arrival.
    recent: VecDeque<(u64, Vec<u8>)>,
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
        for (job, session) in frame.sessions {
            let of_job = self.sessions.0.entry(job).or_default();
            match of_job.iter_mut().find(|known| known.start == session.start) {
                Some(known) => *known = session,
                None => of_job.push(session),
            }
            of_job.sort_by_key(|session| session.start);
        }
        if frame.dropped > 0 {
            say(&format!("{} entries came too fast and were left out", frame.dropped));
        }
        let rows = self.evaluate(frame.streams)?;
        let mut out = BufWriter::new(std::io::stdout().lock());
        for row in rows {
            if let Some(row) = self.fresh_part(row) {
                let done = self.printer.print(&mut out, &row);
                end_with_reader(&done);
                written(done)?;
            }
        }
        let done = out.flush();
        end_with_reader(&done);
        written(done)
    }

    fn evaluate(&mut self, streams: Vec<TailStream>) -> Result<Vec<Row>, Failure> {
        let failed = |error: logql::QueryError| Failure::failed(error.message);
        let mut run = self.plan.start(&self.sessions);
        for TailStream { labels, entries } in streams {
            let entries: Vec<Entry> = entries
                .into_iter()
                .map(|entry| Entry {
                    timestamp: entry.ts.0,
                    arrival: entry.arrival,
                    line: entry.line.into_bytes(),
                    metadata: entry.metadata,
                    auto: entry.auto,
                })
                .collect();
            self.after = entries.iter().map(|entry| entry.arrival).max().max(self.after);
            run.push(0, &labels, &Batch::from_entries(entries)).map_err(failed)?;
        }
        match run.finish().map_err(failed)?.output {
            Output::Rows(rows) => Ok(rows),
            _ => Ok(Vec::new()),
        }
    }

    /// Of an entry that was extended only what is new.
    fn fresh_part(&mut self, mut row: Row) -> Option<Row> {
        let whole = row.line.clone();
        match self.recent.iter_mut().find(|(arrival, _)| *arrival == row.arrival) {
            Some((_, printed)) => {
                if *printed == whole {
                    return None;
                }
                if let Some(more) = whole.strip_prefix(printed.as_slice()) {
                    row.line = more.strip_prefix(b"\n").unwrap_or(more).to_vec();
                }
                *printed = whole;
            }
            None => {
                self.recent.push_back((row.arrival, whole));
                if self.recent.len() > RECENT {
                    self.recent.pop_front();
                }
            }
        }
        Some(row)
    }
}

/// Whoever read the output has gone, as `head` does after its lines: a tail has no other end.
fn end_with_reader(done: &std::io::Result<()>) {
    if done.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe) {
        std::process::exit(0);
    }
}
