use std::ops::Range;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::catalogue::CATALOGUE;

/// What a set of rules is about; what `--redact default,prompts` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Keys, credentials, addresses, home folders.
    Default,
    /// Names of machines.
    Hosts,
    /// What people had an AI application say, draw or answer.
    Prompts,
    /// Rules of the user.
    Own,
}

impl Group {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Hosts => "hosts",
            Self::Prompts => "prompts",
            Self::Own => "own",
        }
    }
}

/// What a replaced text was, as its pseudonym says it: `ip-1`, `user-3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    Key,
    User,
    Email,
    Ip,
    Host,
    Text,
    Private,
}

impl Family {
    pub(crate) const ALL: [Self; 7] =
        [Self::Key, Self::User, Self::Email, Self::Ip, Self::Host, Self::Text, Self::Private];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::User => "user",
            Self::Email => "email",
            Self::Ip => "ip",
            Self::Host => "host",
            Self::Text => "text",
            Self::Private => "private",
        }
    }
}

/// A rule as lists and the review screen show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RuleInfo {
    /// Stable: reports and links name rules by it.
    pub id: &'static str,
    pub group: Group,
    pub family: Family,
    /// Whether it runs when nothing was chosen.
    pub on: bool,
    /// The key of its name in the locales.
    pub name_key: &'static str,
}

/// Every rule that is built in, in the order of the review screen.
pub fn rules() -> impl Iterator<Item = RuleInfo> {
    CATALOGUE.iter().map(|rule| rule.info)
}

/// What a rule does with a line.
pub(crate) enum Finder {
    /// Every group that took part in a match is a place, if `accept` agrees; it may also narrow it.
    Pattern { pattern: &'static str, accept: Accept },
    /// Places found by hand where a regular expression would be slow or could not tell.
    Code(fn(&[u8], &mut Vec<Place>)),
}

/// `(line, the whole match, the group)` → what of the group is to be hidden.
pub(crate) type Accept = fn(&[u8], Range<usize>, Range<usize>) -> Option<Range<usize>>;

/// A stretch of a line to be hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub span: Range<usize>,
    pub family: Family,
}

/// When a rule has to look at a line at all.
pub(crate) enum Anchor {
    /// One of these words is in it, in ASCII of any case.
    Words(&'static [&'static str]),
    /// Two numbers with a dot on both sides of the second one.
    Dots,
    /// Two colons close to each other.
    Colons,
}

pub(crate) struct Rule {
    pub info: RuleInfo,
    pub anchor: Anchor,
    pub finder: Finder,
}

/// A rule of the user: what was selected in a line, or a regular expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OwnRule {
    /// Every occurrence of the text, whatever stands around it.
    Text(String),
    /// In LogQL's syntax (RE2). With groups only what they hold is hidden, else the whole match.
    Regex(String),
}

/// Which rules run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Ids of rules and names of groups; in this order, `-id` takes out again.
    pub names: Vec<String>,
    pub own: Vec<OwnRule>,
}

impl Default for Selection {
    fn default() -> Self {
        Self { names: vec!["default".into(), "hosts".into()], own: Vec::new() }
    }
}

impl Selection {
    /// No rule at all.
    pub const NONE: Self = Self { names: Vec::new(), own: Vec::new() };

    /// As the command line writes it: `default,prompts,-ip`.
    pub fn parse(text: &str) -> Self {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        Self { names: names.map(str::to_owned).collect(), own: Vec::new() }
    }

    /// By the place in the catalogue, whether the rule runs.
    pub(crate) fn chosen(&self) -> Result<Vec<bool>, RuleError> {
        let mut chosen = vec![false; CATALOGUE.len()];
        for name in &self.names {
            let (word, on) = match name.strip_prefix('-') {
                Some(word) => (word, false),
                None => (name.as_str(), true),
            };
            let mut known = false;
            for (rule, chosen) in CATALOGUE.iter().zip(&mut chosen) {
                let by_group = rule.info.group.name() == word && (rule.info.on || !on);
                if by_group || rule.info.id == word || word == "all" {
                    *chosen = on;
                    known = true;
                }
            }
            if !known {
                return Err(RuleError::Unknown { name: word.to_owned(), known: known_names() });
            }
        }
        Ok(chosen)
    }
}

fn known_names() -> String {
    let mut names = vec!["all", "default", "hosts", "prompts"];
    names.extend(rules().map(|rule| rule.id));
    names.join(", ")
}

/// A choice of rules that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RuleError {
    #[error("no redaction rule or group is called {name:?}, there are: {known}")]
    Unknown { name: String, known: String },
    #[error("own redaction rule {rule:?} is not a regular expression: {problem}")]
    Regex { rule: String, problem: String },
    #[error("own redaction rule {rule:?} matches the empty text, which would hide nothing")]
    Empty { rule: String },
}
