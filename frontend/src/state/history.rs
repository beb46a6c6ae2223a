//! The queries that ran before, for who wants one of them again.

/// So many are kept.
const MAX_QUERIES: usize = 100;
/// Longer ones are not: a browser's storage is small.
const MAX_BYTES: usize = 4_000;

/// The newest first, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    queries: Vec<String>,
}

impl History {
    /// As the browser stored it; what cannot be read is nothing.
    pub fn restore(stored: &str) -> Self {
        let mut queries: Vec<String> = serde_json::from_str(stored).unwrap_or_default();
        queries.truncate(MAX_QUERIES);
        Self { queries }
    }

    /// The newest first.
    pub fn into_queries(self) -> Vec<String> {
        self.queries
    }

    pub fn stored(&self) -> String {
        // Texts in a list: this cannot fail.
        serde_json::to_string(&self.queries).unwrap_or_default()
    }

    /// With a query that ran; an empty one is nothing to come back to.
    #[must_use]
    pub fn with(&self, query: &str) -> Self {
        let query = query.trim();
        if query.is_empty() || query.len() > MAX_BYTES {
            return self.clone();
        }
        let older = self.queries.iter().filter(|known| *known != query).cloned();
        Self { queries: [query.to_owned()].into_iter().chain(older).take(MAX_QUERIES).collect() }
    }
}

/// Where somebody is who leafs through the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leafing {
    /// The place in the history, the newest first; None: at what was being typed.
    at: Option<usize>,
    /// What was being typed when it began.
    typed: String,
}

impl Leafing {
    /// One query back or forth from `shown`: where that is, and its text. None at either end.
    pub fn step(&self, history: &History, shown: &str, back: bool) -> Option<(Self, String)> {
        // What was changed since is typed anew.
        let here = self.at.and_then(|at| history.queries.get(at)).is_some_and(|at| at == shown);
        let (at, typed) =
            if here { (self.at, self.typed.clone()) } else { (None, shown.to_owned()) };
        let found = if back {
            let from = at.map_or(0, |at| at + 1);
            // The query that stands there already would look as if nothing happened.
            (from..history.queries.len()).find(|at| history.queries[*at] != shown)
        } else {
            at?.checked_sub(1)
        };
        match found {
            Some(found) => {
                let query = history.queries.get(found)?.clone();
                Some((Self { at: Some(found), typed }, query))
            }
            None if back => None,
            None => Some((Self::default(), typed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(queries: &[&str]) -> History {
        queries.iter().fold(History::default(), |history, query| history.with(query))
    }

    #[test]
    fn each_query_is_kept_once_the_newest_first() {
        let history = history(&["a", "b", " a ", "", "  "]);
        assert_eq!(history.queries, ["a", "b"]);
        assert_eq!(History::restore(&history.stored()), history);
        for broken in ["", "{}", "[1]", "no json"] {
            assert_eq!(History::restore(broken), History::default(), "{broken}");
        }
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let many = (0..500).fold(History::default(), |all, n| all.with(&n.to_string()));
        assert_eq!(many.queries.len(), MAX_QUERIES);
        assert_eq!(many.queries[0], "499");
        assert_eq!(many.with(&"x".repeat(MAX_BYTES + 1)), many);
    }

    #[test]
    fn who_leafs_comes_back_to_what_was_being_typed() {
        let history = history(&["a", "b", "c"]);
        let mut leafing = Leafing::default();
        let mut shown = "ne".to_owned();
        for (back, expected) in [
            (true, Some("c")),
            (true, Some("b")),
            (true, Some("a")),
            (true, None),
            (false, Some("b")),
            (false, Some("c")),
            (false, Some("ne")),
            (false, None),
        ] {
            let step = leafing.step(&history, &shown, back);
            assert_eq!(step.as_ref().map(|(_, query)| query.as_str()), expected, "{back}");
            if let Some((next, query)) = step {
                (leafing, shown) = (next, query);
            }
        }
        let ran = Leafing::default().step(&history, "c", true);
        assert_eq!(ran.map(|(_, query)| query).as_deref(), Some("b"));
    }
}
