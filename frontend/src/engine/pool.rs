//! Who of the workers does what, on the page's side: pure, so that it is tested without a browser.
//!
//! Worker 0 leads every query: it fetches the index, hands parts to the others and merges what
//! they give; the page only passes these on. Being always the same, it knows which worker still
//! has which chunk decoded. Tails run on the last worker.

use std::collections::{BTreeMap, VecDeque};

use super::message::{
    Coverage, Done, Event, Failure, Gap, Id, Priority, QueryRequest, Settings, TailRequest,
    TailState,
};
use super::wire::{FromWorker, ToWorker};

const LEAD: usize = 0;
/// A worker that ends this often before it listens is not started again.
const MAX_STRIKES: u8 = 2;

/// What to do now, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Send {
        worker: usize,
        message: ToWorker,
    },
    Emit(Event),
    /// End the worker, if it still lives, and start a new one in its place.
    Restart {
        worker: usize,
    },
    /// Let the page show what it got, then call [`Pool::start_waiting`].
    Breathe,
}

#[derive(Debug)]
pub struct Pool {
    workers: Vec<Member>,
    settings: Settings,
    running: BTreeMap<Id, Running>,
    /// Background queries that wait until no foreground query runs.
    waiting: VecDeque<(Id, QueryRequest)>,
    tails: BTreeMap<Id, TailRequest>,
}

#[derive(Debug, Default)]
struct Member {
    ready: bool,
    /// What was sent before it listened.
    backlog: Vec<ToWorker>,
    strikes: u8,
    /// Why it is not started again.
    broken: Option<Failure>,
}

#[derive(Debug)]
struct Running {
    priority: Priority,
    /// Parts each worker has been handed and not answered; None: it was never handed any.
    outstanding: Vec<Option<usize>>,
}

impl Pool {
    /// The caller has started this many workers.
    pub fn new(workers: usize, settings: Settings) -> Self {
        let mut pool = Self {
            workers: (0..workers.max(1)).map(|_| Member::default()).collect(),
            settings,
            running: BTreeMap::new(),
            waiting: VecDeque::new(),
            tails: BTreeMap::new(),
        };
        let configure = pool.configure_message();
        for member in &mut pool.workers {
            member.backlog.push(configure.clone());
        }
        pool
    }

    pub fn start(&mut self, id: Id, query: QueryRequest) -> Vec<Effect> {
        if query.priority == Priority::Background && self.foreground_runs() {
            self.waiting.push_back((id, query));
            return Vec::new();
        }
        self.lead(id, query)
    }

    /// Ends a query and keeps what it has.
    pub fn cancel(&mut self, id: Id) -> Vec<Effect> {
        if let Some(at) = self.waiting.iter().position(|(waiting, _)| *waiting == id) {
            self.waiting.remove(at);
            let gaps = vec![Gap::Cancelled { done: 0, total: 0 }];
            let done =
                Done { coverage: Coverage { gaps, ..Coverage::default() }, ..Done::default() };
            return vec![Effect::Emit(Event::Done { id, done })];
        }
        match self.running.get(&id) {
            // The lead answers with `Done`.
            Some(running) => {
                let workers = running.touched();
                self.send_all(workers, &ToWorker::Cancel { id })
            }
            None => Vec::new(),
        }
    }

    pub fn tail(&mut self, id: Id, tail: TailRequest) -> Vec<Effect> {
        let worker = self.tail_worker();
        if let Some(failure) = &self.workers[worker].broken {
            return vec![Effect::Emit(Event::Failed { id, failure: failure.clone() })];
        }
        self.tails.insert(id, tail.clone());
        self.send(worker, ToWorker::Tail { id, tail })
    }

    pub fn stop_tail(&mut self, id: Id) -> Vec<Effect> {
        match self.tails.remove(&id) {
            Some(_) => self.send(self.tail_worker(), ToWorker::StopTail { id }),
            None => Vec::new(),
        }
    }

    pub fn configure(&mut self, settings: Settings) -> Vec<Effect> {
        self.settings = settings;
        let message = self.configure_message();
        self.send_all((0..self.workers.len()).collect(), &message)
    }

    /// A message of worker `worker`.
    pub fn heard(&mut self, worker: usize, message: FromWorker) -> Vec<Effect> {
        match message {
            FromWorker::Ready => self.ready(worker),
            FromWorker::Event(event) => self.event(*event),
            FromWorker::Hand { id, worker: to, part } => match self.running.get_mut(&id) {
                Some(running) if to < self.workers.len() => {
                    *running.outstanding[to].get_or_insert(0) += 1;
                    self.send(to, ToWorker::Work { id, part })
                }
                _ => Vec::new(),
            },
            FromWorker::Part { id, result } => match self.running.get_mut(&id) {
                Some(running) => {
                    if let Some(outstanding) = &mut running.outstanding[worker] {
                        *outstanding = outstanding.saturating_sub(1);
                    }
                    self.send(LEAD, ToWorker::Merge { id, result })
                }
                None => Vec::new(),
            },
            FromWorker::Panicked { detail } => self.died(worker, detail),
        }
    }

    /// Worker `worker` has ended: it is replaced, and what it took part in has failed.
    pub fn died(&mut self, worker: usize, detail: String) -> Vec<Effect> {
        let failure = Failure::Died { detail };
        let member = &mut self.workers[worker];
        if member.broken.is_some() {
            return Vec::new();
        }
        let strikes = if member.ready { 0 } else { member.strikes.saturating_add(1) };
        let broken = (strikes >= MAX_STRIKES).then(|| failure.clone());
        let restart = broken.is_none();
        *member = Member { strikes, broken, ..Member::default() };
        let mut effects = Vec::new();
        if restart {
            effects.push(Effect::Restart { worker });
            let configure = self.configure_message();
            effects.extend(self.send(worker, configure));
        }
        let affected = |running: &Running| {
            worker == LEAD || running.outstanding[worker].is_some_and(|parts| parts > 0)
        };
        let failed: Vec<Id> =
            self.running.iter().filter(|(_, r)| affected(r)).map(|(id, _)| *id).collect();
        for id in failed {
            effects.extend(self.end(id));
            effects.push(Effect::Emit(Event::Failed { id, failure: failure.clone() }));
        }
        if worker == self.tail_worker() {
            effects.extend(self.move_tails(restart, &failure));
        }
        effects.extend(self.breathe());
        effects
    }

    /// Tails go on where they were on the new worker.
    fn move_tails(&mut self, restarted: bool, failure: &Failure) -> Vec<Effect> {
        let mut effects = Vec::new();
        if !restarted {
            let tails = std::mem::take(&mut self.tails).into_keys();
            let failed = |id| Effect::Emit(Event::Failed { id, failure: failure.clone() });
            return tails.map(failed).collect();
        }
        for (id, tail) in self.tails.clone() {
            let state = TailState::Reconnecting { retry_ms: 0, reason: failure.to_string() };
            effects.push(Effect::Emit(Event::TailState { id, state }));
            effects.extend(self.send(self.tail_worker(), ToWorker::Tail { id, tail }));
        }
        effects
    }

    fn ready(&mut self, worker: usize) -> Vec<Effect> {
        let member = &mut self.workers[worker];
        member.ready = true;
        member.strikes = 0;
        let backlog = std::mem::take(&mut member.backlog);
        backlog.into_iter().map(|message| Effect::Send { worker, message }).collect()
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        let id = event.id();
        match &event {
            Event::TailRows { rows, .. } => {
                let Some(tail) = self.tails.get_mut(&id) else { return Vec::new() };
                tail.after = rows.after.or(tail.after);
            }
            Event::TailState { .. } if self.tails.contains_key(&id) => {}
            Event::Failed { .. } if self.tails.remove(&id).is_some() => {}
            Event::Done { .. } | Event::Failed { .. } if self.running.contains_key(&id) => {
                let mut effects = vec![Effect::Emit(event)];
                effects.extend(self.end(id));
                effects.extend(self.breathe());
                return effects;
            }
            Event::Progress { .. } | Event::Rows { .. } | Event::Output { .. }
                if self.running.contains_key(&id) => {}
            // Late words about something that has ended.
            _ => return Vec::new(),
        }
        vec![Effect::Emit(event)]
    }

    /// Forgets a query and tells everyone who still works for it.
    fn end(&mut self, id: Id) -> Vec<Effect> {
        match self.running.remove(&id) {
            Some(running) => {
                let alive = running.touched().into_iter().filter(|w| self.workers[*w].ready);
                let alive = alive.collect();
                self.send_all(alive, &ToWorker::Cancel { id })
            }
            None => Vec::new(),
        }
    }

    fn lead(&mut self, id: Id, query: QueryRequest) -> Vec<Effect> {
        if let Some(failure) = &self.workers[LEAD].broken {
            return vec![Effect::Emit(Event::Failed { id, failure: failure.clone() })];
        }
        let outstanding = vec![None; self.workers.len()];
        let workers = match query.priority {
            Priority::Foreground => self.usable(),
            // Somebody reads and scrolls meanwhile: a core is left to the page.
            Priority::Background => self.usable().saturating_sub(1).max(1),
        };
        self.running.insert(id, Running { priority: query.priority, outstanding });
        self.send(LEAD, ToWorker::Lead { id, query, workers })
    }

    /// The page draws with the cores that the workers compute with.
    fn breathe(&self) -> Option<Effect> {
        (!self.waiting.is_empty() && !self.foreground_runs()).then_some(Effect::Breathe)
    }

    /// Starts the next background query, if nothing in the foreground runs.
    pub fn start_waiting(&mut self) -> Vec<Effect> {
        if self.foreground_runs() {
            return Vec::new();
        }
        match self.waiting.pop_front() {
            Some((id, query)) => self.lead(id, query),
            None => Vec::new(),
        }
    }

    fn foreground_runs(&self) -> bool {
        self.running.values().any(|running| running.priority == Priority::Foreground)
    }

    /// Workers from the first on that can be counted on.
    fn usable(&self) -> usize {
        self.workers.iter().position(|w| w.broken.is_some()).unwrap_or(self.workers.len())
    }

    fn tail_worker(&self) -> usize {
        self.workers.len() - 1
    }

    fn configure_message(&self) -> ToWorker {
        let workers = u64::try_from(self.workers.len()).unwrap_or(1);
        ToWorker::Configure {
            memory_bytes: self.settings.memory_bytes / workers,
            share: self.settings.share.clone(),
        }
    }

    fn send_all(&mut self, workers: Vec<usize>, message: &ToWorker) -> Vec<Effect> {
        workers.into_iter().flat_map(|worker| self.send(worker, message.clone())).collect()
    }

    fn send(&mut self, worker: usize, message: ToWorker) -> Vec<Effect> {
        let member = &mut self.workers[worker];
        if member.broken.is_some() {
            return Vec::new();
        }
        if !member.ready {
            member.backlog.push(message);
            return Vec::new();
        }
        vec![Effect::Send { worker, message }]
    }
}

impl Running {
    /// The lead and everyone who has been handed a part.
    fn touched(&self) -> Vec<usize> {
        let knows = |worker: &usize| *worker == LEAD || self.outstanding[*worker].is_some();
        (0..self.outstanding.len()).filter(knows).collect()
    }
}

#[cfg(test)]
mod tests;
