use crate::{encoding::Script, prefix::Family, shapes::ShapeId};

/// What became of the lines of a file since its detector was made. It is no part of [`State`]: what
/// a detector does never depends on it.
///
/// [`State`]: crate::State
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    shapes: [u64; ShapeId::NUM],
    wrapped: [u64; Family::NAMES.len()],
    /// Records that nothing but a prefix told apart.
    prefixed: u64,
    /// Records that are just text: no shape read a front of them.
    pub bare: u64,
    /// Tracebacks that nothing stands in front of.
    pub tracebacks: u64,
    /// Lines that go on the record before them.
    pub continued: u64,
    /// Steps of progress bars.
    pub frames: u64,
    /// Empty lines.
    pub blank: u64,
    /// Stamps that say their zone, and those that do not.
    pub zoned: u64,
    pub unzoned: u64,
    /// Lines that are not ASCII: those that are UTF-8 (also what was UTF-16), those that were decoded from GB18030, and
    /// those that are neither, which stay as they are.
    pub utf8: u64,
    pub gb18030: u64,
    pub unclear: u64,
}

impl Tally {
    /// The shapes of records and how many lines each read, most lines first.
    pub fn shapes(&self) -> Vec<(&'static str, u64)> {
        let prefixed = [("syslog or journald", self.prefixed)];
        sorted(ShapeId::names().zip(self.shapes).chain(prefixed))
    }

    /// What stands around lines, and of how many, most lines first.
    pub fn wrapped_in(&self) -> Vec<(&'static str, u64)> {
        sorted(Family::NAMES.into_iter().zip(self.wrapped))
    }

    pub(crate) fn shaped(&mut self, shape: ShapeId) {
        if let Some(lines) = self.shapes.get_mut(shape.index()) {
            *lines += 1;
        }
    }

    pub(crate) fn wrapped(&mut self, family: Family) {
        if let Some(lines) = self.wrapped.get_mut(family as usize) {
            *lines += 1;
        }
    }

    /// A record without a head; `is_prefixed`: what stands in front says that it is one.
    pub(crate) const fn bare(&mut self, is_prefixed: bool) {
        if is_prefixed {
            self.prefixed += 1;
        } else {
            self.bare += 1;
        }
    }

    pub(crate) const fn stamp(&mut self, is_zoned: bool) {
        if is_zoned {
            self.zoned += 1;
        } else {
            self.unzoned += 1;
        }
    }

    pub(crate) const fn text(&mut self, script: Script) {
        match script {
            Script::Ascii => {}
            Script::Utf8 => self.utf8 += 1,
            Script::Gb18030 => self.gb18030 += 1,
            Script::Unclear => self.unclear += 1,
        }
    }
}

fn sorted(counts: impl Iterator<Item = (&'static str, u64)>) -> Vec<(&'static str, u64)> {
    let mut found: Vec<_> = counts.filter(|(_, lines)| *lines > 0).collect();
    found.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
    found
}
