use std::borrow::Cow;

use crate::stages::escape::unescape;

/// A JSON document read from left to right, without a tree.
#[derive(Debug)]
pub(crate) struct Scanner<'l> {
    bytes: &'l [u8],
    at: usize,
}

/// The line is no JSON, or none from here on. Says what, but not where: as the value of
/// `__error_details__` that would make a series of each line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Malformed(&'static str);

/// What kind of value comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    Bool,
    Null,
}

/// Deeper documents are refused: reading them is recursive.
const MAX_DEPTH: usize = 128;

impl<'l> Scanner<'l> {
    pub(crate) const fn new(bytes: &'l [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Whether `byte` is next; then it is read.
    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    pub(crate) fn kind(&mut self) -> Result<Kind, Malformed> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'n') => Ok(Kind::Null),
            Some(_) => Err(Malformed("expected a value")),
            None => Err(Malformed("the document ends where a value is expected")),
        }
    }

    /// Enters an object; `Scanner::key` gives its keys.
    pub(crate) fn open_object(&mut self) -> Result<(), Malformed> {
        if self.take(b'{') { Ok(()) } else { Err(Malformed("expected an object")) }
    }

    /// The next key of the object that was entered; None at its end. Its value is read next.
    pub(crate) fn key(&mut self, first: &mut bool) -> Result<Option<Cow<'l, str>>, Malformed> {
        if self.take(b'}') {
            return Ok(None);
        }
        if !std::mem::take(first) {
            if !self.take(b',') {
                return Err(Malformed("expected , or }"));
            }
            if self.take(b'}') {
                return Ok(None);
            }
        }
        self.skip_space();
        let key = self.string()?;
        if self.take(b':') { Ok(Some(key)) } else { Err(Malformed("expected :")) }
    }

    /// Enters an array; `Scanner::element` goes through it.
    pub(crate) fn open_array(&mut self) -> Result<(), Malformed> {
        if self.take(b'[') { Ok(()) } else { Err(Malformed("expected an array")) }
    }

    /// Whether there is a next element, which is read next.
    pub(crate) fn element(&mut self, first: &mut bool) -> Result<bool, Malformed> {
        if self.take(b']') {
            return Ok(false);
        }
        if !std::mem::take(first) && !self.take(b',') {
            return Err(Malformed("expected , or ]"));
        }
        Ok(!self.take(b']'))
    }

    /// A string with its escapes resolved. One that holds an impossible escape is empty.
    pub(crate) fn string(&mut self) -> Result<Cow<'l, str>, Malformed> {
        let raw = self.raw_string()?;
        if memchr::memchr(b'\\', raw).is_none() {
            return Ok(String::from_utf8_lossy(raw));
        }
        Ok(Cow::Owned(unescape(raw).unwrap_or_default()))
    }

    /// What stands between the quotes.
    fn raw_string(&mut self) -> Result<&'l [u8], Malformed> {
        if self.peek() != Some(b'"') {
            return Err(Malformed("expected a string"));
        }
        let start = self.at + 1;
        let mut at = start;
        loop {
            let rest = self.bytes.get(at..).unwrap_or(b"");
            match memchr::memchr2(b'"', b'\\', rest) {
                Some(hit) if rest.get(hit) == Some(&b'"') => {
                    let raw = self.bytes.get(start..at + hit).unwrap_or(b"");
                    self.at = at + hit + 1;
                    return Ok(raw);
                }
                Some(hit) => at += hit + 2,
                None => return Err(Malformed("a string does not end")),
            }
        }
    }

    /// A number, true, false or null as it is written.
    pub(crate) fn word(&mut self) -> Result<&'l str, Malformed> {
        self.skip_space();
        let rest = self.bytes.get(self.at..).unwrap_or(b"");
        let len = rest
            .iter()
            .position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'))
            .unwrap_or(rest.len());
        let word = rest.get(..len).and_then(|word| std::str::from_utf8(word).ok()).unwrap_or("");
        let known = matches!(word, "true" | "false" | "null");
        let number = word.starts_with(|c: char| c == '-' || c.is_ascii_digit())
            && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
        if !known && !number {
            return Err(Malformed("expected a value"));
        }
        self.at += len;
        Ok(word)
    }

    /// Reads over a value and returns it as it is written.
    pub(crate) fn skip(&mut self) -> Result<&'l [u8], Malformed> {
        self.skip_space();
        let start = self.at;
        self.skip_value(0)?;
        Ok(self.bytes.get(start..self.at).unwrap_or(b""))
    }

    fn skip_value(&mut self, depth: usize) -> Result<(), Malformed> {
        if depth > MAX_DEPTH {
            return Err(Malformed("the document is nested too deeply"));
        }
        match self.kind()? {
            Kind::Object => {
                self.open_object()?;
                let mut first = true;
                while self.key(&mut first)?.is_some() {
                    self.skip_value(depth + 1)?;
                }
            }
            Kind::Array => {
                self.open_array()?;
                let mut first = true;
                while self.element(&mut first)? {
                    self.skip_value(depth + 1)?;
                }
            }
            Kind::String => {
                self.raw_string()?;
            }
            Kind::Number | Kind::Bool | Kind::Null => {
                self.word()?;
            }
        }
        Ok(())
    }

    pub(crate) const fn position(&self) -> usize {
        self.at
    }

    /// Whether the object that starts at `start` has its closing brace.
    pub(crate) fn closes(&self, start: usize) -> bool {
        let mut depth = 0_usize;
        let mut quoted = false;
        let mut bytes = self.bytes.get(start..).unwrap_or(b"").iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' if quoted => _ = bytes.next(),
                b'"' => quoted = !quoted,
                b'{' if !quoted => depth += 1,
                b'}' if !quoted => match depth.checked_sub(1) {
                    Some(0) => return true,
                    Some(rest) => depth = rest,
                    None => return false,
                },
                _ => {}
            }
        }
        false
    }

    /// Whether a document this deep may be read on.
    pub(crate) const fn check_depth(&self, depth: usize) -> Result<(), Malformed> {
        if depth > MAX_DEPTH {
            return Err(Malformed("the document is nested too deeply"));
        }
        Ok(())
    }
}
