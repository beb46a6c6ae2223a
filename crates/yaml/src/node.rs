use std::fmt;
use std::sync::Arc;

/// A place in a file, both counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A value of a file and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    pub mark: Mark,
    pub kind: Kind,
}

/// What a value is. What an alias repeats is shared, not copied.
#[derive(Clone, Debug)]
pub enum Kind {
    Scalar {
        text: String,
        /// Written without quotes, so that it may be a number, a truth value or nothing.
        is_plain: bool,
    },
    List(Vec<Arc<Node>>),
    /// In the order of the file, each key once.
    Map(Vec<(Arc<Node>, Arc<Node>)>),
}

impl Node {
    /// The value of a key of a mapping.
    pub fn get(&self, name: &str) -> Option<&Arc<Self>> {
        let Kind::Map(pairs) = &self.kind else { return None };
        pairs.iter().find(|(key, _)| key.text() == Some(name)).map(|(_, value)| value)
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Arc<Self>] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Scalar { .. } | Kind::Map(_) => &[],
        }
    }

    /// Whether nothing was written: `key:`, `~` or `null`.
    pub fn is_null(&self) -> bool {
        matches!(
            &self.kind,
            Kind::Scalar { text, is_plain: true }
                if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
        )
    }
}
