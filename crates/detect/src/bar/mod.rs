//! Progress bars: what one frame of them says, whoever drew it (one file for each family), and
//! which of them are running.

mod block;
mod line;
mod rest;
mod running;
mod tqdm;

use memchr::memchr3_iter;

use crate::{Progress, ansi};
use rest::Rest;

pub(crate) use running::{Bar, Bars};

/// One frame of a bar.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frame<'a> {
    pub desc: &'a [u8],
    /// Of hundred, where the bar prints it.
    pub percent: Option<u32>,
    pub n: &'a [u8],
    /// None: the bar does not know how much there is.
    pub total: Option<&'a [u8]>,
    /// What is counted: `it`, `B`, `GB`.
    pub unit: &'a [u8],
    pub elapsed: Option<&'a [u8]>,
    pub eta: Option<&'a [u8]>,
    /// With its unit.
    pub rate: Option<&'a [u8]>,
}

/// Longer names are text that happens to stand before something like a bar.
const MAX_DESC_CHARS: usize = 80;
/// A bar starts here at the latest: behind its name and some escape sequences.
const SEARCHED_BYTES: usize = 512;

impl<'a> Frame<'a> {
    /// The frame that `text` starts with, and its length.
    pub(crate) fn leading(text: &'a [u8]) -> Option<(Self, usize)> {
        // A line that starts with a date is a record, whatever it tells.
        if let [b'0'..=b'9', _, _, _, b'-', _, _, b'-', ..] = text {
            return None;
        }
        // Asked of every other line, so without building a searcher.
        let searched = text.get(..SEARCHED_BYTES).unwrap_or(text);
        memchr3_iter(b'%', b'[', 0xE2, searched).find_map(|mark| match text.get(mark..)? {
            [b'%', b'|', ..] => tqdm::read(text, mark),
            [b'%', b' ', b'C' | 0xE2, ..] => {
                tqdm::read(text, mark).or_else(|| block::read(text, mark))
            }
            [b'[', b'0'..=b'9', b'0'..=b'9', b':', ..] | [b'[', b'0'..=b'9', b':', ..] => {
                tqdm::counted(text, mark)
            }
            // ━ ╸ ╺
            [0xE2, 0x94, 0x81, ..] | [0xE2, 0x95, 0xB8 | 0xBA, ..] => line::read(text, mark),
            _ => None,
        })
    }

    /// Whether this is the last frame a bar can have.
    pub(crate) fn is_full(&self) -> bool {
        self.percent.map_or(self.total == Some(self.n), |percent| percent >= 100)
    }

    /// `n` as a number, for comparison.
    pub(crate) fn count(&self) -> f64 {
        let len = self.n.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let (number, scale) = self.n.split_at(len);
        let factor = match scale.trim_ascii_start().first() {
            Some(b'k' | b'K') => 1e3,
            Some(b'M') => 1e6,
            Some(b'G') => 1e9,
            Some(b'T') => 1e12,
            _ => 1.0,
        };
        let number = std::str::from_utf8(number).ok().and_then(|n| n.parse::<f64>().ok());
        number.unwrap_or(0.0) * factor
    }

    pub(crate) fn elapsed_seconds(&self) -> u32 {
        self.elapsed.unwrap_or(b"").split(|b| *b == b':').fold(0, |sum: u32, part| {
            let part = std::str::from_utf8(part).ok().and_then(|p| p.parse().ok()).unwrap_or(0);
            sum.saturating_mul(60).saturating_add(part)
        })
    }

    pub(crate) fn to_progress(self, seen: i64) -> Progress {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Progress {
            description: text(self.desc),
            n: text(self.n),
            total: self.total.map(text),
            percent: self.percent,
            unit: Some(self.unit).filter(|unit| !unit.is_empty()).map(text),
            elapsed: self.elapsed.map(text),
            eta: self.eta.map(text),
            rate: self.rate.map(text),
            seen,
        }
    }
}

/// The number that stands before the `%` at `mark`, and what stands before it.
fn percent(text: &[u8], mark: usize) -> Option<(u32, &[u8])> {
    let before = text.get(..mark)?;
    let digits = before.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    if !(1..=3).contains(&digits) {
        return None;
    }
    let (desc, number) = before.split_at(mark - digits);
    Some((std::str::from_utf8(number).ok()?.parse().ok()?, desc))
}

/// The name in what stands before the numbers: nothing, or a name, ended by `mark` if given.
fn description<'a>(mut text: &'a [u8], mark: Option<&[u8]>) -> Option<&'a [u8]> {
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
    if name.len() == text.len() {
        return None;
    }
    let name = mark.map_or(Some(name), |mark| name.strip_suffix(mark))?.trim_ascii_end();
    let chars = name.iter().filter(|b| **b & 0xC0 != 0x80).count();
    (chars <= MAX_DESC_CHARS && !name.iter().any(|b| matches!(b, b'|' | b'%'))).then_some(name)
}

#[cfg(test)]
mod tests;
