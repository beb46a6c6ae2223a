//! `|> "<_>rtf=0.1<_>"`: text with holes.

use memchr::memmem;

/// A pattern filter. A hole takes any text, also none; what stands outside the holes stands in
/// the line in this order. A pattern that does not begin with a hole begins the line.
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
            let len = piece.needle().len();
            let last = at + 1 == self.pieces.len();
            let start = if at == 0 && !self.open_start {
                if !rest.starts_with(piece.needle()) {
                    return false;
                }
                0
            } else if last && !self.open_end {
                // Whatever stands before belongs to the hole.
                return rest.ends_with(piece.needle());
            } else {
                match piece.find(rest) {
                    Some(start) => start,
                    None => return false,
                }
            };
            rest = rest.get(start + len..).unwrap_or(b"");
        }
        self.open_end || rest.is_empty()
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
            ("boot <_>", "boot 1", true),
            ("boot <_>", "a boot 1", false),
            ("<_>boot", "a boot", true),
            ("<_>boot", "boot boot 1", false),
            ("<_>ab", "abab", true),
            ("a", "a", true),
            ("a", "ab", false),
            ("<_>", "", true),
            ("a<_>a", "a", false),
        ] {
            assert_eq!(
                Wildcard::new(pattern).matches(line.as_bytes()),
                expected,
                "{pattern} {line}"
            );
        }
    }
}
