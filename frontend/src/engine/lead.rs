//! A query from its text to its result: ask the index, hand out parts, merge what they give.
//!
//! The lead evaluates parts itself, between its messages; with one worker it is the whole engine.

use std::collections::{HashMap, HashSet, VecDeque};
use std::pin::pin;
use std::rc::Rc;

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::future::{Either, FutureExt as _, LocalBoxFuture, select, try_join_all};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use logql::{Direction, Plan, Run, State};
use model::{Labels, MatchOp, Matcher, Sessions};
use protocol::index::Index;

use super::account::Account;
use super::block::unread;
use super::driver::{Driver, Evaluated};
use super::message::{Coverage, Done, Event, Failure, Gap, Id, Progress, QueryRequest};
use super::partition::{self, Homes, Queues, partition};
use super::planned::planned;
use super::report::Report;
use super::series;
use super::source::{Ask, Source, SourceError};
use super::wire::{self, FromWorker, Part, PartResult, Piece, PieceKind};

/// Parts another worker has at a time: one to work on, one so that it need not wait.
const AHEAD: usize = 2;
/// How often a stream is asked for again because its head was sealed in between.
const MAX_ROUNDS: u32 = 5;

/// How often a query begins, when chunks are merged while it reads them.
const MAX_BEGINNINGS: u32 = 3;

/// What reaches a lead while it runs.
#[derive(Debug)]
pub enum Incoming {
    Part(Box<PartResult>),
    /// End now and keep what there is.
    Cancel,
}

/// One query to lead.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "holds a closure")]
pub struct Order<'a> {
    pub id: Id,
    pub query: QueryRequest,
    /// All of the pool; the lead is number 0.
    pub workers: usize,
    pub homes: &'a std::cell::RefCell<Homes>,
    pub say: &'a dyn Fn(FromWorker),
}

/// Runs a query to its end and tells the page.
pub async fn lead<S: Source>(
    driver: &Driver<S>,
    order: Order<'_>,
    mut inbox: UnboundedReceiver<Incoming>,
) {
    let (id, say) = (order.id, order.say);
    let tell = |event: Event| say(FromWorker::Event(Box::new(event)));
    // Parts that an earlier beginning handed out come back, and are known by their numbers.
    let (mut beginning, mut first_part) = (1, 0);
    let ended = loop {
        let opened = Lead::open(driver, order.clone(), first_part, &tell);
        let opened = match select(pin!(opened), inbox.next()).await {
            Either::Left((opened, _)) => Some(opened),
            // A part of an earlier beginning, which nobody waits for.
            Either::Right((Some(Incoming::Part(_)), _)) => continue,
            // Nothing but a cancel comes before the first part is out.
            Either::Right((Some(Incoming::Cancel) | None, _)) => None,
        };
        break match opened {
            Some(Ok(lead)) => match lead.run(&mut inbox).await {
                Ok(done) => Ok(done),
                Err(Ended::Stale { next_part }) if beginning < MAX_BEGINNINGS => {
                    (beginning, first_part) = (beginning + 1, next_part);
                    continue;
                }
                Err(Ended::Stale { .. }) => Err(SourceError::Gone.into()),
                Err(Ended::Failed(failure)) => Err(failure),
            },
            Some(Err(failure)) => Err(failure),
            None => {
                let gaps = vec![Gap::Cancelled { done: 0, total: 0 }];
                let coverage = Coverage { gaps, ..Coverage::default() };
                Ok(Done { coverage, ..Done::default() })
            }
        };
    };
    tell(match ended {
        Ok(done) => Event::Done { id, done },
        Err(failure) => Event::Failed { id, failure },
    });
}

/// Why a query ended without a result.
enum Ended {
    Failed(Failure),
    /// What the index said does not hold any more: to begin again, with parts of these numbers.
    Stale {
        next_part: u64,
    },
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

struct Lead<'a, S> {
    driver: &'a Driver<S>,
    order: Order<'a>,
    report: Report<'a>,
    start_ms: f64,
    plan: Plan,
    asks: Vec<Ask>,
    direction: Option<Direction>,
    sessions: Rc<Sessions>,
    /// None once a worker has the sessions.
    sessions_for: Vec<Option<String>>,
    run: Run,
    queues: Queues,
    /// Parts that are out, by number, with the worker that has them.
    out: HashMap<u64, (usize, Rc<[Piece]>)>,
    next_part: u64,
    /// Chunks that are accounted for, for each read: none is taken twice.
    known: HashSet<(usize, String)>,
    rounds: HashMap<(usize, Labels), u32>,
    account: Account,
    /// The time of the last row a full result keeps: nothing beyond it is wanted.
    bound: Option<i64>,
    /// Entries that were read may be in chunks that were not.
    is_stale: bool,
    /// Bytes merged since the state was measured.
    unmeasured_bytes: usize,
}

type Own<'a> = FuturesUnordered<LocalBoxFuture<'a, (u64, Result<Evaluated, Failure>)>>;

impl<'a, S: Source> Lead<'a, S> {
    async fn open(
        driver: &'a Driver<S>,
        order: Order<'a>,
        next_part: u64,
        tell: &'a dyn Fn(Event),
    ) -> Result<Self, Failure> {
        let start_ms = driver.source.now_ms();
        let plan = planned(&order.query)?;
        let asks: Vec<Ask> = plan.reads().iter().map(Ask::of).collect();
        let indexes = indexes(driver, &asks).await?;

        let mut account = Account::new(plan.reads());
        let mut sessions = Sessions::default();
        let mut pieces = Vec::new();
        for (read, index) in indexes.iter().enumerate() {
            account.index(read, index);
            sessions.0.extend(index.sessions.0.clone());
            pieces.extend(pieces_of(read, index));
        }
        account.chunks_total = pieces.len() as u64;
        let direction = plan.reads().iter().find_map(|read| read.order);
        let known = pieces.iter().map(name_of).collect();
        let workers = order.workers.max(1);
        let queues = partition(pieces, workers, direction, &mut order.homes.borrow_mut());
        let json = serde_json::to_string(&sessions)
            .map_err(|e| Failure::Unreadable { detail: e.to_string() })?;
        Ok(Self {
            driver,
            report: Report::new(order.id, order.query.whole, tell),
            order,
            start_ms,
            run: plan.start(&sessions),
            plan,
            asks,
            direction,
            sessions: Rc::new(sessions),
            sessions_for: vec![Some(json); workers],
            queues,
            out: HashMap::new(),
            next_part,
            known,
            rounds: HashMap::new(),
            account,
            bound: None,
            is_stale: false,
            unmeasured_bytes: 0,
        })
    }

    async fn run(mut self, inbox: &mut UnboundedReceiver<Incoming>) -> Result<Done, Ended> {
        let mut own: Own<'a> = FuturesUnordered::new();
        loop {
            self.hand_out(&mut own);
            if self.out.is_empty() {
                return Ok(self.finish()?);
            }
            let next = if own.is_empty() {
                Either::Left(inbox.next().await)
            } else {
                match select(inbox.next(), own.next()).await {
                    Either::Left((incoming, _)) => Either::Left(incoming),
                    Either::Right((evaluated, _)) => Either::Right(evaluated),
                }
            };
            match next {
                Either::Left(Some(Incoming::Part(result))) => {
                    let bytes = result.state?;
                    self.unmeasured_bytes += bytes.len();
                    let unreadable =
                        |e: wire::WireError| Failure::Unreadable { detail: e.to_string() };
                    let state = wire::decode::<State>(&bytes).map_err(unreadable)?;
                    let tally = result.tally;
                    self.take(result.number, Evaluated { state, tally }).await?;
                }
                Either::Right(Some((number, evaluated))) => self.take(number, evaluated?).await?,
                Either::Left(Some(Incoming::Cancel) | None) => return Ok(self.cancelled()),
                Either::Right(None) => {}
            }
            if self.is_stale {
                return Err(Ended::Stale { next_part: self.next_part });
            }
            self.report_if_due();
        }
    }

    /// Gives every worker that has room its next parts. An ordered query begins with the one part
    /// that decides most; often it is enough.
    fn hand_out(&mut self, own: &mut Own<'a>) {
        let probing = self.direction.is_some() && self.account.chunks_done == 0;
        if probing {
            if self.out.is_empty()
                && let Some(worker) = self.foremost()
            {
                self.hand_to(worker, own);
            }
            return;
        }
        for worker in 0..self.queues.len() {
            let room = if worker == 0 { 1 } else { AHEAD };
            while self.out.values().filter(|(to, _)| *to == worker).count() < room {
                if !self.hand_to(worker, own) {
                    break;
                }
            }
        }
    }

    /// The worker whose next part comes first in the query's order.
    fn foremost(&self) -> Option<usize> {
        let front = |worker: &usize| self.queues[*worker].front().and_then(|part| part.first());
        let workers = (0..self.queues.len()).filter(|worker| front(worker).is_some());
        match self.direction {
            Some(Direction::Forward) => workers.min_by_key(|w| front(w).map(partition::first)),
            _ => workers.max_by_key(|w| front(w).map(partition::last)),
        }
    }

    /// False: it has nothing more to do.
    fn hand_to(&mut self, worker: usize, own: &mut Own<'a>) -> bool {
        let Some(pieces) = self.next_pieces(worker) else { return false };
        let number = self.next_part;
        self.next_part += 1;
        let pieces: Rc<[Piece]> = pieces.into();
        self.out.insert(number, (worker, Rc::clone(&pieces)));
        if worker == 0 {
            let (driver, plan) = (self.driver, self.plan.clone());
            let sessions = Rc::clone(&self.sessions);
            let evaluation =
                async move { (number, driver.evaluate(&plan, &sessions, &pieces).await) };
            own.push(evaluation.boxed_local());
        } else {
            let sessions = self.sessions_for[worker].take();
            let query = self.order.query.clone();
            let part = Part { number, query, sessions, pieces: pieces.to_vec() };
            let id = self.order.id;
            (self.order.say)(FromWorker::Hand { id, worker, part: Box::new(part) });
        }
        true
    }

    /// The next part of a worker without what a full result does not want any more.
    fn next_pieces(&mut self, worker: usize) -> Option<Vec<Piece>> {
        loop {
            let mut pieces = self.queues[worker].pop_front()?;
            let before = pieces.len();
            if let Some(bound) = self.bound {
                pieces.retain(|piece| match self.direction {
                    Some(Direction::Forward) => partition::first(piece) <= bound,
                    _ => partition::last(piece) >= bound,
                });
            }
            self.account.chunks_total -= (before - pieces.len()) as u64;
            if !pieces.is_empty() {
                return Some(pieces);
            }
        }
    }

    async fn take(&mut self, number: u64, evaluated: Evaluated) -> Result<(), Failure> {
        let Some((_, pieces)) = self.out.remove(&number) else { return Ok(()) };
        let Evaluated { state, tally } = evaluated;
        self.run.merge(state);
        self.is_stale |= tally.is_stale;
        self.account.chunks_done += (pieces.len() - tally.sealed.len()) as u64;
        self.account.chunks_total -= tally.sealed.len() as u64;
        let sealed: Vec<Piece> =
            tally.sealed.iter().filter_map(|at| pieces.get(*at)).cloned().collect();
        self.account.tally(tally);
        for piece in sealed {
            self.ask_again(piece).await?;
        }
        self.bound = self.run.full_to();
        self.measure()
    }

    /// A head was sealed after the index was asked: its entries are in new chunks now.
    async fn ask_again(&mut self, piece: Piece) -> Result<(), Failure> {
        let read = piece.read;
        let rounds = self.rounds.entry((read, piece.stream.clone())).or_default();
        *rounds += 1;
        if *rounds > MAX_ROUNDS {
            let reason = "it was sealed again and again while it was read".to_owned();
            self.account.gap(unread(&piece, reason));
            return Ok(());
        }
        let Some(ask) = self.asks.get(read) else { return Ok(()) };
        let exactly = |(name, value)| Matcher::new(name, MatchOp::Equal, value).ok();
        let matchers = piece.stream.iter().filter_map(exactly).collect();
        let ask = Ask { matchers, ..ask.clone() };
        let index = self.driver.source.index(&ask).await?;
        let mut new: Vec<Piece> =
            pieces_of(read, &index).filter(|found| found.stream == piece.stream).collect();
        let known = |id: &String| self.known.contains(&(read, id.clone()));
        for found in &new {
            // Chunks that were merged meanwhile: all of them are accounted for, or none, or else
            // their entries cannot be told apart.
            if let PieceKind::Chunk(chunk) = &found.what {
                let num_known = chunk.replaces.iter().filter(|id| known(id)).count();
                self.is_stale |= num_known > 0 && num_known < chunk.replaces.len();
            }
        }
        let is_merged = |found: &Piece| match &found.what {
            PieceKind::Chunk(chunk) => chunk.replaces.iter().any(known),
            PieceKind::Head(_) => false,
        };
        new.retain(|found| !is_merged(found));
        new.retain(|found| self.known.insert(name_of(found)));
        if new.is_empty() {
            self.account.skipped_head(read, partition::num_entries(&piece));
        }
        self.account.chunks_total += new.len() as u64;
        let homes = &mut self.order.homes.borrow_mut();
        let more = partition(new, self.queues.len(), self.direction, homes);
        for (queue, more) in self.queues.iter_mut().zip(more) {
            more.into_iter().rev().for_each(|part| queue.push_front(part));
        }
        Ok(())
    }

    /// Ends a query that outgrows its memory before the browser ends the worker.
    fn measure(&mut self) -> Result<(), Failure> {
        let room = self.driver.shared.running_bytes();
        if self.unmeasured_bytes > room {
            let size = wire::encode(&self.run.state()).map_or(usize::MAX, |bytes| bytes.len());
            if size > room {
                let budget_bytes = self.driver.shared.budget_bytes() as u64;
                return Err(Failure::Memory { budget_bytes });
            }
            self.unmeasured_bytes = size;
        }
        Ok(())
    }

    fn report_if_due(&mut self) {
        let start_ms = self.driver.source.now_ms();
        if self.out.is_empty() && self.queues.iter().all(VecDeque::is_empty) {
            // The result itself follows at once.
            return;
        }
        if self.report.is_due(start_ms) {
            let mut outcome = self.run.partial();
            // How many are left out is said at the end.
            series::cut(&mut outcome.output);
            let coverage = self.account.coverage(&outcome.stats, self.bound);
            self.report.progress(Progress {
                stats: outcome.stats,
                survivors: self.survivors(&coverage),
                coverage,
                elapsed_ms: self.elapsed_ms(),
            });
            self.report.output(outcome.output);
            self.report.reported(start_ms, self.driver.source.now_ms());
        }
    }

    fn finish(mut self) -> Result<Done, Failure> {
        let elapsed_ms = self.elapsed_ms();
        let stats = self.run.stats();
        let coverage = self.account.coverage(&stats, self.bound);
        let survivors = self.survivors(&coverage);
        let mut outcome = self.run.finish().map_err(Failure::Query)?;
        outcome.warnings.extend(series::cut(&mut outcome.output));
        self.report.output(outcome.output);
        Ok(Done { stats, coverage, survivors, warnings: outcome.warnings, elapsed_ms })
    }

    fn cancelled(mut self) -> Done {
        let mut outcome = self.run.partial();
        outcome.warnings.extend(series::cut(&mut outcome.output));
        let (done, total) = (self.account.chunks_done, self.account.chunks_total);
        self.account.gap(Gap::Cancelled { done, total });
        let coverage = self.account.coverage(&outcome.stats, self.bound);
        let survivors = self.survivors(&coverage);
        let elapsed_ms = self.elapsed_ms();
        self.report.output(outcome.output);
        Done { stats: outcome.stats, coverage, survivors, warnings: outcome.warnings, elapsed_ms }
    }

    /// With the entries that were ruled out unread: they have passed the selector.
    fn survivors(&self, coverage: &Coverage) -> Vec<u64> {
        let mut counts = self.run.survivors().to_vec();
        if let Some(selected) = counts.first_mut() {
            *selected = coverage.entries;
        }
        counts
    }

    fn elapsed_ms(&self) -> u64 {
        // Saturates; a query does not take 500 million years.
        (self.driver.source.now_ms() - self.start_ms).max(0.0).round() as u64
    }
}

/// One answer for each ask; asks that are equal are asked once.
async fn indexes<S: Source>(driver: &Driver<S>, asks: &[Ask]) -> Result<Vec<Index>, Failure> {
    let first = |ask: &Ask| asks.iter().position(|other| other == ask).unwrap_or_default();
    let unique: Vec<usize> = (0..asks.len()).filter(|at| first(&asks[*at]) == *at).collect();
    let answers = try_join_all(unique.iter().map(|at| driver.source.index(&asks[*at]))).await?;
    let of = |ask: &Ask| {
        let at = unique.iter().position(|at| *at == first(ask)).unwrap_or_default();
        answers.get(at).cloned().unwrap_or_default()
    };
    Ok(asks.iter().map(of).collect())
}

fn pieces_of(read: usize, index: &Index) -> impl Iterator<Item = Piece> {
    let stream = |at: usize| index.streams.get(at).cloned();
    let heads = index.heads.iter().map(|h| (h.stream, PieceKind::Head(h.clone())));
    let chunks = index.chunks.iter().map(|c| (c.stream, PieceKind::Chunk(c.clone())));
    heads
        .chain(chunks)
        .filter_map(move |(at, what)| Some(Piece { read, stream: stream(at)?, what }))
}

/// Names a piece within a query: a chunk by its contents, a head by its state.
fn name_of(piece: &Piece) -> (usize, String) {
    let name = match &piece.what {
        PieceKind::Chunk(chunk) => chunk.id.clone(),
        PieceKind::Head(head) => {
            format!("{}@{}.{}.{}", head.id, head.epoch, head.count, head.revision)
        }
    };
    (piece.read, name)
}

#[cfg(test)]
mod tests;
