//! `|> "<_>rtf=0.1<_>"`: text with holes.

use memchr::memmem;

/// A pattern filter. What stands outside the holes stands in the line in this order, each piece
/// at the first place it can; a hole takes at least one byte. Where the pattern does not end with
/// a hole the line ends; where it begins is free.
#[derive(Clone, Debug)]
pub(crate) struct Wildcard {
    pieces: Vec<memmem::Finder<'static>>,
    open_start: bool,
    open_end: bool,
}

const HOLE: &str = "<_>";

impl Wildcard {
    pub(crate) fn new(pattern: &str) -> Self {
        let pieces = pattern
            .split(HOLE)
            .filter(|piece| !piece.is_empty())
            .map(|piece| memmem::Finder::new(piece).into_owned())
            .collect();
        Self { pieces, open_start: pattern.starts_with(HOLE), open_end: pattern.ends_with(HOLE) }
    }

    /// The texts that must stand in a line.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(memmem::Finder::needle)
    }

    pub(crate) fn matches(&self, line: &[u8]) -> bool {
        let mut rest = line;
        for (at, piece) in self.pieces.iter().enumerate() {
            let Some(start) = piece.find(rest) else { return false };
            let after_hole = at > 0 || self.open_start;
            if after_hole && start == 0 {
                return false;
            }
            rest = rest.get(start + piece.needle().len()..).unwrap_or(b"");
        }
        rest.is_empty() != self.open_end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stands_in_the_order_of_the_pattern() {
        for (pattern, line, expected) in [
            ("<_>a<_>b<_>", "xaxbx", true),
            ("<_>a<_>b<_>", "xbxax", false),
            ("<_>a<_>b<_>", "xabx", false),
            ("<_>a<_>b<_>", "xaxb", false),
            ("boot <_>", "boot 1", true),
            ("boot <_>", "a boot 1", true),
            ("boot <_>", "boot ", false),
            ("<_>boot", "a boot", true),
            ("<_>boot", "boot", false),
            ("<_>boot", "a boot 1", false),
            ("a", "a", true),
            ("a", "ab", false),
            ("a", "ba", true),
            ("<_>", "x", true),
            ("<_>", "", false),
        ] {
            assert_eq!(
                Wildcard::new(pattern).matches(line.as_bytes()),
                expected,
                "{pattern} {line}"
            );
        }
    }
}
