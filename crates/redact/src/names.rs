use std::collections::{HashMap, HashSet};

use crate::Family;

/// Originals of this size together are looked for as they are; what is beyond is found by rules
/// only. Bounds the memory of the search.
const KNOWN_BYTES: usize = 8 << 20;

/// Which original has which pseudonym. Lives as long as its redactor and is never written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pseudonyms {
    names: HashMap<(Family, Vec<u8>), String>,
    next: HashMap<Family, usize>,
    /// Texts of the input that look like a pseudonym: they stay, so nobody else may have them.
    taken: HashSet<Vec<u8>>,
    /// Originals worth looking for where no rule finds them, in order of finding.
    known: Vec<(Family, Vec<u8>)>,
    known_bytes: usize,
}

impl Pseudonyms {
    /// Whether the text has the form of a pseudonym. It stays then, and is no finding: what was
    /// rewritten once is not changed by a second time. No other text gets it from now on.
    pub fn reserve(&mut self, text: &[u8]) -> bool {
        let is_one = is_pseudonym(text);
        if is_one {
            self.taken.insert(text.to_vec());
        }
        is_one
    }

    /// The pseudonym of `original`, from now on.
    pub fn of(&mut self, family: Family, original: &[u8]) -> &str {
        let original = canonical(family, original);
        let key = (family, original);
        if !self.names.contains_key(&key) {
            let name = self.fresh(family);
            if is_telling(family, &key.1) && self.known_bytes < KNOWN_BYTES {
                self.known_bytes += key.1.len();
                self.known.push(key.clone());
            }
            self.names.insert(key.clone(), name);
        }
        self.names.get(&key).map_or("", String::as_str)
    }

    fn fresh(&mut self, family: Family) -> String {
        let next = self.next.entry(family).or_insert(0);
        loop {
            *next += 1;
            let name = format!("{}-{next}", family.name());
            if !self.taken.contains(name.as_bytes()) {
                return name;
            }
        }
    }

    /// Originals that are looked for as they are; grows only.
    pub fn known(&self) -> &[(Family, Vec<u8>)] {
        &self.known
    }

    /// Every original with its pseudonym, in no order.
    pub fn all(&self) -> impl Iterator<Item = (&[u8], &str)> {
        self.names.iter().map(|((_, original), name)| (original.as_slice(), name.as_str()))
    }
}

/// Whether the text has the form of a pseudonym: a family and a number.
fn is_pseudonym(text: &[u8]) -> bool {
    Family::ALL.iter().any(|family| {
        text.strip_prefix(family.name().as_bytes())
            .and_then(|rest| rest.strip_prefix(b"-"))
            .is_some_and(|n| !n.is_empty() && n.len() < 10 && n.iter().all(u8::is_ascii_digit))
    })
}

/// The text as it was before JSON wrapped it, so that a value is the same in a line and in the
/// field that was read from it.
fn canonical(family: Family, text: &[u8]) -> Vec<u8> {
    let text = text.trim_ascii();
    if matches!(family, Family::Email | Family::Host) {
        return text.to_ascii_lowercase();
    }
    if !text.contains(&b'\\') {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(other @ (b'"' | b'\\' | b'/' | b'\'')) => out.push(other),
            Some(other) => out.extend([b'\\', other]),
            None => out.push(b'\\'),
        }
    }
    out
}

/// Whether the text is a name of its own, so that its bare occurrence elsewhere means it, too. A
/// user called `test` or a password `default` would take half a log along.
fn is_telling(family: Family, original: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| original.iter().any(test);
    match family {
        Family::Key => {
            original.len() >= 6
                && has(u8::is_ascii_alphabetic)
                && has(|b| b.is_ascii_digit() || b.is_ascii_punctuation())
        }
        Family::Host => {
            original.len() >= 5 && has(|b| matches!(b, b'-' | b'.' | b'_') || b.is_ascii_digit())
        }
        Family::Email | Family::Ip => true,
        Family::Text => original.len() >= 12,
        Family::User | Family::Private => false,
    }
}
