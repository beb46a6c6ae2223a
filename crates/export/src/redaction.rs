use std::collections::BTreeMap;

use model::{Batch, Labels};
use redact::{OwnRule, Redactor, RuleError, RuleFindings, Selection};
use report::RuleRun;

use crate::Gathered;
use crate::pick::distinct;

/// What hides secrets and private text on the way into the file; None: nothing does.
#[derive(Debug)]
pub struct Redaction(Option<Redactor>);

impl Redaction {
    /// `names` as typed: rules and groups, or `none`; `own` are regular expressions.
    pub fn new(names: &str, own: &[String]) -> Result<Self, RuleError> {
        let mut selection =
            if names.trim() == "none" { Selection::NONE } else { Selection::parse(names) };
        selection.own = own.iter().cloned().map(OwnRule::Regex).collect();
        if selection == Selection::NONE {
            return Ok(Self(None));
        }
        Ok(Self(Some(Redactor::new(&selection)?)))
    }

    /// Everything anew, without what the rules find. All is looked at before anything is written:
    /// what one line tells is then known in all.
    pub fn apply(&mut self, gathered: Gathered) -> Gathered {
        let Some(redactor) = &mut self.0 else { return gathered };
        let Gathered { streams, sessions, warnings } = gathered;
        for (labels, batch) in &streams {
            redactor.scan(labels, batch);
        }
        redactor.scan_sessions(&sessions);
        let mut rewritten: BTreeMap<Labels, Vec<Batch>> = BTreeMap::new();
        for (labels, batch) in streams {
            let labels = redactor.rewrite_labels(&labels);
            rewritten.entry(labels).or_default().push(redactor.rewrite_batch(&batch));
        }
        let sessions = redactor.rewrite_sessions(&sessions);
        let warnings = warnings.iter().map(|w| redactor.rewrite_text(w).into_owned()).collect();
        // Two streams may have become one.
        let streams = rewritten.into_iter().map(|(labels, all)| (labels, distinct(&all))).collect();
        Gathered { streams, sessions, warnings }
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
