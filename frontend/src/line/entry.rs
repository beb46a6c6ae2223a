use std::rc::Rc;

use logql::Row;
use model::Labels;

use super::Needles;
use crate::engine::message::{Cut, Listed};
use crate::format::file_name;
use crate::state::RowId;

/// The most characters of a line that the list shows; the details show the rest.
const SHOWN_CHARS: usize = 2_000;

/// An entry as the list holds it: the engine's row, and what was worked out about it once when it
/// came, so that showing it costs the same however long it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Nanoseconds since 1970.
    pub timestamp: i64,
    pub arrival: u64,
    /// As far as it is here, see `missing`.
    pub line: Vec<u8>,
    /// The line as it was stored, where the query changed it.
    pub original: Option<Vec<u8>>,
    /// The labels of its stream.
    pub stream: Rc<Labels>,
    /// What the query left of stream labels, metadata and parsed labels.
    pub labels: Rc<Labels>,
    pub metadata: Vec<(String, String)>,
    /// Auto fields and those of its session.
    pub auto: Vec<(String, String)>,
    pub level: Level,
    /// Line feeds after which something still stands.
    pub folded: u32,
    /// Characters that take one cell, of the first line as far as it is shown.
    pub narrow: u32,
    /// Characters that take two.
    pub wide: u32,
    /// Bytes of `line` that the first line shows.
    shown: usize,
    /// The first line goes on beyond them.
    pub cut: bool,
    /// What of the texts stayed behind; None: nothing.
    missing: Option<Cut>,
}

/// The severity of an entry: its `level` label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    Critical,
    Error,
    Warning,
    Info,
    Debug,
    #[default]
    None,
}

impl Level {
    pub fn of(labels: &Labels) -> Self {
        labels.get("level").or_else(|| labels.get("detected_level")).map_or(Self::None, Self::named)
    }

    /// The level of a label's value, under any of the names in use.
    pub fn named(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "critical" | "fatal" | "emerg" | "alert" | "crit" | "panic" => Self::Critical,
            "error" | "err" | "eror" => Self::Error,
            "warning" | "warn" => Self::Warning,
            "info" | "notice" | "success" => Self::Info,
            "debug" | "trace" => Self::Debug,
            _ => Self::None,
        }
    }

    /// The letter that says the level without colour.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Critical => "C",
            Self::Error => "E",
            Self::Warning => "W",
            Self::Info => "I",
            Self::Debug => "D",
            Self::None => "·",
        }
    }

    /// Ends the name of its classes and tokens.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::None => "none",
        }
    }
}

/// Label sets seen of late: thousands of entries share a few.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    recent: Vec<Rc<Labels>>,
}

impl Interner {
    /// More than the streams of a folder of logs; parsed labels differ from line to line anyway.
    const KEPT: usize = 64;

    fn intern(&mut self, labels: Labels) -> Rc<Labels> {
        if let Some(at) = self.recent.iter().rposition(|known| **known == labels) {
            // Neighbours share a stream: what was just used is found first.
            let known = self.recent.remove(at);
            self.recent.push(Rc::clone(&known));
            return known;
        }
        if self.recent.len() == Self::KEPT {
            self.recent.remove(0);
        }
        let labels = Rc::new(labels);
        self.recent.push(Rc::clone(&labels));
        labels
    }
}

impl Entry {
    pub fn new(listed: impl Into<Listed>, interner: &mut Interner) -> Self {
        let Listed { row, cut: missing } = listed.into();
        let Row { timestamp, arrival, line, original, stream, labels, metadata, auto, origins: _ } =
            row;
        let same = labels == stream;
        let stream = interner.intern(stream);
        let labels = if same { Rc::clone(&stream) } else { Rc::new(labels) };
        let level = match Level::of(&labels) {
            Level::None => Level::of(&stream),
            level => level,
        };
        let text = if missing.is_some() { &line } else { trim_end(&line) };
        let first_end = line_feed(text).unwrap_or(text.len());
        let folded = count_lines(text.get(first_end..).unwrap_or_default())
            .saturating_add(missing.as_ref().map_or(0, |missing| missing.line_feeds));
        let first = text.get(..first_end).unwrap_or_default();
        let (shown, narrow, wide) = measure(first);
        let cut = shown < first.len();
        Self {
            timestamp,
            arrival,
            line,
            original,
            stream,
            labels,
            metadata,
            auto,
            level,
            folded,
            narrow,
            wide,
            shown,
            cut,
            missing,
        }
    }

    pub const fn id(&self) -> RowId {
        RowId { timestamp: self.timestamp, arrival: self.arrival }
    }

    /// Bytes of the whole line, be they here or not.
    pub fn num_bytes(&self) -> u64 {
        let here = u64::try_from(self.line.len()).unwrap_or(u64::MAX);
        self.missing.as_ref().map_or(here, |missing| missing.bytes)
    }

    /// Whether all of its texts are here.
    pub const fn is_whole(&self) -> bool {
        self.missing.is_none()
    }

    /// What the list shows of the first line.
    pub fn first_line(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.line.get(..self.shown).unwrap_or_default())
    }

    /// Of the lines folded away the one that tells most: the first that matches, otherwise the
    /// last, where a traceback names its exception.
    pub fn preview(&self, needles: &Needles) -> Option<String> {
        if self.folded == 0 {
            return None;
        }
        // A fold may hold megabytes; the ends of it are enough for a preview.
        const LOOKED_AT: usize = 64 * 1024;
        let line = trim_end(&self.line);
        let rest = match line_feed(line) {
            Some(at) => line.get(at + 1..)?,
            // The fold begins in what stayed behind.
            None => self.missing.as_ref().map(|_| &[][..])?,
        };
        let head = String::from_utf8_lossy(rest.get(..rest.len().min(LOOKED_AT))?);
        let hit = (!needles.is_empty() && !needles.hit(&self.first_line()))
            .then(|| head.lines().find(|line| needles.hit(line)))
            .flatten();
        let chosen = match hit {
            Some(line) => line.to_owned(),
            None => {
                let end = match &self.missing {
                    Some(missing) if !missing.end.is_empty() => &missing.end,
                    _ => rest.get(rest.len().saturating_sub(LOOKED_AT)..)?,
                };
                let tail = String::from_utf8_lossy(end);
                tail.lines().rev().find(|line| !line.trim().is_empty())?.to_owned()
            }
        };
        Some(chosen.trim().chars().take(SHOWN_CHARS / 4).collect())
    }

    /// Lines of text this takes in a column of so many cells, when long lines are wrapped, with
    /// `marks` cells behind it.
    pub fn wrapped_lines(&self, cells: u32, wide_cells: f32, marks: u32) -> u32 {
        #[expect(clippy::cast_precision_loss, reason = "bounded by the characters shown")]
        let needed = (self.narrow + marks) as f32 + self.wide as f32 * wide_cells;
        // A wide character that does not fit leaves up to its width unused at the end of a line.
        #[expect(clippy::cast_precision_loss, reason = "a screen's width")]
        let usable = if self.wide > 0 { cells as f32 - wide_cells } else { cells as f32 };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive and small"
        )]
        let lines = (needed / usable.max(1.0)).ceil() as u32;
        lines.max(1)
    }

    /// Where the entry comes from, short: the instance, or the name of its file.
    pub fn source(&self) -> &str {
        let stream = &self.stream;
        let instance = stream.get("instance").unwrap_or("");
        match stream.get("filename") {
            Some(path) => file_name(path),
            None if !instance.is_empty() => instance,
            None => stream.get("job").unwrap_or(""),
        }
    }
}

fn line_feed(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|b| *b == b'\n')
}

fn trim_end(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|b| !matches!(b, b'\n' | b'\r' | b' ' | b'\t'));
    line.get(..end.map_or(0, |end| end + 1)).unwrap_or_default()
}

fn count_lines(bytes: &[u8]) -> u32 {
    let count = bytes.iter().filter(|b| **b == b'\n').count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How many bytes of `line` are shown, and how many narrow and wide characters those are. Escape
/// sequences take bytes but no cells.
fn measure(line: &[u8]) -> (usize, u32, u32) {
    let (mut at, mut narrow, mut wide) = (0, 0_u32, 0_u32);
    let mut chars = 0;
    while at < line.len() && chars < SHOWN_CHARS {
        chars += 1;
        match line.get(at).copied().unwrap_or(0) {
            0x1b => {
                // Up to the letter that ends it; colours are all that is common.
                let rest = line.get(at + 1..).unwrap_or_default();
                let skip = match rest.first() {
                    Some(b'[') => rest
                        .iter()
                        .skip(1)
                        .position(|b| (0x40..=0x7e).contains(b))
                        .map_or(rest.len(), |end| end + 2),
                    _ => 1,
                };
                at += 1 + skip;
            }
            // A tab is shown four cells wide.
            b'\t' => {
                narrow += 4;
                at += 1;
            }
            0..=0x1f | 0x7f => at += 1,
            0x20..=0x7e => {
                narrow += 1;
                at += 1;
            }
            lead => {
                let len = match lead {
                    0xc0..=0xdf => 2,
                    0xe0..=0xef => 3,
                    0xf0..=0xf7 => 4,
                    _ => 1,
                };
                // From U+1100 on most of what logs hold is drawn wide; box and block characters
                // (U+2500 to U+259F), arrows and quotation marks are not.
                let second = line.get(at + 1).copied().unwrap_or(0);
                let is_wide = match lead {
                    0xe1 => (0x84..0x86).contains(&second),
                    0xe2 => second >= 0xba,
                    0xe3..=0xed | 0xef.. => true,
                    _ => false,
                };
                if is_wide {
                    wide += 1;
                } else {
                    narrow += 1;
                }
                at += len;
            }
        }
    }
    (at.min(line.len()), narrow, wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(line: &str) -> Entry {
        Entry::new(
            Row { line: line.as_bytes().to_vec(), ..Row::default() },
            &mut Interner::default(),
        )
    }

    #[test]
    fn an_entry_folds_after_its_first_line() {
        for (line, first, folded, preview) in [
            ("one", "one", 0, None),
            ("one\n", "one", 0, None),
            ("a\nb\n\n", "a", 1, Some("b")),
            (
                "Traceback:\n  File x\ntorch.OutOfMemoryError: CUDA",
                "Traceback:",
                2,
                Some("torch.OutOfMemoryError: CUDA"),
            ),
            ("", "", 0, None),
            ("\n\n", "", 0, None),
        ] {
            let entry = entry(line);
            assert_eq!(entry.first_line(), first, "{line:?}");
            assert_eq!(entry.folded, folded, "{line:?}");
            assert_eq!(entry.preview(&Needles::default()).as_deref(), preview, "{line:?}");
        }
        let traceback = entry("Traceback:\n  File x\n    y = z\nError");
        assert_eq!(traceback.preview(&Needles::literal(&["File"])).as_deref(), Some("File x"));
        assert_eq!(traceback.preview(&Needles::literal(&["Traceback"])).as_deref(), Some("Error"));
    }

    #[test]
    fn a_long_line_is_cut_where_a_character_ends() {
        let long = entry(&"你".repeat(5_000));
        assert!(long.cut);
        assert_eq!(long.first_line().chars().count(), SHOWN_CHARS);
        assert!(!long.first_line().contains('\u{fffd}'));
        assert_eq!((long.narrow, long.wide), (0, 2_000));
        assert!(!entry(&"x".repeat(SHOWN_CHARS)).cut);
    }

    #[test]
    fn a_cut_entry_folds_as_if_it_were_whole() {
        let long = format!("first\n{}\n{}\nError: last\n", "a".repeat(9_000), "b".repeat(9_000));
        let row = Row { line: long.clone().into_bytes(), ..Row::default() };
        let cut = Entry::new(Listed::cut(row), &mut Interner::default());
        let whole = entry(&long);
        assert!(!cut.is_whole() && whole.is_whole());
        assert_eq!((cut.folded, cut.num_bytes()), (whole.folded, whole.num_bytes()));
        let none = Needles::default();
        assert_eq!(cut.preview(&none), whole.preview(&none));
        // All of the fold stayed behind.
        let long = format!("{}\nError: last", "a".repeat(20_000));
        let row = Row { line: long.into_bytes(), ..Row::default() };
        let cut = Entry::new(Listed::cut(row), &mut Interner::default());
        assert_eq!((cut.folded, cut.preview(&none).as_deref()), (1, Some("Error: last")));
    }

    #[test]
    fn colours_take_no_room() {
        let coloured = entry("\u{1b}[31mab\u{1b}[0m\tc");
        assert_eq!((coloured.narrow, coloured.wide), (7, 0));
    }

    #[test]
    fn wrapping_needs_as_many_lines_as_it_has_cells() {
        assert_eq!(entry(&"x".repeat(100)).wrapped_lines(100, 1.7, 0), 1);
        assert_eq!(entry(&"x".repeat(101)).wrapped_lines(100, 1.7, 0), 2);
        assert_eq!(entry(&"你".repeat(100)).wrapped_lines(100, 1.7, 0), 2);
        assert_eq!(entry("").wrapped_lines(0, 1.7, 0), 1);
    }

    #[test]
    fn a_level_has_many_names() {
        for (name, level) in [
            ("ERROR", Level::Error),
            ("warn", Level::Warning),
            ("fatal", Level::Critical),
            ("trace", Level::Debug),
            ("unknown", Level::None),
        ] {
            assert_eq!(Level::named(name), level, "{name}");
        }
    }
}
