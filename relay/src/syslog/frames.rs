use std::io::{self, BufRead, Read as _};

/// Reads the next message of a connection into `message`; false: there are no more. Messages have
/// their length before them or a line end after them, as each of them begins. What is longer than
/// `max` is cut.
pub(super) fn read(from: &mut impl BufRead, max: usize, message: &mut Vec<u8>) -> io::Result<bool> {
    message.clear();
    let Some(first) = from.fill_buf()?.first().copied() else { return Ok(false) };
    if first.is_ascii_digit() && first != b'0' {
        let Some(length) = length(from)? else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "no length of a message"));
        };
        let kept = length.min(max as u64);
        from.take(kept).read_to_end(message)?;
        io::copy(&mut from.take(length - kept), &mut io::sink())?;
    } else {
        from.take(max as u64).read_until(b'\n', message)?;
        if message.last() != Some(&b'\n') {
            // The rest of a long line; of a sender that is gone there is none.
            skip_line(from)?;
        }
    }
    while matches!(message.last(), Some(b'\n' | b'\r' | 0)) {
        message.pop();
    }
    Ok(true)
}

/// `123 `; None: it is something else.
fn length(from: &mut impl BufRead) -> io::Result<Option<u64>> {
    const MOST_DIGITS: usize = 9;
    let mut length = 0_u64;
    for _ in 0..=MOST_DIGITS {
        let Some(byte) = from.fill_buf()?.first().copied() else { return Ok(None) };
        from.consume(1);
        match byte {
            b'0'..=b'9' => length = length * 10 + u64::from(byte - b'0'),
            b' ' => return Ok(Some(length)),
            _ => return Ok(None),
        }
    }
    Ok(None)
}

fn skip_line(from: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = from.fill_buf()?;
        let (skip, is_end) = match memchr::memchr(b'\n', buffer) {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        from.consume(skip);
        if is_end {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &[&str]) {
        let mut from = io::BufReader::with_capacity(3, bytes);
        let (mut message, mut found) = (Vec::new(), Vec::new());
        loop {
            match read(&mut from, 12, &mut message) {
                Ok(true) => found.push(String::from_utf8(message.clone()).unwrap()),
                Ok(false) => break,
                Err(error) => {
                    found.push(error.to_string());
                    break;
                }
            }
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn messages_are_taken_apart() {
        check(b"", &[]);
        check(b"<1>one\n<2>two\r\n<3>three", &["<1>one", "<2>two", "<3>three"]);
        check(b"5 <1>ab6 <2>a\nb<3>line\n5 <4>cd", &["<1>ab", "<2>a\nb", "<3>line", "<4>cd"]);
        check(b"20 <1>01234567890123456<2>next\n", &["<1>012345678", "<2>next"]);
        check(b"<1>01234567890123456\n<2>next\n", &["<1>012345678", "<2>next"]);
        check(b"5 <1>", &["<1>"]);
        check(b"12345678901234 <1>", &["no length of a message"]);
        check(b"1x", &["no length of a message"]);
    }
}
