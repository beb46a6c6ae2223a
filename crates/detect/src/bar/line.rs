//! Bars drawn as a line, by pip and rich:
//! `   ━━━━━━━━━━╸━━━━━ 1.2/2.7 GB 39.4 MB/s eta 0:00:37`, `Working... ━━━━━━━━━━━ 45% 0:00:12`.

use super::{Frame, Rest, description};
use crate::ansi;

/// `━`, `╸`, `╺`
const LINE: [[u8; 3]; 3] = [[0xE2, 0x94, 0x81], [0xE2, 0x95, 0xB8], [0xE2, 0x95, 0xBA]];

/// A frame whose line starts at `mark`.
pub(super) fn read(text: &[u8], mark: usize) -> Option<(Frame<'_>, usize)> {
    let desc = description(text.get(..mark)?, None)?;
    let mut rest = Rest(text.get(mark..)?);
    let start = rest.0.len();
    while rest.glyphs(&LINE).is_some() {
        colours(&mut rest);
    }
    let num_bytes = start - rest.0.len();
    rest.literal(b" ").filter(|()| num_bytes > 0)?;
    gap(&mut rest);
    let n = rest.quantity()?;
    let frame = match rest.0.first()? {
        b'%' => percentage(&mut rest, n, desc)?,
        _ => amount(&mut rest, n, desc)?,
    };
    Some((frame, text.len() - rest.0.len()))
}

/// `1.2/2.7 GB 39.4 MB/s eta 0:00:37`
fn amount<'a>(rest: &mut Rest<'a>, n: &'a [u8], desc: &'a [u8]) -> Option<Frame<'a>> {
    rest.literal(b"/")?;
    let total = rest.quantity()?;
    let mut frame = Frame { desc, n, total: Some(total), ..Frame::default() };
    if rest.literal(b" ").is_some() {
        frame.unit = rest.letters()?;
    }
    gap(rest);
    let start = rest.0;
    if rest.some(|b| b.is_ascii_digit() || matches!(b, b'.' | b'?')).is_some() {
        rest.spaces();
        rest.letters()?;
        rest.literal(b"/s")?;
        let rate = start.get(..start.len() - rest.0.len())?;
        frame.rate = Some(rate).filter(|rate| !rate.starts_with(b"?"));
        gap(rest);
    }
    if rest.literal(b"eta ").is_some() {
        gap(rest);
        frame.eta = rest.clock().filter(|eta| !eta.starts_with(b"-"));
    } else {
        // The time that it took, once it is done.
        frame.elapsed = rest.clock();
    }
    colours(rest);
    Some(frame)
}

/// `45% 0:00:12`
fn percentage<'a>(rest: &mut Rest<'a>, n: &'a [u8], desc: &'a [u8]) -> Option<Frame<'a>> {
    rest.literal(b"%")?;
    let percent = std::str::from_utf8(n).ok()?.parse().ok()?;
    gap(rest);
    let eta = rest.clock().filter(|eta| !eta.starts_with(b"-"));
    colours(rest);
    let frame = Frame { desc, percent: Some(percent), n, total: Some(b"100"), ..Frame::default() };
    Some(Frame { unit: b"%", eta, ..frame })
}

/// On a terminal each part has a colour.
fn colours(rest: &mut Rest<'_>) {
    while let len @ 1.. = ansi::sequence(rest.0) {
        rest.0 = rest.0.get(len..).unwrap_or(b"");
    }
}

fn gap(rest: &mut Rest<'_>) {
    let mut len = usize::MAX;
    while rest.0.len() < len {
        len = rest.0.len();
        rest.spaces();
        colours(rest);
    }
}
