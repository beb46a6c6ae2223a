//! What container runtimes wrap each line of a program into: docker's JSON and Kubernetes' CRI. The
//! line inside goes the same way as the line of a file: it has frames, it may be the piece of a
//! line, and it may be any shape.

use serde::{Deserialize, Serialize};

use crate::{
    segment::{End, Segment, Splitter},
    shapes::{Scanner, Value},
    stamp::{Stamp, When},
    stretch::Stretch,
};

/// Where an opened line was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Stdout,
    Stderr,
}

impl Output {
    /// The value of the field `stream`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }

    fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"stdout" => Some(Self::Stdout),
            b"stderr" => Some(Self::Stderr),
            _ => None,
        }
    }
}

/// What the runtime says about a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outer {
    pub output: Output,
    pub when: When,
}

/// The unfinished lines inside: runtimes write long lines in pieces, those of both outputs mixed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Envelopes {
    stdout: Inside,
    stderr: Inside,
}

/// The unfinished line of one output.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Inside {
    splitter: Splitter,
    /// The envelope that holds its first piece, and its last.
    at: Stretch,
}

impl Envelopes {
    /// Takes the text of an envelope that stands at `at`.
    pub(crate) fn feed(
        &mut self,
        output: Output,
        text: &[u8],
        at: Stretch,
        max: usize,
        take: &mut impl FnMut(Segment<'_>, Stretch),
    ) {
        let inside = self.of(output);
        inside.at = match inside.splitter.is_empty() {
            true => at,
            false => Stretch { start: inside.at.start, ..at },
        };
        let first = &mut inside.at;
        inside.splitter.feed(text, max, &mut |segment| {
            take(segment, *first);
            // What comes next starts in this envelope.
            *first = at;
        });
    }

    /// No more envelopes come.
    pub(crate) fn finish(&mut self, max: usize, take: &mut impl FnMut(Segment<'_>, Stretch)) {
        for output in [Output::Stdout, Output::Stderr] {
            let inside = self.of(output);
            let at = inside.at;
            inside.splitter.finish(max, &mut |segment| take(segment, at));
        }
    }

    fn of(&mut self, output: Output) -> &mut Inside {
        match output {
            Output::Stdout => &mut self.stdout,
            Output::Stderr => &mut self.stderr,
        }
    }

    pub(crate) fn tails(&self) -> [&[u8]; 2] {
        [self.stderr.splitter.tail(), self.stdout.splitter.tail()]
    }
}

/// Opens a line, if it is an envelope: what the runtime says about it, and the bytes inside, with
/// the line end where they have one, in `inside`.
pub(crate) fn open(segment: &Segment<'_>, inside: &mut Vec<u8>) -> Option<Outer> {
    if segment.part > 0 || !matches!(segment.end, End::Line | End::File) {
        return None;
    }
    match segment.raw {
        [b'{', b'"', b'l', b'o', b'g', b'"', ..] => docker(segment.raw, inside),
        [b'0'..=b'9', _, _, _, b'-', _, _, b'-', _, _, b'T', ..] => cri(segment.raw, inside),
        _ => None,
    }
}

/// `{"log":"text\n","stream":"stderr","time":"2024-12-17T14:30:52.123456789Z"}`
fn docker(raw: &[u8], inside: &mut Vec<u8>) -> Option<Outer> {
    let mut scanner = Scanner::new(raw);
    let (mut log, mut output, mut when) = (None, None, None);
    scanner.object(&mut |scanner, name| {
        match (name, scanner.value()?) {
            ("log", Value::Text(text)) => log = Some(text),
            ("stream", Value::Text(text)) => output = Output::named(text.as_bytes()),
            ("time", Value::Text(text)) => when = Stamp::whole(text.as_bytes()).map(When::Full),
            // Labels and tags that the daemon was told to add.
            _ => {}
        }
        Some(())
    })?;
    scanner.end()?;
    let outer = Outer { output: output?, when: when? };
    inside.clear();
    inside.extend_from_slice(log?.as_bytes());
    Some(outer)
}

/// `2024-12-17T14:30:52.123456789Z stderr F text`; `P` instead of `F`: more of the line follows.
fn cri(raw: &[u8], inside: &mut Vec<u8>) -> Option<Outer> {
    let (stamp, len) = Stamp::iso(raw)?;
    stamp.offset?;
    let rest = raw.get(len..)?.strip_prefix(b" ")?;
    let output = Output::named(rest.get(..6)?)?;
    let (is_whole, rest) = match rest.get(6..)? {
        [b' ', tag @ (b'F' | b'P'), b' ', rest @ ..] => (*tag == b'F', rest),
        [b' ', b'F'] => (true, &b""[..]),
        _ => return None,
    };
    inside.clear();
    inside.extend_from_slice(rest);
    if is_whole {
        inside.push(b'\n');
    }
    Some(Outer { output, when: When::Full(stamp) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_are_opened() {
        for (raw, expected) in [
            (r#"{"log":"a\r\n","stream":"stderr","time":"2024-12-17T14:30:52.5Z"}"#, Some("a\r\n")),
            (
                r#"{"log":"a","stream":"stdout","attrs":{"x":"y"},"time":"2024-12-17T14:30:52Z"}"#,
                Some("a"),
            ),
            ("2024-12-17T14:30:52.123456789Z stderr F  a", Some(" a\n")),
            ("2024-12-17T14:30:52.123456789+08:00 stdout P a", Some("a")),
            ("2024-12-17T14:30:52.123456789Z stdout F", Some("\n")),
            (r#"{"log":"a","stream":"stdout"}"#, None),
            (r#"{"log":1,"stream":"stdout","time":"2024-12-17T14:30:52Z"}"#, None),
            (r#"{"log":"a","stream":"stdout","time":"2024-12-17T14:30:52Z"} x"#, None),
            ("2024-12-17T14:30:52 stdout F a", None),
            ("2024-12-17T14:30:52Z stdout X a", None),
            ("2024-12-17T14:30:52Z std", None),
        ] {
            let mut inside = Vec::new();
            let segment = Segment { raw: raw.as_bytes(), end: End::Line, end_len: 1, part: 0 };
            let found = open(&segment, &mut inside).map(|_| inside.as_slice());
            assert_eq!(found, expected.map(str::as_bytes), "{raw}");
        }
    }
}
