use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use alert::rule::{Group, RuleProblem};
use alert::send::Verdict;
use alert::view::{AlertsView, GroupView, RulesView};
use alert::{Change, RuleState};
use model::Timestamp;
use protocol::alerts::{AlertsStatus, Delivery, Firing, Outcome, Problem, ReceiverStatus};

use super::log::Log;
use super::mailbox::Mailbox;
use super::runner::{Command, Runner};
use super::trial::Trial;
use super::{AlertOptions, courier, managers, saved};
use crate::store::Store;

/// Deliveries and changes that are shown.
const SHOWN: usize = 200;

/// The alerts of a running relay. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Alerts(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    commands: Sender<Command>,
    /// The thread that evaluates, until it is told to end.
    runner: Mutex<Option<JoinHandle<()>>>,
    mailboxes: Vec<Arc<Mailbox>>,
    trial: Trial,
}

/// What the threads tell.
#[derive(Debug)]
pub(super) struct Shared {
    board: Mutex<Board>,
    pub(super) history: Log<Firing>,
    deliveries: Log<Delivery>,
    evaluations: AtomicU64,
    failures: AtomicU64,
    delivered: AtomicU64,
    undelivered: AtomicU64,
}

#[derive(Debug, Default)]
struct Board {
    groups: Vec<GroupNow>,
    problems: Vec<RuleProblem>,
    receivers: BTreeMap<String, ReceiverStatus>,
}

/// A group and the states of its rules, in their order.
#[derive(Clone, Debug)]
pub struct GroupNow {
    pub file: String,
    pub group: Group,
    pub interval_ns: i64,
    pub states: Vec<RuleState>,
}

/// The numbers that a monitor watches, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub rules: u64,
    pub evaluations: u64,
    pub failures: u64,
    pub delivered: u64,
    pub undelivered: u64,
    /// Alerts that some receiver has not heard of yet.
    pub waiting: u64,
}

impl Alerts {
    /// Evaluates and tells, in threads of its own. `url`: where the page is when nothing else is
    /// said.
    pub fn start(options: AlertOptions, store: &Store, url: &str) -> std::io::Result<Self> {
        let folder = saved::folder(store.dir());
        let shared = Arc::new(Shared::open(&folder));
        let base = options.external_url.clone().unwrap_or_else(|| url.to_owned());
        let trial = Trial::new(&options, &base);
        let managers = managers::start(&options, &shared)?;
        let couriers = courier::start(&options, &folder, &base, &shared)?;
        let mailboxes = managers.iter().chain(&couriers).cloned().collect();
        let (commands, told) = channel();
        let mut runner =
            Runner::new(options, store.clone(), base, managers, couriers, Arc::clone(&shared));
        // Before the first evaluation there is something to show.
        runner.reload();
        let thread = std::thread::Builder::new()
            .name("rules".to_owned())
            .spawn(move || runner.run(&told))?;
        let runner = Mutex::new(Some(thread));
        Ok(Self(Arc::new(Inner { shared, commands, runner, mailboxes, trial })))
    }

    pub(super) fn trial(&self) -> &Trial {
        &self.0.trial
    }

    /// Notes what became of a message.
    pub(super) fn note(&self, name: &str, title: String, verdict: &Verdict) -> Delivery {
        self.0.shared.delivered(name, title, 1, verdict)
    }

    /// Reads the files again, whether they have changed or not. Gives what is wrong with them.
    pub fn reload(&self) -> Vec<RuleProblem> {
        let (done, is_done) = channel();
        self.0.commands.send(Command::Reload(done)).ok();
        is_done.recv().ok();
        self.problems()
    }

    /// Ends the evaluation; states are written down when this returns. What is on its way to a
    /// receiver is not waited for: what was not told is told after the next start.
    pub fn stop(&self) {
        let thread = self.0.runner.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        self.0.commands.send(Command::Stop).ok();
        if thread.join().is_err() {
            tracing::error!("the thread of the rules has failed");
        }
        self.0.mailboxes.iter().for_each(|mailbox| mailbox.close());
    }

    pub fn problems(&self) -> Vec<RuleProblem> {
        self.0.shared.board().problems.clone()
    }

    pub fn groups(&self) -> Vec<GroupNow> {
        self.0.shared.board().groups.clone()
    }

    /// As Loki's API shows it.
    pub fn rules_view(&self) -> RulesView {
        let board = self.0.shared.board();
        let groups = board.groups.iter();
        let view =
            |now: &GroupNow| GroupView::new(&now.file, &now.group, now.interval_ns, &now.states);
        RulesView { groups: groups.map(view).collect() }
    }

    /// As Loki's API shows it.
    pub fn alerts_view(&self) -> AlertsView {
        AlertsView::new(self.0.shared.board().groups.iter().flat_map(|now| &now.states))
    }

    /// What there is besides the rules: what is wrong, who is told, what was told.
    pub fn status(&self) -> AlertsStatus {
        let shared = &self.0.shared;
        let history = shared.history.newest(SHOWN);
        let deliveries = shared.deliveries.newest(SHOWN);
        let board = shared.board();
        let problems = board.problems.iter().map(|problem| Problem {
            file: problem.file.clone(),
            line: problem.line,
            column: problem.column,
            message: problem.message.clone(),
            group: problem.group.clone(),
            rule: problem.rule.clone(),
            instead: problem.instead.clone(),
        });
        let missed = board.groups.iter().flat_map(|now| &now.states).map(|s| s.missed).sum();
        AlertsStatus {
            problems: problems.collect(),
            receivers: board.receivers.values().cloned().collect(),
            missed_evaluations: missed,
            history,
            deliveries,
        }
    }

    pub fn figures(&self) -> Figures {
        let shared = &self.0.shared;
        let board = shared.board();
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Figures {
            rules: board.groups.iter().map(|now| now.group.rules.len() as u64).sum(),
            evaluations: of(&shared.evaluations),
            failures: of(&shared.failures),
            delivered: of(&shared.delivered),
            undelivered: of(&shared.undelivered),
            waiting: board.receivers.values().map(|receiver| receiver.waiting).sum(),
        }
    }
}

impl Shared {
    fn open(folder: &Path) -> Self {
        Self {
            board: Mutex::default(),
            history: Log::open(folder, "history"),
            deliveries: Log::open(folder, "deliveries"),
            evaluations: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            undelivered: AtomicU64::new(0),
        }
    }

    // A std mutex: held for copies only.
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces all groups.
    pub(super) fn show(&self, groups: Vec<GroupNow>, problems: Vec<RuleProblem>) {
        let mut board = self.board();
        (board.groups, board.problems) = (groups, problems);
    }

    /// Takes the states of a group after an evaluation.
    pub(super) fn evaluated(&self, at: usize, states: Vec<RuleState>) {
        let failed = states.iter().filter(|state| state.health == alert::Health::Err).count();
        self.evaluations.fetch_add(states.len() as u64, Ordering::Relaxed);
        self.failures.fetch_add(failed as u64, Ordering::Relaxed);
        if let Some(now) = self.board().groups.get_mut(at) {
            now.states = states;
        }
    }

    pub(super) fn changed(&self, file: &str, group: &str, change: &Change) {
        self.history.add(Firing {
            at: Timestamp(change.at),
            file: file.to_owned(),
            group: group.to_owned(),
            labels: change.labels.clone(),
            from: change.from.name().to_owned(),
            to: change.to.name().to_owned(),
            value: change.value.to_string(),
        });
    }

    /// Shows a receiver, and how many alerts wait for it.
    pub(super) fn waiting(&self, name: &str, kind: &str, to: &str, waiting: usize) {
        let mut board = self.board();
        let receiver = board.receivers.entry(name.to_owned()).or_default();
        (receiver.name, receiver.kind, receiver.to) =
            (name.to_owned(), kind.to_owned(), to.to_owned());
        receiver.waiting = waiting as u64;
    }

    /// Notes what came of a delivery.
    pub(super) fn delivered(
        &self,
        name: &str,
        title: String,
        alerts: usize,
        verdict: &Verdict,
    ) -> Delivery {
        let (outcome, why) = match verdict {
            Verdict::Delivered => (Outcome::Delivered, None),
            Verdict::Retry { why, .. } => (Outcome::Later, Some(why.clone())),
            Verdict::Refused { why } => (Outcome::Refused, Some(why.clone())),
        };
        let counter = match outcome {
            Outcome::Delivered => &self.delivered,
            Outcome::Later | Outcome::Refused => &self.undelivered,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        if let Some(why) = &why {
            tracing::warn!(receiver = name, "an alert was not delivered: {why}");
        }
        let at = Timestamp(crate::http::now_ns());
        let delivery =
            Delivery { at, receiver: name.to_owned(), title, alerts: alerts as u64, outcome, why };
        if let Some(receiver) = self.board().receivers.get_mut(name) {
            receiver.last = Some(delivery.clone());
        }
        self.deliveries.add(delivery.clone());
        delivery
    }
}

/// Where a receiver's schedule is kept.
pub(super) fn schedule_path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("receiver-{name}.json"))
}
