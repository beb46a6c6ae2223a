use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use alert::rule::RuleProblem;
use alert::send::Notice;
use alert::{AlertState, RuleState};

use super::AlertOptions;
use super::board::{GroupNow, Shared};
use super::files::{self, OneFile, Stamps};
use super::group::{LiveGroup, Surroundings};
use super::mailbox::{Letter, Mailbox};
use super::saved::{self, States};
use crate::http::now_ns;
use crate::store::Store;

/// How often it is looked whether files have changed.
const LOOK_NS: i64 = 2_000_000_000;
/// States in which nothing changed are written down as often: when they were last evaluated tells
/// how long nobody watched.
const IDLE_SAVE_NS: i64 = 30_000_000_000;

/// What the thread is told.
pub(super) enum Command {
    /// Answers when it is done.
    Reload(Sender<()>),
    Stop,
}

/// Evaluates all groups, one at a time.
pub(super) struct Runner {
    options: AlertOptions,
    store: Store,
    base: String,
    managers: Vec<Arc<Mailbox>>,
    couriers: Vec<Arc<Mailbox>>,
    shared: Arc<Shared>,
    path: PathBuf,
    stamps: Stamps,
    files: Vec<OneFile>,
    groups: Vec<LiveGroup>,
    /// Of rules that no file has at present, since a mistake hides them.
    hidden: BTreeMap<String, RuleState>,
    looked_at: i64,
    saved_at: i64,
}

impl Runner {
    pub(super) fn new(
        options: AlertOptions,
        store: Store,
        base: String,
        managers: Vec<Arc<Mailbox>>,
        couriers: Vec<Arc<Mailbox>>,
        shared: Arc<Shared>,
    ) -> Self {
        let path = saved::folder(store.dir()).join("states.json");
        let States { rules } = saved::read(&path);
        Self {
            options,
            store,
            base: base.trim_end_matches('/').to_owned(),
            managers,
            couriers,
            shared,
            path,
            stamps: Stamps::new(),
            files: Vec::new(),
            groups: Vec::new(),
            hidden: rules,
            looked_at: 0,
            saved_at: 0,
        }
    }

    /// Goes on until it is told to stop.
    pub(super) fn run(&mut self, commands: &Receiver<Command>) {
        loop {
            match commands.recv_timeout(self.patience()) {
                Ok(Command::Reload(done)) => {
                    self.reload();
                    // Nobody may wait any more.
                    done.send(()).ok();
                }
                Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if now_ns().saturating_sub(self.looked_at).abs() >= LOOK_NS {
                self.looked_at = now_ns();
                if files::stamps(&self.options.rules) != self.stamps {
                    self.reload();
                }
            }
            self.evaluate_due();
        }
        self.save();
    }

    fn patience(&self) -> Duration {
        let wakes = self.groups.iter().map(LiveGroup::wakes_at);
        let first = wakes.min().unwrap_or(i64::MAX).min(self.looked_at.saturating_add(LOOK_NS));
        Duration::from_nanos(u64::try_from(first.saturating_sub(now_ns())).unwrap_or(0))
    }

    /// Reads the files. What has not changed goes on as it is.
    pub(super) fn reload(&mut self) {
        let now = now_ns();
        (self.looked_at, self.stamps) = (now, files::stamps(&self.options.rules));
        let read = files::read(&self.stamps);
        // A file that was right and has a mistake now keeps its rules until it is right again: a
        // slip of the hand must not end an alert.
        let before = std::mem::take(&mut self.files);
        self.files = read
            .files
            .into_iter()
            .map(|file| {
                let old = before.iter().find(|old| old.name == file.name && file.is_broken);
                match old.filter(|old| !old.groups.is_empty()) {
                    Some(old) => OneFile { groups: old.groups.clone(), ..file },
                    None => file,
                }
            })
            .collect();
        let mut known = std::mem::take(&mut self.hidden);
        let mut running: Vec<LiveGroup> = std::mem::take(&mut self.groups);
        let is_first = before.is_empty();
        for file in &self.files {
            for group in &file.groups {
                let same = running
                    .iter()
                    .position(|live| live.file == file.name && is_same(&live.group, group));
                if let Some(at) = same {
                    self.groups.push(running.swap_remove(at));
                    continue;
                }
                let mut state_of = |key: &str| {
                    let rules = running.iter_mut().flat_map(|live| &mut live.rules);
                    let live = rules.into_iter().find(|rule| rule.key == key);
                    let state = live.map(|rule| std::mem::take(&mut rule.state));
                    state.or_else(|| {
                        let interval_ns = group.interval_ns.unwrap_or(self.options.interval_ns);
                        let state = known.remove(key)?;
                        Some(if is_first { state.restored(now, interval_ns) } else { state })
                    })
                };
                let live = LiveGroup::new(
                    file.name.clone(),
                    group.clone(),
                    self.options.interval_ns,
                    now,
                    &mut state_of,
                );
                self.groups.push(live);
            }
        }
        for rule in running.into_iter().flat_map(|live| live.rules) {
            known.insert(rule.key, rule.state);
        }
        self.forget(known, now);
        self.show(read.problems);
        self.save();
    }

    /// Ends the alerts of rules that are gone; those that a mistake hides wait.
    fn forget(&mut self, gone: BTreeMap<String, RuleState>, now: i64) {
        for (key, mut state) in gone {
            let file = saved::file_of(&key);
            if self.files.iter().any(|known| known.name == file && known.is_broken) {
                self.hidden.insert(key, state);
                continue;
            }
            let firing = state.alerts.values_mut().filter(|a| a.state == AlertState::Firing);
            let ended = firing.filter_map(|alert| {
                (alert.state, alert.resolved_at) = (AlertState::Inactive, Some(now));
                Notice::new(alert, String::new(), Vec::new())
            });
            let letters: Vec<Letter> = ended
                .map(|notice| Letter { notice, interval_ns: self.options.interval_ns })
                .collect();
            self.managers.iter().chain(&self.couriers).for_each(|to| to.put(letters.clone()));
        }
    }

    fn show(&self, problems: Vec<RuleProblem>) {
        for problem in &problems {
            tracing::warn!("{problem}");
        }
        let groups = self.groups.iter().map(|live| GroupNow {
            file: live.file.clone(),
            group: live.group.clone(),
            interval_ns: live.interval_ns,
            states: live.rules.iter().map(|rule| rule.state.clone()).collect(),
        });
        self.shared.show(groups.collect(), problems);
    }

    fn evaluate_due(&mut self) {
        let around = Surroundings { store: &self.store, base: &self.base };
        let resend_ns = self.options.resend_ns;
        let (mut to_managers, mut to_couriers) = (Vec::new(), Vec::new());
        let mut has_news = false;
        let mut is_evaluated = false;
        for (at, live) in self.groups.iter_mut().enumerate() {
            let Some(due) = live.due(now_ns(), &self.store) else { continue };
            is_evaluated = true;
            for change in live.evaluate(due, around) {
                has_news = true;
                self.shared.changed(&live.file, &live.group.name, &change);
            }
            let states = live.rules.iter().map(|rule| rule.state.clone()).collect();
            self.shared.evaluated(at, states);
            let interval_ns = live.interval_ns;
            let letter = |notice| Letter { notice, interval_ns };
            if !self.couriers.is_empty() {
                to_couriers.extend(live.notices(around).into_iter().map(letter));
            }
            if !self.managers.is_empty() {
                let due = live.due_notices(now_ns(), resend_ns, around);
                to_managers.extend(due.into_iter().map(letter));
            }
        }
        let is_old = now_ns() - self.saved_at > IDLE_SAVE_NS;
        if has_news || !to_managers.is_empty() || (is_evaluated && is_old) {
            self.save();
        }
        self.managers.iter().for_each(|mailbox| mailbox.put(to_managers.clone()));
        self.couriers.iter().for_each(|mailbox| mailbox.put(to_couriers.clone()));
    }

    /// Writes the states down. Nothing is told before.
    fn save(&mut self) {
        self.saved_at = now_ns();
        let live = self.groups.iter().flat_map(|live| &live.rules);
        let mut rules = self.hidden.clone();
        rules.extend(live.map(|rule| (rule.key.clone(), rule.state.clone())));
        if let Err(error) = saved::write(&self.path, &States { rules }) {
            tracing::error!(%error, path = %self.path.display(), "the states of alerts are not written");
        }
    }
}

/// Whether a group says what it said before.
fn is_same(a: &alert::Group, b: &alert::Group) -> bool {
    alert::rule::print(std::slice::from_ref(a)) == alert::rule::print(std::slice::from_ref(b))
}
