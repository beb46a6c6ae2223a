/// A pattern that cannot be searched for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegexError {
    #[error("{pattern:?} is not a valid regular expression")]
    Invalid { pattern: String },
    #[error("the regular expression {shown:?} takes too much memory, expected a shorter one")]
    TooLarge {
        /// How the pattern begins, which takes more than `MAX_REGEX_BYTES`.
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
