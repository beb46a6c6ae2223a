//! ollama's downloads: `pulling 8eeb52dfb3bb:  45% ▕███████        ▏ 2.1 GB/4.7 GB   39 MB/s    1m5s`

use memchr::memmem;

use super::{Frame, Rest, description, percent};

/// A frame whose `%` is at `mark`.
pub(super) fn read(text: &[u8], mark: usize) -> Option<(Frame<'_>, usize)> {
    let (percent, desc) = percent(text, mark)?;
    let desc = description(desc, None)?;
    let desc = desc.strip_suffix(b":").or(desc.strip_suffix(b"...")).unwrap_or(desc);
    let mut rest = Rest(text.get(mark + 1..)?);
    rest.literal(" ▕".as_bytes())?;
    rest.0 = rest.0.get(memmem::find(rest.0, "▏".as_bytes())? + "▏".len()..)?;
    rest.spaces();
    let n = rest.quantity()?;
    let unit = amount_unit(&mut rest)?;
    let mut frame = Frame { desc, percent: Some(percent), n, unit, ..Frame::default() };
    if rest.literal(b"/").is_some() {
        frame.total = Some(rest.quantity()?);
        amount_unit(&mut rest)?;
    } else {
        // Done: only the size is left.
        frame.total = Some(n);
    }
    rest.spaces();
    let start = rest.0;
    if rest.quantity().is_some() {
        rest.spaces();
        rest.letters()?;
        rest.literal(b"/s")?;
        frame.rate = start.get(..start.len() - rest.0.len());
        rest.spaces();
        frame.eta = rest.some(|b| b.is_ascii_digit() || matches!(b, b'h' | b'm' | b's'));
    }
    rest.spaces();
    Some((frame, text.len() - rest.0.len()))
}

/// ` GB`
fn amount_unit<'a>(rest: &mut Rest<'a>) -> Option<&'a [u8]> {
    rest.literal(b" ")?;
    rest.letters()
}
