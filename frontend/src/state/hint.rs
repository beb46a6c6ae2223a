use crate::engine::message::Id;

/// "In any case there is much more": what an exact-case search may have missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub id: Id,
    /// What was looked for.
    pub words: String,
    /// The same query ignoring case.
    pub text: String,
    /// Lines it finds; None as long as it is counted.
    pub found: Option<u64>,
}

impl Hint {
    /// Whether it is worth saying: the exact search finds little where the other finds much.
    pub fn is_worth_saying(&self, exact: u64) -> bool {
        self.found.is_some_and(|found| {
            found > exact && (exact == 0 || (found >= exact.saturating_mul(2) && found - exact > 9))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_large_difference_is_said() {
        for (exact, found, said) in [
            (0, Some(1), true),
            (0, Some(0), false),
            (3, Some(132), true),
            (106, Some(110), false),
            (100, Some(200), true),
            (1, Some(3), false),
            (5, None, false),
        ] {
            let hint = Hint { id: 0, words: String::new(), text: String::new(), found };
            assert_eq!(hint.is_worth_saying(exact), said, "{exact} {found:?}");
        }
    }
}
