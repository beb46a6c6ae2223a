use super::parse::TemplateError;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    Text(String),
    /// What stands between `{{` and `}}`.
    Action(Vec<Token>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// Where in the template it stands, in bytes.
    pub(crate) offset: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    Identifier(String),
    /// `.name`
    Field(String),
    /// `$name` without the `$`
    Variable(String),
    Text(String),
    Char(char),
    Number(String),
    Dot,
    Pipe,
    Open,
    Close,
    Comma,
    Declare,
    Assign,
    Space,
}

/// Takes a template apart. Offsets are bytes of `text`.
pub(crate) fn pieces(text: &str) -> Result<Vec<(usize, Piece)>, TemplateError> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut trim_start = false;
    while let Some(rest) = text.get(at..) {
        let open = rest.find("{{");
        let plain = rest.get(..open.unwrap_or(rest.len())).unwrap_or("");
        let trim_end = open.is_some_and(|open| {
            let inner = rest.get(open + 2..).unwrap_or("");
            inner.starts_with('-') && inner[1..].starts_with([' ', '\t', '\r', '\n'])
        });
        let mut kept = plain;
        if trim_start {
            kept = kept.trim_start_matches([' ', '\t', '\r', '\n']);
        }
        if trim_end {
            kept = kept.trim_end_matches([' ', '\t', '\r', '\n']);
        }
        if !kept.is_empty() {
            found.push((at, Piece::Text(kept.to_owned())));
        }
        let Some(open) = open else { break };
        let start = at + open + 2 + if trim_end { 2 } else { 0 };
        let (end, trims) = if text.get(start..).is_some_and(|t| t.trim_start().starts_with("/*")) {
            comment(text, start)?
        } else {
            let (tokens, end, trims) = action(text, start)?;
            found.push((start, Piece::Action(tokens)));
            (end, trims)
        };
        trim_start = trims;
        at = end;
    }
    Ok(found)
}

/// Reads over a comment; where it ends, and whether it trims what follows.
fn comment(text: &str, start: usize) -> Result<(usize, bool), TemplateError> {
    let rest = text.get(start..).unwrap_or("");
    let error = || TemplateError::new(start, "the comment does not end, expected */}}");
    let end = rest.find("*/").ok_or_else(error)? + 2;
    let after = rest.get(end..).unwrap_or("");
    if after.starts_with("}}") {
        Ok((start + end + 2, false))
    } else if let Some(trimmed) = after.trim_start().strip_prefix("-}}") {
        Ok((text.len() - trimmed.len(), true))
    } else {
        Err(error())
    }
}

/// Reads the tokens of an action up to its `}}`; where that ends, and whether it trims.
fn action(text: &str, start: usize) -> Result<(Vec<Token>, usize, bool), TemplateError> {
    let mut tokens = Vec::new();
    let mut at = start;
    loop {
        let rest = text.get(at..).unwrap_or("");
        let Some(c) = rest.chars().next() else {
            return Err(TemplateError::new(start, "the action does not end, expected }}"));
        };
        if rest.starts_with("}}") {
            return Ok((tokens, at + 2, false));
        }
        if c.is_ascii_whitespace() {
            let spaces = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            let after = rest.get(spaces..).unwrap_or("");
            if after.starts_with("-}}") {
                return Ok((tokens, at + spaces + 3, true));
            }
            tokens.push(Token { kind: TokenKind::Space, offset: at });
            at += spaces.max(1);
            continue;
        }
        let (kind, len) = token(rest, at)?;
        tokens.push(Token { kind, offset: at });
        at += len;
    }
}

fn token(rest: &str, at: usize) -> Result<(TokenKind, usize), TemplateError> {
    let error = |message: &str| TemplateError::new(at, message);
    let mut chars = rest.chars();
    let first = chars.next().unwrap_or(' ');
    let name_len =
        |text: &str| text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let simple = match first {
        '|' => Some(TokenKind::Pipe),
        '(' => Some(TokenKind::Open),
        ')' => Some(TokenKind::Close),
        ',' => Some(TokenKind::Comma),
        '=' => Some(TokenKind::Assign),
        _ => None,
    };
    if let Some(kind) = simple {
        return Ok((kind, 1));
    }
    match first {
        ':' if rest.starts_with(":=") => Ok((TokenKind::Declare, 2)),
        '.' if !chars.as_str().starts_with(|c: char| c.is_ascii_digit()) => {
            let name = rest.get(1..1 + name_len(chars.as_str())).unwrap_or("");
            if name.is_empty() {
                Ok((TokenKind::Dot, 1))
            } else {
                Ok((TokenKind::Field(name.to_owned()), 1 + name.len()))
            }
        }
        '$' => {
            let name = rest.get(1..1 + name_len(chars.as_str())).unwrap_or("");
            Ok((TokenKind::Variable(name.to_owned()), 1 + name.len()))
        }
        '`' => {
            let end = chars.as_str().find('`').ok_or_else(|| error("the text does not end"))?;
            Ok((TokenKind::Text(rest.get(1..=end).unwrap_or("").to_owned()), end + 2))
        }
        '"' => {
            let (text, len) =
                quoted(rest, '"').ok_or_else(|| error("the text is not ended well"))?;
            Ok((TokenKind::Text(text), len))
        }
        '\'' => {
            let wrong = || error("expected one character between the quotes");
            let (text, len) = quoted(rest, '\'').ok_or_else(wrong)?;
            let mut inner = text.chars();
            match (inner.next(), inner.next()) {
                (Some(c), None) => Ok((TokenKind::Char(c), len)),
                _ => Err(wrong()),
            }
        }
        '+' | '-' | '.' | '0'..='9' => {
            let len = number_len(rest);
            Ok((TokenKind::Number(rest.get(..len).unwrap_or("").to_owned()), len))
        }
        c if c.is_alphabetic() || c == '_' => {
            let name = rest.get(..name_len(rest)).unwrap_or("");
            Ok((TokenKind::Identifier(name.to_owned()), name.len()))
        }
        c => Err(error(&format!("{c:?} has no meaning here"))),
    }
}

fn number_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let hex = matches!(text.get(at..at + 2), Some("0x" | "0X"));
    while let Some(byte) = bytes.get(at) {
        let sign = matches!(byte, b'+' | b'-')
            && at > 0
            && matches!(bytes.get(at - 1), Some(b'e' | b'E' | b'p' | b'P'))
            && !(hex && matches!(bytes.get(at - 1), Some(b'e' | b'E')));
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || sign) {
            break;
        }
        at += 1;
    }
    at
}

/// A text in quotes, its escapes resolved, and its length with the quotes.
fn quoted(rest: &str, quote: char) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some((out, at + 1));
        }
        if c == '\n' {
            return None;
        }
        if c != '\\' {
            out.push(c);
            continue;
        }
        let (_, escaped) = chars.next()?;
        out.push(match escaped {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            'x' => hex_of(&mut chars, 2)?,
            'u' => hex_of(&mut chars, 4)?,
            'U' => hex_of(&mut chars, 8)?,
            c @ ('\\' | '"' | '\'') => c,
            _ => return None,
        });
    }
    None
}

fn hex_of(chars: &mut impl Iterator<Item = (usize, char)>, digits: usize) -> Option<char> {
    let text: String = chars.take(digits).map(|(_, c)| c).collect();
    u32::from_str_radix(&text, 16).ok().and_then(char::from_u32)
}
