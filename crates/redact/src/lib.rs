//! Finds secrets and private text in log entries and replaces them by pseudonyms, pure.
//!
//! A report leaves the house in two passes. The first one, [`Redactor::scan`], looks at everything
//! that is going to be in it: the review screen shows what was found, and the redactor learns what
//! a host or a key is called, so that it is also found where nothing around it says so. The second
//! one, [`Redactor::rewrite_batch`], makes the entries that go into the file.
//!
//! ```
//! use redact::{Redactor, Selection};
//!
//! let mut redactor = Redactor::new(&Selection::default())?;
//! redactor.scan_line(b"10.0.0.5 asked with key sk-proj-abcdefghijklmnop0123");
//! let line = redactor.rewrite(b"10.0.0.5 asked with key sk-proj-abcdefghijklmnop0123");
//! assert_eq!(&*line, b"ip-1 asked with key key-1");
//! assert!(redactor.report().rules.iter().any(|run| run.rule == "ip" && run.count == 1));
//! # Ok::<(), redact::RuleError>(())
//! ```
//!
//! Rules err on the side of hiding where a value stands behind a word that means a secret, and on
//! the side of keeping where a number only looks like an address: a report without version numbers
//! is of no use. What a rule cannot know it does not find, so nobody may call a result safe; the
//! report says which rules ran and how often.
//!
//! What a text was before is held in memory, to give the same text the same pseudonym, and nowhere
//! else: the pseudonyms are counted, not computed, so nothing can be tried against them.

mod ansi;
mod batch;
mod catalogue;
mod engine;
mod find;
mod findings;
mod known;
mod named;
mod names;
mod query;
mod redactor;
mod rule;
mod spans;

pub use findings::{Finding, RuleFindings, RuleRun, RunReport, Sample};
pub use redactor::Redactor;
pub use rule::{Family, Group, OwnRule, RuleError, RuleInfo, Selection, rules};
