//! Values behind a name that means a secret: logfmt, query strings, environments, JSON, YAML,
//! command lines.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::tokens::is_placeholder;
use crate::rule::{Family, Place};

/// What a name holds that can mean a secret.
pub const WORDS: &[&str] =
    &["key", "token", "secret", "passw", "pwd", "passphrase", "credential", "signature", "sig="];

/// A name, what joins it to a value, and the value, in quotes or bare. The quotes may be escaped,
/// as where JSON stands within JSON.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r#"(?i-u)([a-z0-9_.-]*(?:key(?:[_-]?id)?|token|secret|passw(?:or)?d|passwd|pwd|passphrase|credentials?|signature|sig))"#,
        r#"(\\*["']?\s*(?:=>|[:=])\s*|["']?,\s*|[ ]+)"#,
        r#"(?:\\+"(.*?)\\+"|b?"((?:[^"\\]|\\[\s\S])*)"?|b?'((?:[^'\\]|\\[\s\S])*)'?|([^\s"']+))"#,
    );
    Regex::new(pattern).expect("the pattern is a constant that the tests compile")
});

pub fn find(line: &[u8], places: &mut Vec<Place>) {
    let mut from = 0;
    while let Some(found) = line.get(from..).and_then(|rest| PAIR.captures(rest)) {
        let group = |i: usize| found.get(i).map(|m| m.start() + from..m.end() + from);
        let (Some(name), Some(joint)) = (group(1), group(2)) else { break };
        let value = (3..=6).find_map(group).unwrap_or(joint.end..joint.end);
        let bare = found.get(6).is_some();
        // What follows may be a name itself (`token: password=x`), so only the name is consumed
        // where the value stays.
        match secret(line, name.clone(), joint.clone(), value, bare) {
            Some(span) => {
                from = span.end.max(name.end);
                places.push(Place { span, family: Family::Key });
            }
            None => from = name.end.max(from + 1),
        }
    }
}

/// What of the value is to be hidden, if the name and the value mean a secret.
fn secret(
    line: &[u8],
    name: Range<usize>,
    joint: Range<usize>,
    value: Range<usize>,
    bare: bool,
) -> Option<Range<usize>> {
    let before = name.start.checked_sub(1).and_then(|at| line.get(at)).copied();
    let joined = line.get(joint)?;
    let text = line.get(name.clone())?;
    let is_option = text.starts_with(b"--");
    let spaced = !joined.iter().any(|b| matches!(b, b':' | b'='));
    // `--token x`; `("password", "x")` and `password "x"` only in quotes.
    if spaced && !is_option && (bare || !joined.contains(&b',')) {
        return None;
    }
    let in_url = matches!(before, Some(b'?' | b'&'));
    let value = if bare { trim_bare(line, value, in_url)? } else { value };
    let secrecy = Secrecy::of(text)?;
    let content = line.get(value.clone())?;
    let known = if in_url { secrecy.in_url() } else { secrecy };
    known.covers(content).then_some(value)
}

/// Cuts a bare value where the next pair of a query string or a list starts, and what closes
/// around it.
fn trim_bare(line: &[u8], value: Range<usize>, in_url: bool) -> Option<Range<usize>> {
    let text = line.get(value.clone())?;
    let next_pair = |at: usize| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let name = rest
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        let len = name.count();
        rest.is_empty() || matches!(rest.get(len), Some(b'=' | b':') if len > 0)
    };
    let cut = text.iter().enumerate().position(|(at, b)| match b {
        b'&' => in_url || next_pair(at),
        b'#' => in_url,
        b',' | b';' => next_pair(at),
        _ => false,
    });
    let mut end = value.start + cut.unwrap_or(text.len());
    let closers: &[u8] = b")]}>,;\\";
    while end > value.start && line.get(end - 1).is_some_and(|b| closers.contains(b)) {
        end -= 1;
    }
    Some(value.start..end)
}

/// How much a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// `password`: whatever is there.
    Certain,
    /// `apiKey`: what is not a plain number.
    Likely,
    /// `token`, `key`: words that logs of AI applications use for other things, too.
    Possible,
}

impl Secrecy {
    pub fn of(name: &[u8]) -> Option<Self> {
        let name: Vec<u8> =
            name.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
        let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word.as_bytes()));
        const NOT: [&str; 20] = [
            "eostoken",
            "bostoken",
            "padtoken",
            "unktoken",
            "septoken",
            "clstoken",
            "masktoken",
            "stoptoken",
            "nexttoken",
            "lasttoken",
            "firsttoken",
            "speechtoken",
            "texttoken",
            "prompttoken",
            "pertoken",
            "newtoken",
            "maxtoken",
            "specialtoken",
            "imagetoken",
            "audiotoken",
        ];
        if ends(&NOT) {
            return None;
        }
        if ends(&["password", "passwd", "pwd", "passphrase"]) {
            return Some(Self::Certain);
        }
        const LIKELY: [&str; 26] = [
            "apikey",
            "secretkey",
            "accesskey",
            "privatekey",
            "authkey",
            "signingkey",
            "encryptionkey",
            "accountkey",
            "storagekey",
            "masterkey",
            "subscriptionkey",
            "accesskeyid",
            "secretkeyid",
            "apikeyid",
            "accesstoken",
            "authtoken",
            "refreshtoken",
            "apitoken",
            "idtoken",
            "sessiontoken",
            "bearertoken",
            "hftoken",
            "bottoken",
            "csrftoken",
            "secret",
            "signature",
        ];
        if ends(&LIKELY) || ends(&["credential", "credentials"]) {
            return Some(Self::Likely);
        }
        let possible = ends(&["token"]) || name == b"key" || name == b"sig";
        possible.then_some(Self::Possible)
    }

    /// A query string says no `key=` without one.
    const fn in_url(self) -> Self {
        match self {
            Self::Possible => Self::Likely,
            other => other,
        }
    }

    pub fn covers(self, value: &[u8]) -> bool {
        if value.is_empty() || is_placeholder(value) || value.starts_with(b"<|") {
            return false;
        }
        let is_number = value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'%'));
        let has_digit = value.iter().any(u8::is_ascii_digit);
        match self {
            Self::Certain => true,
            Self::Likely => value.len() >= 4 && !(is_number && value.len() < 8),
            Self::Possible => {
                let plain =
                    value.iter().all(|b| b.is_ascii_alphanumeric() || b"-_=+/~.".contains(b));
                let has_letter = value.iter().any(u8::is_ascii_alphabetic);
                let path = value.iter().filter(|b| matches!(b, b'.' | b'/')).count() > 1;
                plain && value.len() >= 8 && has_digit && has_letter && !path
            }
        }
    }
}
