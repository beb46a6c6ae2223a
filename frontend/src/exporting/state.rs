//! What the page knows, as a reducer.

use std::collections::BTreeSet;
use std::rc::Rc;

use export::Leave;
use redact::{Group, OwnRule, Redactor, RuleFindings, RuleInfo, Selection};
use report::Target;
use yew::Reducible;

use super::message::{Choice, Done, Found, FromWorker, Prepared, Problem};

/// A text that is selected by accident is longer, or a single letter.
const SELECTED_CHARS: std::ops::RangeInclusive<usize> = 2..=400;

#[derive(Clone, Debug, PartialEq)]
pub struct Exporting {
    /// Counts what is asked of the worker; what it says of an earlier run is passed over.
    pub run: u64,
    pub rules: BTreeSet<&'static str>,
    pub own: Vec<OwnRule>,
    pub leave: Vec<Leave>,
    pub title: String,
    pub remark: String,
    /// Why the last own rule was not taken.
    pub refused: Option<String>,
    pub found: Option<Found>,
    pub findings: Vec<RuleFindings>,
    pub stage: Stage,
    /// The text that is to be pasted there; none while it is made.
    pub note: Option<(Target, Option<String>)>,
}

/// Where the report is on its way.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    Reading(Done),
    Making(Done),
    Ready(Prepared),
    /// Ready, and being written.
    Saving(Prepared),
    Saved(Prepared, Saved),
    Failed(Problem),
}

/// A file that the browser has been given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    pub name: String,
    pub bytes: u64,
}

#[derive(Clone, Debug)]
pub enum Action {
    Heard(Box<FromWorker>),
    Died(String),
    Rule(&'static str, bool),
    Hide(OwnRule),
    /// The own rule at this place ends.
    Show(usize),
    Leave(Leave),
    Keep(Leave),
    Title(String),
    Remark(String),
    Note(Target),
    Save,
    Saved(Saved),
}

impl Default for Exporting {
    fn default() -> Self {
        let on = |rule: &RuleInfo| rule.on && matches!(rule.group, Group::Default | Group::Hosts);
        Self {
            run: 0,
            rules: redact::rules().filter(on).map(|rule| rule.id).collect(),
            own: Vec::new(),
            leave: Vec::new(),
            title: String::new(),
            remark: String::new(),
            refused: None,
            found: None,
            findings: Vec::new(),
            stage: Stage::Reading(Done::default()),
            note: None,
        }
    }
}

impl Exporting {
    pub fn choice(&self) -> Choice {
        Choice {
            rules: self.rules.iter().map(|id| (*id).to_owned()).collect(),
            own: self.own.clone(),
            leave: self.leave.clone(),
        }
    }

    pub fn prepared(&self) -> Option<&Prepared> {
        match &self.stage {
            Stage::Ready(prepared) | Stage::Saving(prepared) | Stage::Saved(prepared, _) => {
                Some(prepared)
            }
            Stage::Reading(_) | Stage::Making(_) | Stage::Failed(_) => None,
        }
    }

    pub fn findings_of(&self, rule: &str) -> Option<&RuleFindings> {
        self.findings.iter().find(|findings| findings.rule == rule)
    }

    /// From when on lines are taken, where that was narrowed.
    pub fn start(&self) -> Option<i64> {
        self.leave.iter().find_map(|leave| match leave {
            Leave::Before(at) => Some(*at),
            Leave::Level(_) => None,
        })
    }

    fn change(&mut self, action: Action) {
        match action {
            Action::Heard(message) => self.hear(*message),
            Action::Died(detail) => self.stage = Stage::Failed(Problem::Died { detail }),
            Action::Rule(id, on) => {
                if on {
                    self.rules.insert(id)
                } else {
                    self.rules.remove(id)
                };
                self.again();
            }
            Action::Hide(rule) => {
                let alone = Selection { names: Vec::new(), own: vec![rule.clone()] };
                self.refused = Redactor::new(&alone).err().map(|error| error.to_string());
                if self.refused.is_none() && !self.own.contains(&rule) {
                    self.own.push(rule);
                    self.again();
                }
            }
            Action::Show(at) => {
                if at < self.own.len() {
                    self.own.remove(at);
                    self.again();
                }
            }
            Action::Leave(leave) => {
                if matches!(leave, Leave::Before(_)) {
                    self.leave.retain(|other| matches!(other, Leave::Level(_)));
                }
                if !self.leave.contains(&leave) {
                    self.leave.push(leave);
                }
                self.again();
            }
            Action::Keep(leave) => {
                self.leave.retain(|other| *other != leave);
                self.again();
            }
            Action::Title(title) => self.title = title,
            Action::Remark(remark) => self.remark = remark,
            Action::Note(target) => self.note = Some((target, None)),
            Action::Save => {
                if let Some(prepared) = self.prepared() {
                    self.stage = Stage::Saving(prepared.clone());
                }
            }
            Action::Saved(saved) => {
                if let Some(prepared) = self.prepared() {
                    self.stage = Stage::Saved(prepared.clone(), saved);
                }
            }
        }
    }

    fn hear(&mut self, message: FromWorker) {
        match message {
            FromWorker::Reading(done) => self.stage = Stage::Reading(done),
            FromWorker::Gathered(found) => {
                self.found = Some(found);
                self.again();
            }
            FromWorker::Findings { run, findings } if run == self.run => self.findings = findings,
            FromWorker::Working { run, done } if run == self.run => {
                self.stage = Stage::Making(done);
            }
            FromWorker::Prepared { run, prepared } if run == self.run => {
                self.stage = Stage::Ready(prepared);
            }
            FromWorker::Failed { run, problem } if run.is_none_or(|run| run == self.run) => {
                self.stage = Stage::Failed(problem);
            }
            FromWorker::Panicked { detail } => {
                self.stage = Stage::Failed(Problem::Died { detail });
            }
            FromWorker::Noted { run, target, text } if run == self.run => {
                if self.note == Some((target, None)) {
                    self.note = Some((target, Some(text)));
                }
            }
            // Of an earlier run; a file goes to the reader by way of the hook that asked for it.
            FromWorker::Ready
            | FromWorker::Findings { .. }
            | FromWorker::Working { .. }
            | FromWorker::Prepared { .. }
            | FromWorker::Failed { .. }
            | FromWorker::Noted { .. }
            | FromWorker::Written { .. } => {}
        }
    }

    /// What is ready is not what is wanted any more.
    fn again(&mut self) {
        self.run += 1;
        self.note = None;
        self.stage = Stage::Making(Done::default());
    }
}

impl Reducible for Exporting {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut state = Rc::unwrap_or_clone(self);
        state.change(action);
        Rc::new(state)
    }
}

/// What is worth hiding of a text that was selected: part of one line.
pub fn hideable(selected: &str) -> Option<&str> {
    let text = selected.trim();
    let fits = SELECTED_CHARS.contains(&text.chars().count()) && !text.contains('\n');
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(message: FromWorker) -> Action {
        Action::Heard(Box::new(message))
    }

    fn after(actions: impl IntoIterator<Item = Action>) -> Exporting {
        let mut state = Exporting::default();
        actions.into_iter().for_each(|action| state.change(action));
        state
    }

    fn prepared(run: u64) -> Action {
        heard(FromWorker::Prepared {
            run,
            prepared: Prepared { entries: run, ..Prepared::default() },
        })
    }

    #[test]
    fn what_the_worker_says_of_an_earlier_run_is_passed_over() {
        let gathered = || heard(FromWorker::Gathered(Found::default()));
        let state = after([gathered(), prepared(1)]);
        assert_eq!((state.run, state.prepared().map(|p| p.entries)), (1, Some(1)));
        // Something was left out meanwhile.
        let debug = Leave::Level("debug".to_owned());
        let leave = || Action::Leave(debug.clone());
        let state = after([gathered(), leave(), prepared(1)]);
        assert_eq!((state.run, state.prepared()), (2, None));
        let state = after([gathered(), leave(), prepared(1), prepared(2), Action::Save]);
        assert!(matches!(&state.stage, Stage::Saving(ready) if ready.entries == 2));
        let saved = Saved { name: "a.html".to_owned(), bytes: 5 };
        let state =
            after([gathered(), prepared(1), Action::Saved(saved), Action::Keep(debug.clone())]);
        assert_eq!((state.run, state.prepared()), (2, None));
        // A title is said when the file is written.
        let state = after([gathered(), prepared(1), Action::Title("why".to_owned())]);
        assert!(state.prepared().is_some());
    }

    #[test]
    fn what_is_hidden_and_left_out_is_chosen_once() {
        let text = || Action::Hide(OwnRule::Text("bob".to_owned()));
        let state = after([text(), text(), Action::Rule("ip", false), Action::Rule("ip", false)]);
        assert_eq!(state.own.len(), 1);
        let choice = state.choice();
        assert!(!choice.rules.contains(&"ip".to_owned()) && choice.rules.contains(&"email".into()));
        assert!(!choice.rules.contains(&"prompt-value".to_owned()), "is off at first");
        assert!(after([text(), Action::Show(0), Action::Show(0)]).own.is_empty());
        let state = after([Action::Leave(Leave::Before(5)), Action::Leave(Leave::Before(9))]);
        assert_eq!((state.leave.len(), state.start()), (1, Some(9)));
        let level = || Leave::Level("info".to_owned());
        let state = after([Action::Leave(level()), Action::Leave(level()), Action::Keep(level())]);
        assert!(state.leave.is_empty());
    }

    #[test]
    fn an_own_rule_that_cannot_run_is_refused() {
        for (rule, refused) in [
            (OwnRule::Regex("(".to_owned()), true),
            (OwnRule::Regex("x*".to_owned()), true),
            (OwnRule::Text(String::new()), true),
            (OwnRule::Regex("tok_[a-z]+".to_owned()), false),
        ] {
            let state = after([Action::Hide(rule.clone())]);
            assert_eq!(state.refused.is_some(), refused, "{rule:?} {:?}", state.refused);
            assert_eq!(state.own.is_empty(), refused);
        }
    }

    #[test]
    fn a_part_of_a_line_can_be_hidden() {
        for (selected, text) in [
            (" bob-laptop ", Some("bob-laptop")),
            ("x", None),
            ("", None),
            ("two\nlines", None),
            ("王小明", Some("王小明")),
        ] {
            assert_eq!(hideable(selected), text, "{selected:?}");
        }
        assert_eq!(hideable(&"x".repeat(401)), None);
    }
}
