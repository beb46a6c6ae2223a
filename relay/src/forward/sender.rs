use std::collections::VecDeque;
use std::ops::Range;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use model::{Columns, Labels, TimeRange, Timestamp};
use ureq::Agent;

use super::batch::{Body, Parcels};
use super::place::Place;
use super::{Destination, Standing};
use crate::agent::{agent, post};
use crate::stopping::{self, is_stopped};
use crate::store::{Store, StoreError, Wanted};

/// So long after an entry came in, no further lines are joined to it.
const SETTLED: Duration = Duration::from_secs(3);
/// Arrival numbers that are looked at in one go: few are read from the same blocks again and
/// again, many take memory.
const SLICE: u64 = 8_192;
/// Of an answer, as much as says what is wrong.
const ANSWER_BYTES: u64 = 4 << 10;

/// What the other side said.
enum Verdict {
    Taken,
    /// It will not take these at any time.
    Refused(String),
    Later {
        why: String,
        after: Option<Duration>,
    },
}

struct Sender<'s> {
    to: &'s Destination,
    store: &'s Store,
    standing: Standing,
    agent: Agent,
    next: u64,
    /// Entries before this arrival number are not extended any more.
    settled: u64,
    /// When which arrival numbers were given out already.
    marks: VecDeque<(Instant, u64)>,
}

/// Sends until `stopped` is closed.
pub(crate) fn run(to: &Destination, store: &Store, standing: Standing, stopped: &Receiver<()>) {
    // A folder that was set up anew has fewer entries than a place from before says.
    let first = store.next_arrival();
    let next = Place::read(store.dir(), &to.name).next.map_or(first, |next| next.min(first));
    let mut sender = Sender {
        to,
        store,
        standing,
        agent: agent(to.timeout),
        next,
        settled: next,
        marks: VecDeque::from([(Instant::now(), first)]),
    };
    let mut backoff = to.min_backoff;
    loop {
        let wait = match sender.send_settled(stopped) {
            Ok(()) => {
                backoff = to.min_backoff;
                to.batch_wait.max(Duration::from_millis(10))
            }
            Err(after) => {
                let wait = after.unwrap_or_default().max(backoff);
                backoff = backoff.saturating_mul(2).min(to.max_backoff);
                wait
            }
        };
        if stopping::wait(stopped, wait) {
            return;
        }
    }
}

impl Sender<'_> {
    /// Sends what nothing is joined to any more. With an error the rest is to be sent later, not
    /// before the time that the other side asks for.
    fn send_settled(&mut self, stopped: &Receiver<()>) -> Result<(), Option<Duration>> {
        let now = Instant::now();
        let end = self.store.next_arrival();
        if self.marks.back().is_none_or(|(_, known)| *known < end) {
            self.marks.push_back((now, end));
        }
        while let Some((at, upto)) = self.marks.front().copied() {
            if now.duration_since(at) < SETTLED {
                break;
            }
            self.settled = upto;
            self.marks.pop_front();
        }
        self.show(end);
        while self.next < self.settled {
            let slice = self.next..self.settled.min(self.next + SLICE);
            let bodies = self.read(&slice)?;
            for body in bodies {
                self.deliver(&body)?;
                self.go_on(body.next);
                self.show(end);
                if is_stopped(stopped) {
                    return Ok(());
                }
            }
            self.go_on(slice.end);
        }
        self.show(end);
        Ok(())
    }

    fn read(&self, slice: &Range<u64>) -> Result<Vec<Body>, Option<Duration>> {
        let wanted = Wanted {
            matchers: &self.to.matchers,
            range: TimeRange { start: Timestamp(i64::MIN), end: Timestamp(i64::MAX) },
            literals: &[],
            columns: Columns { arrivals: true, lines: true, metadata: true, ..Columns::default() },
            auto_fields: None,
        };
        let read = || {
            let mut parcels = Parcels::default();
            let gaps = self.store.visit_arrivals(wanted, slice, |labels: &Labels, batch| {
                parcels.add(self.to, labels, batch);
                Ok::<_, StoreError>(())
            })?;
            Ok::<_, StoreError>((parcels, gaps))
        };
        // A chunk that went meanwhile is part of another by now.
        let read = match read() {
            Ok((_, gaps)) if !gaps.is_empty() => read(),
            read => read,
        };
        match read {
            Ok((parcels, gaps)) => {
                for gap in gaps {
                    tracing::warn!(to = self.to.name, "not sent on: {gap}");
                }
                Ok(parcels.bodies(self.to.batch_bytes))
            }
            Err(error) => {
                self.standing.set(|standing| standing.error = Some(error.to_string()));
                Err(None)
            }
        }
    }

    fn deliver(&self, body: &Body) -> Result<(), Option<Duration>> {
        match self.post(body) {
            Verdict::Taken => self.standing.set(|standing| {
                standing.sent += body.entries;
                if standing.refused == 0 {
                    standing.error = None;
                }
            }),
            Verdict::Refused(why) => {
                tracing::warn!(to = self.to.name, entries = body.entries, why, "not taken");
                self.standing.set(|standing| {
                    standing.refused += body.entries;
                    standing.error = Some(why);
                });
            }
            Verdict::Later { why, after } => {
                self.standing.set(|standing| standing.error = Some(why));
                return Err(after);
            }
        }
        Ok(())
    }

    fn post(&self, body: &Body) -> Verdict {
        let url = &self.to.endpoint.url;
        let authorization = self.to.endpoint.authorization.as_deref();
        let post = post(&self.agent, url, &self.to.headers, authorization)
            .header("content-type", "application/json")
            .header("content-encoding", "gzip");
        let mut response = match post.send(&body.bytes) {
            Ok(response) => response,
            Err(error) => return Verdict::Later { why: error.to_string(), after: None },
        };
        let status = response.status().as_u16();
        let after = response.headers().get("retry-after").and_then(|v| v.to_str().ok());
        let after = after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        let said = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_string();
        let said = said.unwrap_or_default();
        let why = format!("{status}: {}", said.trim());
        match status {
            200..=299 => Verdict::Taken,
            429 if self.to.drops_rate_limited => Verdict::Refused(why),
            408 | 429 | 500.. => Verdict::Later { why, after },
            // Who may not push will be told who it is, and then they may.
            401 | 403 => Verdict::Later { why, after },
            _ => Verdict::Refused(why),
        }
    }

    fn go_on(&mut self, next: u64) {
        if next <= self.next {
            return;
        }
        self.next = next;
        let place = Place { next: Some(next) };
        if let Err(error) = place.write(self.store.dir(), &self.to.name) {
            // After a restart these would be sent again, which Loki counts once.
            tracing::error!(%error, to = self.to.name, "cannot note how far it was sent on");
        }
    }

    fn show(&self, end: u64) {
        let waiting = end.saturating_sub(self.next);
        self.standing.set(|standing| standing.waiting = waiting);
    }
}
