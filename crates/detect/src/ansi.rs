use memchr::memchr;

const ESC: u8 = 0x1b;

/// `text` without escape sequences (colours, cursor moves, titles); what is no complete sequence
/// stays. `buffer` holds the result when there was one.
pub(crate) fn strip<'a>(text: &'a [u8], buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let Some(first) = memchr(ESC, text) else { return text };
    buffer.clear();
    let mut rest = text;
    let mut next = Some(first);
    while let Some(at) = next {
        let (front, from) = rest.split_at(at);
        buffer.extend_from_slice(front);
        let len = sequence(from);
        if len == 0 {
            buffer.push(ESC);
        }
        rest = from.get(len.max(1)..).unwrap_or(b"");
        next = memchr(ESC, rest);
    }
    buffer.extend_from_slice(rest);
    buffer
}

/// The length of the sequence that `text` starts with, 0 when there is none.
pub(crate) fn sequence(text: &[u8]) -> usize {
    match text {
        [ESC, b'[', rest @ ..] => {
            let parameters = rest.iter().take_while(|b| (0x30..=0x3F).contains(*b)).count();
            let rest = rest.get(parameters..).unwrap_or(b"");
            let between = rest.iter().take_while(|b| (0x20..=0x2F).contains(*b)).count();
            match rest.get(between) {
                Some(0x40..=0x7E) => 2 + parameters + between + 1,
                _ => 0,
            }
        }
        [ESC, b']', rest @ ..] => {
            // Ends with BEL or ESC \.
            match rest.iter().position(|b| *b == 0x07 || *b == ESC) {
                Some(at) if rest.get(at) == Some(&0x07) => 2 + at + 1,
                Some(at) if rest.get(at + 1) == Some(&b'\\') => 2 + at + 2,
                _ => 0,
            }
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_go_and_text_stays() {
        for (text, stripped) in [
            ("plain", "plain"),
            ("\x1b[0;93mW\x1b[m", "W"),
            ("\x1b[1;37;41mx\x1b[A", "x"),
            ("\x1b]0;title\x07x\x1b]8;;u\x1b\\y", "xy"),
            ("\x1b[12", "\x1b[12"),
            ("a\x1bb", "a\x1bb"),
        ] {
            assert_eq!(strip(text.as_bytes(), &mut Vec::new()), stripped.as_bytes(), "{text:?}");
        }
    }
}
