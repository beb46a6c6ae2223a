use std::borrow::Cow;

use memchr::memchr2;

/// Walks through one JSON text without building it, since only short scalars are wanted and numbers
/// must keep their digits.
pub(crate) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

/// A value of a member.
#[derive(Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    /// As it is written.
    Number(&'a str),
    /// `true` or `false`.
    Word(&'static str),
    /// `null`, an array or an object: passed over.
    Other,
}

/// Arrays and objects further inside each other than this are not read.
const MAX_NESTING: usize = 64;

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn spaces(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn byte(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Only space is left.
    pub(crate) fn end(&mut self) -> Option<()> {
        self.spaces();
        (self.at == self.text.len()).then_some(())
    }

    pub(crate) fn is_object(&self) -> bool {
        self.peek() == Some(b'{')
    }

    /// Reads an object; `member` is called at each value and must read it.
    pub(crate) fn object(
        &mut self,
        member: &mut dyn FnMut(&mut Self, &str) -> Option<()>,
    ) -> Option<()> {
        self.byte(b'{')?;
        self.spaces();
        if self.byte(b'}').is_some() {
            return Some(());
        }
        loop {
            self.spaces();
            let key = self.string()?;
            self.spaces();
            self.byte(b':')?;
            self.spaces();
            member(self, &key)?;
            self.spaces();
            if self.byte(b'}').is_some() {
                return Some(());
            }
            self.byte(b',')?;
        }
    }

    pub(crate) fn value(&mut self) -> Option<Value<'a>> {
        match self.peek()? {
            b'"' => self.string().map(Value::Text),
            b'{' | b'[' => self.skip().map(|()| Value::Other),
            b't' => self.word(b"true").map(|()| Value::Word("true")),
            b'f' => self.word(b"false").map(|()| Value::Word("false")),
            b'n' => self.word(b"null").map(|()| Value::Other),
            b'N' => self.word(b"NaN").map(|()| Value::Other),
            _ => self.number().map(Value::Number),
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        rest.starts_with(word).then(|| self.at += word.len())
    }

    fn number(&mut self) -> Option<&'a str> {
        let rest = self.text.get(self.at..)?;
        let len = rest
            .iter()
            .take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'))
            .count();
        let number = std::str::from_utf8(rest.get(..len)?).ok()?;
        number.parse::<f64>().ok()?;
        self.at += len;
        Some(number)
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.byte(b'"')?;
        let start = self.at;
        let mut owned: Option<String> = None;
        let mut from = start;
        loop {
            let rest = self.text.get(self.at..)?;
            self.at += memchr2(b'"', b'\\', rest)?;
            let piece = || Some(String::from_utf8_lossy(self.text.get(from..self.at)?));
            if self.peek() == Some(b'"') {
                let piece = piece()?;
                self.at += 1;
                return Some(match owned {
                    None => piece,
                    Some(text) => Cow::Owned(text + &piece),
                });
            }
            let mut text = owned.take().unwrap_or_default();
            text.push_str(&piece()?);
            self.at += 1;
            text.push(self.escape()?);
            from = self.at;
            owned = Some(text);
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex()?;
                if !(0xD800..0xE000).contains(&first) {
                    return char::from_u32(first);
                }
                // A surrogate without its other half is no character.
                let rest = self.text.get(self.at..)?;
                if first < 0xDC00 && rest.starts_with(b"\\u") {
                    let before = self.at;
                    self.at += 2;
                    let second = self.hex()?;
                    if (0xDC00..0xE000).contains(&second) {
                        let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                        return char::from_u32(code);
                    }
                    self.at = before;
                }
                char::REPLACEMENT_CHARACTER
            }
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let value = digits
            .iter()
            .try_fold(0, |value, byte| Some(value * 16 + char::from(*byte).to_digit(16)?))?;
        self.at += 4;
        Some(value)
    }

    /// Passes over an array or object.
    fn skip(&mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            self.spaces();
            match self.peek()? {
                opening @ (b'{' | b'[') => {
                    if open.len() == MAX_NESTING {
                        return None;
                    }
                    open.push(opening);
                    self.at += 1;
                }
                closing @ (b'}' | b']') => {
                    // `{` and `}`, `[` and `]` are two apart.
                    if open.pop()? + 2 != closing {
                        return None;
                    }
                    self.at += 1;
                    if open.is_empty() {
                        return Some(());
                    }
                }
                b',' | b':' => self.at += 1,
                b'"' => {
                    self.string()?;
                }
                _ => {
                    self.value()?;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&[(&str, &str)]>) {
        let mut found = Vec::new();
        let mut scanner = Scanner::new(text.as_bytes());
        let read = scanner.object(&mut |scanner: &mut Scanner<'_>, key: &str| {
            let value = match scanner.value()? {
                Value::Text(text) => text.into_owned(),
                Value::Number(text) | Value::Word(text) => text.to_owned(),
                Value::Other => "-".to_owned(),
            };
            found.push((key.to_owned(), value));
            Some(())
        });
        let whole = read.and_then(|()| scanner.end());
        let found: Vec<_> = found.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(whole.map(|()| found.as_slice()), expected, "{text}");
    }

    #[test]
    fn objects_are_walked() {
        check(r#"{}"#, Some(&[]));
        check(
            r#"{"a": 1.50, "b":"x\n\"\u4f60\ud83d\ude00","c":[1,{"d":[]}],"e":null, "f" : true} "#,
            Some(&[("a", "1.50"), ("b", "x\n\"你😀"), ("c", "-"), ("e", "-"), ("f", "true")]),
        );
        check(r#"{"a":"\ud83d\ud83d"}"#, Some(&[("a", "\u{FFFD}\u{FFFD}")]));
        for text in
            [r#"{"a":1"#, r#"{"a"}"#, r#"{"a":}"#, r#"{"a":[}]}"#, r#"{"a":1}x"#, r#"{"a":1x}"#]
        {
            check(text, None);
        }
        check(&format!(r#"{{"a":{}"#, "[".repeat(100_000)), None);
    }
}
