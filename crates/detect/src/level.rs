use serde::{Deserialize, Serialize};

/// How severe a record says it is: the value of the label `level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

/// Every word and letter that stands for a level, in lower case.
const WORDS: [(&str, Level); 28] = [
    ("trace", Level::Debug),
    ("trac", Level::Debug),
    ("debug", Level::Debug),
    ("debu", Level::Debug),
    ("verbose", Level::Debug),
    ("d", Level::Debug),
    ("v", Level::Debug),
    ("info", Level::Info),
    ("i", Level::Info),
    ("notice", Level::Info),
    ("success", Level::Info),
    ("system", Level::Info),
    ("warning", Level::Warning),
    ("warn", Level::Warning),
    ("w", Level::Warning),
    ("error", Level::Error),
    ("erro", Level::Error),
    ("err", Level::Error),
    ("e", Level::Error),
    ("critical", Level::Critical),
    ("crit", Level::Critical),
    ("fatal", Level::Critical),
    ("fatl", Level::Critical),
    ("fata", Level::Critical),
    ("panic", Level::Critical),
    ("pani", Level::Critical),
    ("emerg", Level::Critical),
    ("f", Level::Critical),
];

impl Level {
    /// The value of the label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }

    /// Reads a level word of any case (`WARN`, `warning`, `Fatal`, `E`), for places where only a
    /// level can stand.
    pub fn from_word(word: &[u8]) -> Option<Self> {
        WORDS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes())).map(|(_, l)| *l)
    }

    /// Syslog's severities: 0 is the worst, 7 is debugging.
    pub(crate) fn from_severity(severity: u32) -> Option<Self> {
        Some(match severity {
            0..=2 => Self::Critical,
            3 => Self::Error,
            4 => Self::Warning,
            5 | 6 => Self::Info,
            7 => Self::Debug,
            _ => return None,
        })
    }

    /// Whether `word` says more than the level's own name and is worth keeping (`WARN`, `SUCCESS`,
    /// but not `INFO`).
    pub(crate) fn differs_from(self, word: &[u8]) -> bool {
        !word.eq_ignore_ascii_case(self.as_str().as_bytes())
    }
}

/// The level word in capitals that `text` starts with, as Python's logging and its kin print it,
/// and what follows the word.
pub(crate) fn leading_word(text: &[u8]) -> Option<(Level, &[u8], &[u8])> {
    const UPPER: [(&[u8], Level); 10] = [
        (b"INFO", Level::Info),
        (b"DEBUG", Level::Debug),
        (b"WARNING", Level::Warning),
        (b"ERROR", Level::Error),
        (b"WARN", Level::Warning),
        (b"CRITICAL", Level::Critical),
        (b"TRACE", Level::Debug),
        (b"SUCCESS", Level::Info),
        (b"NOTICE", Level::Info),
        (b"FATAL", Level::Critical),
    ];
    UPPER.iter().find_map(|(word, level)| {
        let rest = text.strip_prefix(*word)?;
        Some((*level, *word, rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_case_name_a_level() {
        for (word, level) in [
            ("INFO", Some(Level::Info)),
            ("Warn", Some(Level::Warning)),
            ("FATL", Some(Level::Critical)),
            ("E", Some(Level::Error)),
            ("Information", None),
            ("", None),
        ] {
            assert_eq!(Level::from_word(word.as_bytes()), level, "{word:?}");
        }
    }

    #[test]
    fn a_leading_word_is_read_whole() {
        let (level, word, rest) = leading_word(b"WARNING: disk").unwrap();
        assert_eq!((level, word, rest), (Level::Warning, &b"WARNING"[..], &b": disk"[..]));
        assert!(leading_word(b"info x").is_none());
    }
}
