use memchr::{memchr, memchr_iter};

use crate::{Progress, ansi};

/// One frame of a tqdm bar: `Fetching:  45%|████▌     | 1.23G/2.72G [00:31<00:37, 39.4MB/s]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    pub desc: &'a [u8],
    pub percent: u32,
    pub n: &'a [u8],
    pub total: &'a [u8],
    pub elapsed: &'a [u8],
    pub eta: Option<&'a [u8]>,
    /// With its unit.
    pub rate: Option<&'a [u8]>,
}

/// Longer names are text that happens to stand before something like a bar.
const MAX_DESC_CHARS: usize = 80;

impl<'a> Frame<'a> {
    /// The frame that `text` starts with, and its length.
    pub(crate) fn leading(text: &'a [u8]) -> Option<(Self, usize)> {
        // Asked of every line, so without building a searcher.
        let mark = memchr_iter(b'%', text).find(|at| text.get(at + 1) == Some(&b'|'))?;
        let before = text.get(..mark)?;
        let digits = before.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        if !(1..=3).contains(&digits) {
            return None;
        }
        let (desc, number) = before.split_at(mark - digits);
        let desc = description(desc)?;
        let percent = std::str::from_utf8(number).ok()?.parse().ok()?;

        let mut rest = Rest(text.get(mark + 2..)?);
        rest.0 = rest.0.get(memchr(b'|', rest.0)? + 1..)?;
        rest.spaces();
        let n = rest.quantity()?;
        rest.literal(b"/")?;
        let total = rest.quantity()?;
        // ChatTTS marks a total that is a limit.
        let _ = rest.literal(b"(max)");
        rest.literal(b" [")?;
        let elapsed = rest.some(|b| b.is_ascii_digit() || b == b':')?;
        let eta = match rest.literal(b"<") {
            Some(()) => Some(rest.some(|b| b.is_ascii_digit() || b == b':' || b == b'?')?),
            None => None,
        };
        rest.literal(b",")?;
        rest.spaces();
        let number = rest.0;
        rest.some(|b| b.is_ascii_digit() || b == b'.' || b == b'?')?;
        let _ = rest.some(|b| b != b']' && b != b'/');
        rest.literal(b"/")?;
        let _ = rest.some(|b| b != b']' && b != b',');
        let rate = number.get(..number.len() - rest.0.len())?;
        if rest.literal(b", ").is_some() {
            let _ = rest.some(|b| b != b']');
        }
        rest.literal(b"]")?;

        let known = |text: &&[u8]| !text.starts_with(b"?");
        let (eta, rate) = (eta.filter(known), Some(rate).filter(known));
        let frame = Self { desc, percent, n, total, elapsed, eta, rate };
        Some((frame, text.len() - rest.0.len()))
    }

    /// Whether this is the last frame a bar can have.
    pub(crate) fn is_full(&self) -> bool {
        self.percent >= 100
    }

    /// `n` as a number, for comparison.
    pub(crate) fn count(&self) -> f64 {
        let (number, factor) = match self.n {
            [number @ .., b'k'] => (number, 1e3),
            [number @ .., b'M'] => (number, 1e6),
            [number @ .., b'G'] => (number, 1e9),
            [number @ .., b'T'] => (number, 1e12),
            number => (number, 1.0),
        };
        let number = std::str::from_utf8(number).ok().and_then(|n| n.parse::<f64>().ok());
        number.unwrap_or(0.0) * factor
    }

    pub(crate) fn elapsed_seconds(&self) -> u32 {
        self.elapsed.split(|b| *b == b':').fold(0, |sum: u32, part| {
            let part = std::str::from_utf8(part).ok().and_then(|p| p.parse().ok()).unwrap_or(0);
            sum.saturating_mul(60).saturating_add(part)
        })
    }

    pub(crate) fn to_progress(self) -> Progress {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Progress {
            description: text(self.desc),
            n: text(self.n),
            total: text(self.total),
            percent: self.percent,
            elapsed: text(self.elapsed),
            eta: self.eta.map(text),
            rate: self.rate.map(text),
        }
    }
}

/// The name in what stands before the percentage: nothing, or `name: `.
fn description(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = text.trim_ascii_start();
        match ansi::sequence(text) {
            0 => break,
            len => text = text.get(len..)?,
        }
    }
    if text.is_empty() {
        return Some(text);
    }
    let name = text.trim_ascii_end();
    let name = if name.len() < text.len() { name.strip_suffix(b":")? } else { return None };
    let chars = name.iter().filter(|b| **b & 0xC0 != 0x80).count();
    (chars <= MAX_DESC_CHARS && !name.iter().any(|b| matches!(b, b'|' | b'%'))).then_some(name)
}

/// What is left to read of a frame.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn literal(&mut self, literal: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(literal)?;
        Some(())
    }

    fn spaces(&mut self) {
        while let [b' ', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    fn some(&mut self, accept: impl Fn(u8) -> bool) -> Option<&'a [u8]> {
        let len = self.0.iter().position(|b| !accept(*b)).unwrap_or(self.0.len());
        let (front, rest) = self.0.split_at_checked(len).filter(|(front, _)| !front.is_empty())?;
        self.0 = rest;
        Some(front)
    }

    /// `12`, `1.23G`.
    fn quantity(&mut self) -> Option<&'a [u8]> {
        let start = self.0;
        self.some(|b| b.is_ascii_digit() || b == b'.')?;
        if let [b'k' | b'M' | b'G' | b'T', rest @ ..] = self.0 {
            self.0 = rest;
        }
        start.get(..start.len() - self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = Frame::leading(text.as_bytes()).map_or("none".to_owned(), |(frame, len)| {
            let p = frame.to_progress();
            let eta = p.eta.as_deref().unwrap_or("-");
            let rate = p.rate.as_deref().unwrap_or("-");
            let rest = &text[len..];
            format!(
                "{:?} {}% {}/{} {} {eta} {rate} then {rest:?}",
                p.description, p.percent, p.n, p.total, p.elapsed
            )
        });
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn frames_are_read() {
        for (text, expected) in [
            ("  0%|          | 0/2 [00:00<?, ?it/s]2024 x", r#""" 0% 0/2 00:00 - - then "2024 x""#),
            (
                "100%|██| 2/2 [00:07<00:00,  3.62s/it]",
                r#""" 100% 2/2 00:07 00:00 3.62s/it then """#,
            ),
            (
                "model.safetensors:  45%|████▌     | 1.23G/2.72G [00:31<00:37, 39.4MB/s]",
                r#""model.safetensors" 45% 1.23G/2.72G 00:31 00:37 39.4MB/s then """#,
            ),
            (
                "text:  12%|█▏| 45/384(max) [00:00, 104.66it/s] x",
                r#""text" 12% 45/384 00:00 - 104.66it/s then " x""#,
            ),
            (
                "Epoch:  5%|▌| 1/20 [1:02:03<2:00, 1it/s, loss=2]",
                r#""Epoch" 5% 1/20 1:02:03 2:00 1it/s then """#,
            ),
            ("\x1b[A 5%|▌| 1/20 [00:01<00:10, 1it/s]", r#""" 5% 1/20 00:01 00:10 1it/s then """#),
            ("used 45%|x", "none"),
            ("12345%|█| 1/2 [00:01<00:10, 1it/s]", "none"),
            ("5%|▌| 1/20 [00:01<00:10, 1it", "none"),
        ] {
            check(text, expected);
        }
    }
}
