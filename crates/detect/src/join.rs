//! Which lines belong to the record before them.

/// How the first line of a traceback, of a part of one or of a thread's death starts.
const TRACEBACK_STARTS: [&[u8]; 6] = [
    b"Traceback (most recent call last):",
    b"Exception in thread ",
    b"Exception ignored in: ",
    b"During handling of the above exception",
    b"The above exception was the direct cause",
    // All lines of a group are indented.
    b"  + Exception Group Traceback",
];

pub(crate) fn starts_traceback(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'T' | b'E' | b'D' | b' '))
        && TRACEBACK_STARTS.iter().any(|start| line.starts_with(start))
}

/// Whether a record's message is the first line of a traceback (`logger.error(format_exc())`).
pub(crate) fn is_traceback(message: &[u8]) -> bool {
    message.starts_with(b"Traceback (most")
}

/// Whether a line can only be the continuation of another.
pub(crate) fn continues(line: &[u8]) -> bool {
    match line.first() {
        Some(b' ' | b'\t' | b'\x0b' | b'\x0c' | b'^') => true,
        Some(b'>') => line.starts_with(b"> File "),
        // What faulthandler says behind `Fatal Python error: …`.
        Some(b'T') => line.starts_with(b"Thread 0x"),
        Some(b'C') => line.starts_with(b"Current thread 0x"),
        Some(b'E') => line.starts_with(b"Extension modules: "),
        // loguru's arrows.
        Some(0xE2) => line.starts_with("│".as_bytes()) || line.starts_with("└".as_bytes()),
        // Ideographic space, which Chinese texts are indented with.
        Some(0xE3) => line.starts_with("\u{3000}".as_bytes()),
        _ => false,
    }
}

/// The name of the exception in the last line of a traceback (`torch.OutOfMemoryError: CUDA …` is
/// `OutOfMemoryError`). Names that do not say so (`StopIteration`, `queue.Empty`) count too: inside
/// a traceback nothing else stands at the start of a line as a name and a colon.
pub(crate) fn exception(line: &[u8]) -> Option<&[u8]> {
    let len = line.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
    let (name, rest) = line.split_at_checked(len.count())?;
    let last = name.rsplit(|b| *b == b'.').next()?;
    let starts = |name: &[u8], accept: fn(&u8) -> bool| name.first().is_some_and(accept);
    (starts(last, u8::is_ascii_uppercase)
        && !starts(name, u8::is_ascii_digit)
        && matches!(rest.first(), None | Some(b':')))
    .then_some(last)
}

/// The category of a Python warning: `/p/weight_norm.py:143: FutureWarning: …`
pub(crate) fn warning(line: &[u8]) -> Option<&[u8]> {
    let at = memchr::memmem::find(line, b".py:")?;
    let rest = line.get(at + 4..)?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = rest.get(digits..)?.strip_prefix(b": ").filter(|_| digits > 0)?;
    let name = rest.get(..rest.iter().position(|b| !b.is_ascii_alphanumeric())?)?;
    (name.ends_with(b"Warning") && rest.get(name.len()) == Some(&b':')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_named() {
        for (line, expected) in [
            ("torch.cuda.OutOfMemoryError: CUDA out of memory.", Some("OutOfMemoryError")),
            ("ZeroDivisionError: division by zero", Some("ZeroDivisionError")),
            ("KeyboardInterrupt", Some("KeyboardInterrupt")),
            ("Exception: boom", Some("Exception")),
            ("queue.Empty", Some("Empty")),
            ("Traceback (most recent call last):", None),
            ("something: else", None),
            ("  File \"x.py\", line 1", None),
            ("", None),
        ] {
            assert_eq!(exception(line.as_bytes()), expected.map(str::as_bytes), "{line:?}");
        }
    }

    #[test]
    fn continuations_are_told_from_records() {
        for (line, expected) in [
            ("  File \"x.py\"", true),
            ("\tat x", true),
            ("> File \"x\"", true),
            ("> quoted", false),
            ("│ └ 0", true),
            ("^^^^", true),
            ("Thread 0x00007f01 (most recent call first):", true),
            ("Thread started", false),
            ("日志", false),
            ("plain", false),
        ] {
            assert_eq!(continues(line.as_bytes()), expected, "{line:?}");
        }
    }

    #[test]
    fn warnings_are_named() {
        let line = b"/p/torch/weight_norm.py:143: FutureWarning: deprecated";
        assert_eq!(warning(line), Some(&b"FutureWarning"[..]));
        assert_eq!(warning(b"x.py:12: note"), None);
    }
}
