//! Where in a query the cursor stands. Read from its words rather than from a tree, since what is
//! being written is rarely a whole query.

use logql::{Span, Token};
use model::{MatchOp, Matcher};

/// What may be written at the cursor.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// An expression begins; `within` is the function whose argument it is.
    Start {
        within: Option<String>,
    },
    /// A label of a selector that has the matchers `given` already.
    LabelName {
        given: Vec<Matcher>,
    },
    LabelOp,
    LabelValue {
        label: String,
        regex: bool,
        given: Vec<Matcher>,
    },
    /// After a selector or a stage: the next one.
    Pipe,
    /// After a `|`.
    Stage,
    FieldName,
    FieldOp,
    FieldValue {
        name: String,
    },
    Unwrap,
    /// A label of `by (…)`.
    Grouping,
    /// Within the braces of a template.
    Template,
    /// Within `[…]`.
    Range,
    /// After the closing parenthesis of a function.
    AfterCall {
        aggregation: bool,
    },
}

/// The cursor's place and the word it stands in.
pub(super) struct Here {
    pub place: Place,
    /// The word that is being written, up to its end.
    pub span: Span,
    /// The part of it before the cursor.
    pub typed: String,
    /// Whether the cursor stands at the start or behind a blank: a next word may begin.
    pub blank: bool,
}

/// None in comments, in the texts of filters, and where only punctuation is missing.
pub(super) fn here(text: &str, cursor: usize) -> Option<Here> {
    text.get(..cursor)?;
    let pieces = logql::highlight(text);
    let part = |span: Span| text.get(span.start..span.end).unwrap_or_default();
    let mut walk = Walk::default();
    let mut word = None;
    for (span, token) in pieces {
        if span.start >= cursor {
            break;
        }
        if token == Token::Blank {
            continue;
        }
        if holds(token, part(span), span, cursor) {
            if token == Token::Comment {
                return None;
            }
            word = Some((span, token));
            break;
        }
        if token != Token::Comment {
            walk.step(part(span), token);
        }
    }
    let (span, token) = word.unwrap_or((Span::new(cursor, cursor), Token::Blank));
    let typed = text.get(span.start..cursor).unwrap_or_default();
    let place = walk.place()?;
    if token == Token::String {
        return in_string(&walk, place, text, span, typed);
    }
    let before = text.get(..cursor).unwrap_or_default();
    let blank = typed.is_empty() && !before.ends_with(|c: char| !c.is_whitespace());
    Some(Here { place, span, typed: typed.to_owned(), blank })
}

/// Whether the cursor stands in this word or right behind it, and it may go on.
fn holds(token: Token, part: &str, span: Span, cursor: usize) -> bool {
    if cursor > span.end {
        return false;
    }
    match token {
        Token::String => cursor < span.end || !is_closed(part),
        Token::Comment => cursor < span.end || part.starts_with(['#', '/']) && !part.ends_with('/'),
        // A window without its unit is a mistake as long as it is being written.
        Token::Label
        | Token::Function
        | Token::Keyword
        | Token::Duration
        | Token::Number
        | Token::Error => true,
        _ => false,
    }
}

fn is_closed(text: &str) -> bool {
    text.len() > 1 && text.chars().next() == text.chars().next_back()
}

/// Within quotes only values of labels and fields, and the names in templates, can be known.
fn in_string(walk: &Walk, place: Place, text: &str, span: Span, typed: &str) -> Option<Here> {
    let whole = text.get(span.start..span.end).unwrap_or_default();
    match place {
        Place::LabelValue { .. } | Place::FieldValue { .. } => {
            // A quote that is not closed yet swallows what follows: that stays.
            let after = whole.get(typed.len()..).unwrap_or_default();
            let end = if is_closed(whole) && !after.contains([',', '{', '}', '|', '\n']) {
                span.end
            } else {
                span.start + typed.len()
            };
            let span = Span::new(span.start, end);
            Some(Here { place, span, typed: typed.to_owned(), blank: false })
        }
        _ if walk.writes_template() => {
            let open = typed.rfind("{{").map(|at| at + 2)?;
            let inside = typed.get(open..)?;
            let name = inside.rfind('.').map(|at| at + 1).filter(|_| !inside.contains("}}"))?;
            let begun = inside.get(name..)?;
            begun.chars().all(|c| c.is_alphanumeric() || c == '_').then(|| Here {
                place: Place::Template,
                span: Span::new(span.start + open + name, span.start + typed.len()),
                typed: begun.to_owned(),
                blank: false,
            })
        }
        _ => None,
    }
}

/// What the words before the cursor have opened.
#[derive(Default)]
struct Walk {
    whole: Frame,
    frames: Vec<Frame>,
    last: Last,
}

/// One level of parentheses or braces.
#[derive(Clone, Debug, Default)]
struct Frame {
    kind: FrameKind,
    /// A selector stands in it, so that stages follow.
    piped: bool,
    /// The stage that was begun last.
    stage: Option<String>,
    /// The label or field that was named last.
    name: Option<String>,
    op: String,
    given: Vec<Matcher>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum FrameKind {
    #[default]
    Whole,
    Selector,
    Call(String),
    Grouping,
    /// Parentheses of arithmetic or of a condition.
    Parens,
    Brackets,
}

/// The word before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Nothing,
    Open,
    Comma,
    Name,
    Compare,
    LineFilter,
    Pipe,
    Stage,
    Function(String),
    GroupingWord,
    /// `+`, `and` … between two expressions or conditions.
    Between,
    /// A closed selector, stage, value or text.
    Done,
    Closed {
        aggregation: bool,
    },
}

impl Walk {
    fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().unwrap_or(&mut self.whole)
    }

    fn inner(&self) -> &Frame {
        self.frames.last().unwrap_or(&self.whole)
    }

    fn open(&mut self, kind: FrameKind) {
        // Conditions in parentheses belong to the stages around them.
        let piped = kind == FrameKind::Parens && self.top().piped;
        self.frames.push(Frame { kind, piped, ..Frame::default() });
        self.last = Last::Open;
    }

    fn close(&mut self) {
        self.last = match self.frames.pop().map(|frame| frame.kind) {
            Some(FrameKind::Selector) => {
                self.top().piped = true;
                Last::Done
            }
            Some(FrameKind::Call(name)) if self.top().piped && is_conversion(&name) => Last::Done,
            Some(FrameKind::Call(name)) => {
                Last::Closed { aggregation: super::words::is_aggregation(&name) }
            }
            Some(FrameKind::Grouping) => Last::Closed { aggregation: false },
            _ => Last::Done,
        };
    }

    fn step(&mut self, text: &str, token: Token) {
        match (token, text) {
            (_, "{") => self.open(FrameKind::Selector),
            (_, "(") => {
                let kind = match std::mem::take(&mut self.last) {
                    Last::Function(name) => FrameKind::Call(name),
                    Last::GroupingWord => FrameKind::Grouping,
                    _ => FrameKind::Parens,
                };
                self.open(kind);
            }
            (Token::Punctuation, "[") => self.open(FrameKind::Brackets),
            (_, "}" | ")" | "]") => self.close(),
            (_, ",") => self.last = Last::Comma,
            (Token::Operator, "|") => {
                self.top().stage = None;
                self.last = Last::Pipe;
            }
            (Token::Operator, _) => self.operator(text),
            (Token::Function, _) => self.last = Last::Function(text.to_lowercase()),
            (
                Token::Keyword,
                "by" | "without" | "on" | "ignoring" | "group_left" | "group_right",
            ) => {
                self.last = Last::GroupingWord;
            }
            (Token::Keyword, "and" | "or" | "unless" | "bool") => self.last = Last::Between,
            (Token::Keyword, _) if self.last == Last::Pipe => {
                self.top().stage = Some(text.to_lowercase());
                self.last = Last::Stage;
            }
            (Token::Label, _) => {
                self.top().name = Some(text.to_owned());
                self.last = Last::Name;
            }
            (Token::String | Token::Number | Token::Duration, _) => self.value(text),
            _ => {}
        }
    }

    fn operator(&mut self, text: &str) {
        let compares = self.last == Last::Name;
        let frame = self.top();
        text.clone_into(&mut frame.op);
        self.last = if compares {
            Last::Compare
        } else if frame.piped && matches!(text, "|=" | "|~" | "|>" | "!=" | "!~" | "!>") {
            frame.stage = None;
            Last::LineFilter
        } else {
            frame.piped = false;
            Last::Between
        };
    }

    fn value(&mut self, text: &str) {
        let frame = self.top();
        if frame.kind == FrameKind::Selector
            && let Some(name) = frame.name.take()
            && let Some(op) = match_op(&frame.op)
            && let Ok(matcher) = Matcher::new(name, op, text.trim_matches(['"', '`']))
        {
            frame.given.push(matcher);
        }
        self.last = Last::Done;
    }

    fn writes_template(&self) -> bool {
        matches!(self.inner().stage.as_deref(), Some("line_format" | "label_format"))
    }

    fn place(&self) -> Option<Place> {
        let frame = self.inner();
        let name = || frame.name.clone().unwrap_or_default();
        Some(match (&frame.kind, &self.last) {
            (FrameKind::Selector, Last::Open | Last::Comma) => {
                Place::LabelName { given: frame.given.clone() }
            }
            (FrameKind::Selector, Last::Name) => Place::LabelOp,
            (FrameKind::Selector, Last::Compare) => Place::LabelValue {
                label: name(),
                regex: frame.op.contains('~'),
                given: frame.given.clone(),
            },
            (FrameKind::Selector, _) => return None,
            (FrameKind::Grouping, Last::Open | Last::Comma) => Place::Grouping,
            (FrameKind::Grouping, _) => return None,
            (FrameKind::Brackets, Last::Open) => Place::Range,
            (FrameKind::Call(function), Last::Open) if is_conversion(function) => Place::FieldName,
            _ if frame.piped => return Self::piped(frame, &self.last),
            (_, Last::Nothing | Last::Between) => Place::Start { within: frame.called() },
            (_, Last::Open | Last::Comma) => Place::Start { within: frame.called() },
            (_, Last::Closed { aggregation }) => Place::AfterCall { aggregation: *aggregation },
            _ => return None,
        })
    }

    fn piped(frame: &Frame, last: &Last) -> Option<Place> {
        let stage = frame.stage.as_deref();
        let takes_names =
            matches!(stage, Some("drop" | "keep" | "label_format" | "json" | "logfmt"));
        Some(match last {
            Last::Pipe => Place::Stage,
            Last::Stage if stage == Some("unwrap") => Place::Unwrap,
            Last::Stage if matches!(stage, Some("drop" | "keep" | "label_format")) => {
                Place::FieldName
            }
            Last::Stage if matches!(stage, Some("line_format" | "pattern" | "regexp")) => {
                // Their text follows; a template in it has names.
                Place::Pipe
            }
            Last::Stage | Last::Done | Last::Closed { .. } => Place::Pipe,
            Last::Name if takes_names || stage == Some("unwrap") => Place::Pipe,
            Last::Name => Place::FieldOp,
            Last::Compare if stage == Some("label_format") => Place::FieldName,
            Last::Compare if stage.is_none() || matches!(stage, Some("drop" | "keep")) => {
                Place::FieldValue { name: frame.name.clone().unwrap_or_default() }
            }
            Last::Comma | Last::Between | Last::Open => Place::FieldName,
            _ => return None,
        })
    }
}

impl Frame {
    fn called(&self) -> Option<String> {
        match &self.kind {
            FrameKind::Call(name) => Some(name.clone()),
            _ => None,
        }
    }
}

fn is_conversion(name: &str) -> bool {
    matches!(name, "bytes" | "duration" | "duration_seconds")
}

fn match_op(text: &str) -> Option<MatchOp> {
    [MatchOp::Equal, MatchOp::NotEqual, MatchOp::Regex, MatchOp::NotRegex]
        .into_iter()
        .find(|op| op.as_str() == text)
}
