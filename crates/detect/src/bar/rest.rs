/// What is left to read of a frame.
pub(super) struct Rest<'a>(pub &'a [u8]);

impl<'a> Rest<'a> {
    pub(super) fn literal(&mut self, literal: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(literal)?;
        Some(())
    }

    pub(super) fn spaces(&mut self) {
        while let [b' ', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    pub(super) fn some(&mut self, accept: impl Fn(u8) -> bool) -> Option<&'a [u8]> {
        let len = self.0.iter().position(|b| !accept(*b)).unwrap_or(self.0.len());
        let (front, rest) = self.0.split_at_checked(len).filter(|(front, _)| !front.is_empty())?;
        self.0 = rest;
        Some(front)
    }

    /// `12`, `1.23G`.
    pub(super) fn quantity(&mut self) -> Option<&'a [u8]> {
        let start = self.0;
        self.some(|b| b.is_ascii_digit() || b == b'.')?;
        if let [b'k' | b'K' | b'M' | b'G' | b'T', rest @ ..] = self.0 {
            self.0 = rest;
        }
        start.get(..start.len() - self.0.len())
    }

    /// `GB`, `it`.
    pub(super) fn letters(&mut self) -> Option<&'a [u8]> {
        self.some(|b| b.is_ascii_alphabetic())
    }

    /// `00:31`, `1:02:03`, `0:00:37`.
    pub(super) fn clock(&mut self) -> Option<&'a [u8]> {
        self.some(|b| b.is_ascii_digit() || matches!(b, b':' | b'?' | b'-'))
    }

    /// Passes over all of `chars`, which are three bytes long each. Whether there were any.
    pub(super) fn glyphs(&mut self, chars: &[[u8; 3]]) -> Option<()> {
        let start = self.0.len();
        while let Some((glyph, rest)) = self.0.split_first_chunk::<3>()
            && chars.contains(glyph)
        {
            self.0 = rest;
        }
        (self.0.len() < start).then_some(())
    }
}
