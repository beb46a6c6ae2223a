use jiff::tz::TimeZone;

/// What a detector is told once: settings, the same for each file.
#[derive(Clone, Debug)]
pub struct Context {
    /// The zone of stamps that do not say theirs.
    pub zone: Zone,
    /// Longer lines are cut into several entries at this many bytes (at a code point). Larger keeps
    /// more lines whole, smaller bounds the memory per file.
    pub max_line: usize,
}

impl Context {
    /// 4 MiB.
    pub const MAX_LINE: usize = 4 << 20;
}

impl Default for Context {
    fn default() -> Self {
        Self { zone: Zone::UTC, max_line: Self::MAX_LINE }
    }
}

/// What a detector is told about a file when it starts with it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Start {
    /// The offset in the file of the first byte that will be fed.
    pub offset: u64,
    /// The file's modification time in nanoseconds since 1970: the time of lines that stood in the
    /// file before it was first read and have no stamp near, and what tells the year of stamps
    /// without one.
    pub mtime: i64,
}

/// The zone of local times.
#[derive(Clone, Debug)]
pub enum Zone {
    /// Seconds east of UTC.
    Fixed(i32),
    /// A zone with rules.
    Rules(TimeZone),
}

impl Zone {
    pub const UTC: Self = Self::Fixed(0);
}
