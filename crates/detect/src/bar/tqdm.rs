//! tqdm, and who uses it (transformers, diffusers, ComfyUI, huggingface_hub, modelscope, vLLM):
//! `Fetching:  45%|████▌     | 1.23G/2.72G [00:31<00:37, 39.4MB/s]`, and without a known total
//! `5it [00:01, 4.52it/s]`.

use memchr::memchr;

use super::{Frame, Rest, description, percent};

/// A frame with its percentage, whose `%` is at `mark`.
pub(super) fn read(text: &[u8], mark: usize) -> Option<(Frame<'_>, usize)> {
    let (percent, desc) = percent(text, mark)?;
    let desc = description(desc, Some(b":"))?;
    let mut rest = Rest(text.get(mark + 1..)?);
    if rest.literal(b"|").is_some() {
        rest.0 = rest.0.get(memchr(b'|', rest.0)? + 1..)?;
    } else {
        // vLLM draws no bar.
        rest.literal(b" Completed |")?;
    }
    rest.spaces();
    let n = rest.quantity()?;
    let Some(()) = rest.literal(b"/") else { return transfer(text, rest, n, percent, desc) };
    let total = Some(rest.quantity()?);
    // ChatTTS marks a total that is a limit.
    let _ = rest.literal(b"(max)");
    rest.literal(b" [")?;
    let Times { elapsed, eta, rate, unit } = Times::read(&mut rest)?;
    let percent = Some(percent);
    let frame = Frame { desc, percent, n, total, unit, elapsed: Some(elapsed), eta, rate };
    Some((frame, text.len() - rest.0.len()))
}

/// A frame that does not know how much there is, whose `[` is at `mark`: `5it [00:01, 4.52it/s]`.
pub(super) fn counted(text: &[u8], mark: usize) -> Option<(Frame<'_>, usize)> {
    let before = text.get(..mark)?.strip_suffix(b" ")?;
    let fits = |b: &u8| b.is_ascii_alphanumeric() || *b == b'.';
    let len = before.iter().rev().take_while(|b| fits(b)).count();
    let (desc, number) = before.split_at(before.len() - len);
    let desc = description(desc, Some(b":"))?;
    let mut number = Rest(number);
    let n = number.quantity()?;
    if number.0.is_empty() || number.0.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let mut rest = Rest(text.get(mark + 1..)?);
    let Times { elapsed, eta: None, rate, unit } = Times::read(&mut rest)? else {
        // With an end in sight there is a percentage.
        return None;
    };
    let frame = Frame { desc, n, unit, elapsed: Some(elapsed), rate, ..Frame::default() };
    Some((frame, text.len() - rest.0.len()))
}

/// `00:31<00:37, 39.4MB/s]` behind the numbers.
struct Times<'a> {
    elapsed: &'a [u8],
    eta: Option<&'a [u8]>,
    rate: Option<&'a [u8]>,
    unit: &'a [u8],
}

impl<'a> Times<'a> {
    fn read(rest: &mut Rest<'a>) -> Option<Self> {
        let elapsed = rest.some(|b| b.is_ascii_digit() || b == b':')?;
        let eta = match rest.literal(b"<") {
            Some(()) => Some(rest.some(|b| b.is_ascii_digit() || matches!(b, b':' | b'?'))?),
            None => None,
        };
        rest.literal(b",")?;
        rest.spaces();
        let (rate, unit) = rate(rest)?;
        if rest.literal(b", ").is_some() {
            let _ = rest.some(|b| b != b']');
        }
        rest.literal(b"]")?;
        let known = |text: &&[u8]| !text.starts_with(b"?");
        Some(Self { elapsed, eta: eta.filter(known), rate: Some(rate).filter(known), unit })
    }
}

/// `39.4MB/s`, `3.62s/it`, `?it/s`: the rate, and what is counted.
fn rate<'a>(rest: &mut Rest<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let start = rest.0;
    rest.some(|b| b.is_ascii_digit() || b == b'.' || b == b'?')?;
    let front = rest.some(|b| b != b']' && b != b'/').unwrap_or(b"");
    rest.literal(b"/")?;
    let back = rest.some(|b| b != b']' && b != b',').unwrap_or(b"");
    let rate = start.get(..start.len() - rest.0.len())?;
    // Slow bars are turned round: seconds for each.
    let unit = if front == b"s" { back } else { front };
    let scaled = matches!(unit, [b'k' | b'K' | b'M' | b'G' | b'T', _, ..]);
    Some((rate, if scaled { unit.get(1..)? } else { unit }))
}

/// huggingface_hub's transfers: `45%|████▌     | 1.23GB / 2.72GB, 39.4MB/s  `
fn transfer<'a>(
    text: &[u8],
    mut rest: Rest<'a>,
    n: &'a [u8],
    percent: u32,
    desc: &'a [u8],
) -> Option<(Frame<'a>, usize)> {
    let unit = rest.letters()?;
    rest.literal(b" /")?;
    rest.spaces();
    let total = rest.quantity()?;
    rest.letters()?;
    rest.literal(b",")?;
    rest.spaces();
    let start = rest.0;
    rest.some(|b| b.is_ascii_digit() || b == b'.' || b == b'?')?;
    rest.letters()?;
    rest.literal(b"/s")?;
    let rate = start.get(..start.len() - rest.0.len())?;
    rest.spaces();
    let rate = Some(rate).filter(|rate| !rate.starts_with(b"?"));
    let (percent, total) = (Some(percent), Some(total));
    let frame = Frame { desc, percent, n, total, unit, rate, ..Frame::default() };
    Some((frame, text.len() - rest.0.len()))
}
