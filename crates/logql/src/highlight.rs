use serde::{Deserialize, Serialize};

use crate::Span;
use crate::parse::{Kind, Word, compares, is_function, lex, stage_names, stands_alone};

/// What a piece of a query is, for colouring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Token {
    Blank,
    Comment,
    /// The name of a label or field.
    Label,
    /// A text in quotes, closed or not.
    String,
    Number,
    Duration,
    /// `rate`, `sum`, `ip` …
    Function,
    /// Stages, `by`, `and`, `offset`, `--strict` …
    Keyword,
    /// What compares, filters or calculates.
    Operator,
    Punctuation,
    /// What can stand nowhere.
    Error,
}

/// Cuts `text` into pieces to colour: in order, without gaps, from the first byte to the last,
/// whatever the text is.
pub fn highlight(text: &str) -> Vec<(Span, Token)> {
    let words = lex(text);
    let grammar: Vec<&Word<'_>> =
        words.iter().filter(|word| !matches!(word.kind, Kind::Comment)).collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut position: usize = 0;
    for word in &words {
        push(&mut pieces, Span::new(at, word.span.start), Token::Blank);
        at = word.span.end;
        if matches!(word.kind, Kind::Comment) {
            push(&mut pieces, word.span, Token::Comment);
            continue;
        }
        let before = position.checked_sub(1).and_then(|at| grammar.get(at)).copied();
        word_pieces(&mut pieces, word, before, grammar.get(position + 1).copied());
        position += 1;
    }
    pieces
}

fn push(pieces: &mut Vec<(Span, Token)>, span: Span, token: Token) {
    if span.start < span.end {
        pieces.push((span, token));
    }
}

fn word_pieces(
    pieces: &mut Vec<(Span, Token)>,
    word: &Word<'_>,
    before: Option<&Word<'_>>,
    after: Option<&Word<'_>>,
) {
    let span = word.span;
    let token = match &word.kind {
        Kind::Comment => Token::Comment,
        Kind::Text(_) => Token::String,
        Kind::Number { .. } | Kind::Bytes(_) => Token::Number,
        Kind::Duration(_) => Token::Duration,
        Kind::Flag(_) => Token::Keyword,
        Kind::Symbol("(" | ")" | "{" | "}" | "," | "]") => Token::Punctuation,
        Kind::Symbol("." | ";" | "&" | "!" | "~" | "@" | ":") => Token::Error,
        Kind::Symbol(_) => Token::Operator,
        Kind::Ident(name) => name_token(name, before, after),
        Kind::Range(_) => return brackets(pieces, word),
        // What is not yet closed is not yet wrong.
        Kind::Bad(_) if word.text.starts_with('[') => return brackets(pieces, word),
        Kind::Bad(_) if word.text.starts_with(['"', '`']) => Token::String,
        Kind::Bad(_) => Token::Error,
        Kind::End => return,
    };
    push(pieces, span, token);
}

/// `[5m]`
fn brackets(pieces: &mut Vec<(Span, Token)>, word: &Word<'_>) {
    let Span { start, end } = word.span;
    let closed = usize::from(word.text.len() > 1 && word.text.ends_with(']'));
    let good = matches!(word.kind, Kind::Range(_)) || closed == 0;
    push(pieces, Span::new(start, start + 1), Token::Punctuation);
    let inner = if good { Token::Duration } else { Token::Error };
    push(pieces, Span::new(start + 1, end - closed), inner);
    push(pieces, Span::new(end - closed, end), Token::Punctuation);
}

const KEYWORDS: [&str; 12] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "bool",
    "offset",
    "and",
    "or",
    "unless",
    "unwrap",
];

fn name_token(name: &str, before: Option<&Word<'_>>, after: Option<&Word<'_>>) -> Token {
    let lower = name.to_lowercase();
    let called = after.is_some_and(|word| word.is_symbol("("));
    let compared = after.is_some_and(compares);
    let piped = before.is_some_and(|word| word.is_symbol("|"));
    let grouped = after.is_some_and(|word| word.is_word("by") || word.is_word("without"));
    if (called || grouped) && is_function(&lower) {
        return Token::Function;
    }
    let in_list = before.is_some_and(|word| word.is_symbol("(") || word.is_symbol(","));
    if piped && !compared && stage_names().contains(&lower.as_str()) {
        return Token::Keyword;
    }
    let stage_then_filter = piped
        && stands_alone(&lower)
        && after.is_some_and(|word| word.is_symbol("!=") || word.is_symbol("!~"));
    if stage_then_filter {
        return Token::Keyword;
    }
    if KEYWORDS.contains(&lower.as_str()) && !compared && !in_list {
        return Token::Keyword;
    }
    Token::Label
}
