use super::Core;
use crate::{
    Auto, Level,
    prefix::{self, MAX_PREFIXES, Prefix},
    shapes::{Head, ShapeId, Shapes},
    stamp::When,
};

/// A line without what stands in front of it.
pub(super) struct Stripped<'a> {
    pub text: &'a [u8],
    pub head: Option<Head<'a>>,
    /// What read the head.
    pub shape: ShapeId,
    /// Of all prefixes: the outermost time, the innermost level.
    pub when: Option<When>,
    pub level: Option<Level>,
    pub is_record: bool,
    pub writer: u64,
}

impl Core<'_> {
    /// Reads what stands in front of a line.
    pub(super) fn strip<'t>(&mut self, text: &'t [u8], auto: &mut Auto) -> Stripped<'t> {
        let outer = self.outer;
        let mut stripped = Stripped {
            text,
            head: self.memory.shapes.read(text, auto),
            shape: ShapeId::default(),
            when: outer.map(|outer| outer.when),
            level: None,
            is_record: false,
            writer: outer.map_or(0, |outer| hash(0, outer.output.as_str().as_bytes())),
        };
        for _ in 0..MAX_PREFIXES {
            if stripped.head.is_some() {
                break;
            }
            let Some(prefix) = prefix::leading(stripped.text, auto) else { break };
            self.tally.wrapped(prefix.family);
            stripped.take(&prefix);
            let head = self.memory.shapes.read(prefix.rest, auto);
            // What a daemon says of itself in passing (`level=info msg=…`) is not syslog's word.
            let in_passing = prefix.is_record && prefix.rest.starts_with(b"level=");
            stripped.head = head.filter(|head| head.when.is_some() || !in_passing);
        }
        stripped.shape = self.memory.shapes.last();
        if stripped.head.is_none()
            && !stripped.is_record
            && let Some((shape, head)) = Shapes::last_resort(stripped.text, auto)
        {
            (stripped.shape, stripped.head) = (shape, Some(head));
        }
        stripped
    }

    /// The time of a record: one that says its zone before one that does not, and the program's
    /// own before that of what is in front of it.
    pub(super) fn stamp(&mut self, own: Option<When>, front: Option<When>) -> Option<i64> {
        let zoned = |when: &When| when.has_zone();
        let when = own.filter(zoned).or(front.filter(zoned)).or(own).or(front)?;
        self.tally.stamp(zoned(&when));
        let around = if self.memory.is_live { self.now } else { self.memory.mtime };
        self.clock.nanos(when, around)
    }
}

impl<'t> Stripped<'t> {
    fn take(&mut self, prefix: &Prefix<'t>) {
        self.text = prefix.rest;
        self.when = self.when.or(prefix.when);
        self.level = prefix.level.or(self.level);
        self.is_record |= prefix.is_record;
        self.writer = hash(self.writer, prefix.writer);
    }
}

/// FNV-1a; never 0, which stands for nothing.
pub(super) fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let start = seed ^ 0xcbf2_9ce4_8422_2325;
    let mixed = bytes
        .iter()
        .fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    mixed.max(1)
}
