use crate::encoding::is_utf16;

/// What compressed files, programs, pictures, sound and models start with.
const SIGNATURES: [&[u8]; 16] = [
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"PK\x03\x04",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x7fELF",
    b"MZ\x90\x00",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF-",
    b"RIFF",
    b"OggS",
    b"ID3",
    b"fLaC",
    b"SQLite format 3\x00",
];

/// Whether a file that starts with `sample` (a few KiB) is not a log: a known binary format, or
/// text-less bytes. UTF-16 and any 8-bit encoding are text; NULs in front are the
/// hole that a truncated file has when its writer goes on where it was.
pub fn is_binary(sample: &[u8]) -> bool {
    if SIGNATURES.iter().any(|signature| sample.starts_with(signature)) {
        return true;
    }
    if is_utf16(sample) {
        return false;
    }
    let hole = sample.iter().take_while(|byte| **byte == 0).count();
    let text = sample.get(hole..).unwrap_or(b"");
    let odd = |byte: u8| byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x1b | 0x08 | 0x0c);
    let num_odd = text.iter().filter(|byte| odd(**byte)).count();
    num_odd * 10 > text.len()
}

#[cfg(test)]
mod tests {
    use super::is_binary;

    #[test]
    fn logs_are_told_from_other_files() {
        for (sample, expected) in [
            (&b""[..], false),
            (b"2024-12-17 INFO x\n", false),
            (b"\x1b[32mok\x1b[0m\r 1%|", false),
            (b"\xff\xfeh\x00i\x00", false),
            (b"h\x00i\x00\x2dN", false),
            (b"\xba\xcf\xb3\xc9\xca\xa7\xb0\xdc\n", false),
            (b"\0\0\0\0\0\0\0\0after a hole\n", false),
            (b"torn \x00 write\n and more text\n", false),
            (b"\x7fELF\x02\x01", true),
            (b"\x1f\x8b\x08\x00", true),
            (b"\x01\x00\x00\x00\x12\x00\x05\x00ab\x00\x00", true),
        ] {
            assert_eq!(is_binary(sample), expected, "{sample:?}");
        }
    }
}
