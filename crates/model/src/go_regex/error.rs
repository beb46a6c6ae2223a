use super::MAX_REGEX_BYTES;

/// A pattern that cannot be searched for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegexError {
    #[error("{pattern:?} is not a valid regular expression")]
    Invalid { pattern: String },
    #[error(
        "the regular expression {shown:?} takes more than {} MiB, expected a shorter one or \
         smaller repetitions",
        MAX_REGEX_BYTES >> 20
    )]
    TooLarge {
        /// How the pattern begins.
        shown: String,
    },
}

impl RegexError {
    pub(super) fn invalid(pattern: &str) -> Self {
        Self::Invalid { pattern: pattern.to_owned() }
    }

    pub(super) fn new(pattern: &str, error: &regex::Error) -> Self {
        match error {
            regex::Error::CompiledTooBig(_) => {
                let mut shown: String = pattern.chars().take(40).collect();
                if shown.len() < pattern.len() {
                    shown.push('…');
                }
                Self::TooLarge { shown }
            }
            _ => Self::invalid(pattern),
        }
    }
}
