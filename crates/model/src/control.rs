/// The length of the control sequence of a terminal (`ESC [`, colours and cursor movements) that a
/// text starts with; 0 where there is none, or none that ends.
pub fn control_sequence_len(text: &[u8]) -> usize {
    let Some(body) = text.strip_prefix(b"\x1b[") else { return 0 };
    let parameters = body.iter().take_while(|byte| (0x20..0x40).contains(*byte)).count();
    match body.get(parameters) {
        Some(0x40..=0x7e) => parameters + 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_ends_with_its_letter() {
        for (text, len) in [
            ("\x1b[m", 3),
            ("\x1b[1;38;5;9mred", 11),
            ("\x1b[?25l", 6),
            ("\x1b[31", 0),
            ("\x1b[3字", 0),
            ("\x1b]0;title\x07", 0),
            ("x\x1b[m", 0),
            ("", 0),
        ] {
            assert_eq!(control_sequence_len(text.as_bytes()), len, "{text:?}");
        }
    }
}
