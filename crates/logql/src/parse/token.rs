use crate::{QueryError, Span};

/// One word of a query, with where it stood.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    pub kind: Kind<'a>,
    pub text: &'a str,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind<'a> {
    /// A name or a keyword; which of the two only the grammar knows.
    Ident(&'a str),
    /// Without its quotes, escapes resolved.
    Text(String),
    Number {
        value: f64,
        /// `0x1F`: read in label filters only, as Loki does.
        hex: bool,
    },
    /// `1h30m`, in nanoseconds.
    Duration(i64),
    /// `5KB`
    Bytes(u64),
    /// `[5m]`, in nanoseconds.
    Range(i64),
    /// `--strict`
    Flag(&'a str),
    Symbol(&'static str),
    Comment,
    /// What no query can hold here; the error is reported when the grammar arrives at it, so that
    /// an earlier mistake is named first.
    Bad(Box<QueryError>),
    End,
}

impl Token<'_> {
    pub fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.kind, Kind::Symbol(s) if s == symbol)
    }

    /// Keywords are read in any case, as Loki reads them.
    pub fn is_word(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Ident(name) if name.eq_ignore_ascii_case(word))
    }
}
