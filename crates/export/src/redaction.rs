use std::collections::BTreeMap;

use model::{Batch, Labels, Sessions};
use redact::{OwnRule, Redactor, RuleError, RuleFindings, Selection};
use report::RuleRun;

use crate::Gathered;
use crate::pick::distinct;

/// What hides secrets and private text on the way into the file; None: nothing does.
#[derive(Clone, Debug)]
pub struct Redaction(Option<Redactor>);

impl Redaction {
    /// `names` as typed: rules and groups, or `none`; `own` are regular expressions.
    pub fn new(names: &str, own: &[String]) -> Result<Self, RuleError> {
        let mut selection =
            if names.trim() == "none" { Selection::NONE } else { Selection::parse(names) };
        selection.own = own.iter().cloned().map(OwnRule::Regex).collect();
        Self::of(&selection)
    }

    pub fn of(selection: &Selection) -> Result<Self, RuleError> {
        let none = *selection == Selection::NONE;
        Ok(Self(if none { None } else { Some(Redactor::new(selection)?) }))
    }

    /// Looks at some entries of a stream.
    pub fn scan(&mut self, labels: &Labels, batch: &Batch) {
        if let Some(redactor) = &mut self.0 {
            redactor.scan(labels, batch);
        }
    }

    pub fn scan_sessions(&mut self, sessions: &Sessions) {
        if let Some(redactor) = &mut self.0 {
            redactor.scan_sessions(sessions);
        }
    }

    /// Some entries of a stream as they go into the file; everything was looked at before.
    pub fn rewrite(&mut self, labels: &Labels, batch: &Batch) -> (Labels, Batch) {
        match &mut self.0 {
            Some(redactor) => (redactor.rewrite_labels(labels), redactor.rewrite_batch(batch)),
            None => (labels.clone(), batch.clone()),
        }
    }

    /// What goes into the file from its [rewritten](Self::rewrite) streams. Two of them may have
    /// become one.
    pub fn finish(
        &mut self,
        rewritten: BTreeMap<Labels, Vec<Batch>>,
        sessions: &Sessions,
        warnings: &[String],
    ) -> Gathered {
        let one = |mut all: Vec<Batch>| match all.pop() {
            Some(only) if all.is_empty() => only,
            last => {
                all.extend(last);
                distinct(&all)
            }
        };
        Gathered {
            streams: rewritten.into_iter().map(|(labels, all)| (labels, one(all))).collect(),
            sessions: match &mut self.0 {
                Some(redactor) => redactor.rewrite_sessions(sessions),
                None => sessions.clone(),
            },
            warnings: warnings.iter().map(|warning| self.text(warning)).collect(),
        }
    }

    /// Everything anew, without what the rules find. All is looked at before anything is written:
    /// what one line tells is then known in all.
    pub fn apply(&mut self, gathered: Gathered) -> Gathered {
        if self.0.is_none() {
            return gathered;
        }
        let Gathered { streams, sessions, warnings } = gathered;
        for (labels, batch) in &streams {
            self.scan(labels, batch);
        }
        self.scan_sessions(&sessions);
        let mut rewritten: BTreeMap<Labels, Vec<Batch>> = BTreeMap::new();
        for (labels, batch) in streams {
            let (labels, batch) = self.rewrite(&labels, &batch);
            rewritten.entry(labels).or_default().push(batch);
        }
        self.finish(rewritten, &sessions, &warnings)
    }

    pub fn query(&mut self, query: &str) -> String {
        match &mut self.0 {
            Some(redactor) => redactor.rewrite_query(query).to_string(),
            None => query.to_owned(),
        }
    }

    pub fn text(&mut self, text: &str) -> String {
        match &mut self.0 {
            Some(redactor) => redactor.rewrite_text(text).into_owned(),
            None => text.to_owned(),
        }
    }

    /// What each rule that ran found, with originals in it: to be looked at, never for the file.
    pub fn findings(&self) -> Vec<RuleFindings> {
        self.0.as_ref().map(Redactor::findings).unwrap_or_default()
    }

    /// Which rules ran, and how many texts each replaced; empty: none ran.
    pub fn runs(&self) -> Vec<RuleRun> {
        let Some(redactor) = &self.0 else { return Vec::new() };
        let rules = redactor.report().rules;
        rules.into_iter().map(|run| RuleRun { rule: run.rule, count: run.count }).collect()
    }
}
