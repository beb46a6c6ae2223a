//! A line as words and what stands between them.

/// More words than this are taken together as one.
const MAX_WORDS: usize = 128;
/// What follows after so many bytes is one word.
const MAX_BYTES: usize = 4096;
/// A longer word varies, whatever it is.
const MAX_WORD_BYTES: usize = 64;

/// A line cut so that `gaps[0] words[0] gaps[1] … words[n-1] gaps[n]` is the line again. Words
/// that hold a digit are None: they are different in every line, or as good as.
#[derive(Debug, PartialEq, Eq)]
pub struct Words<'l> {
    pub words: Vec<Option<&'l str>>,
    pub gaps: Vec<&'l str>,
}

impl<'l> Words<'l> {
    /// Cuts the first line of an entry; further lines are one word.
    pub fn of(entry: &'l str) -> Self {
        let mut words = Self { words: Vec::new(), gaps: Vec::new() };
        let end = entry.find(['\n', '\r']).unwrap_or(entry.len());
        let line = entry.get(..floor(entry, end.min(MAX_BYTES))).unwrap_or(entry);
        // Where the gap began that is being read, and how far it was read.
        let (mut gap, mut at) = (0, 0);
        // A quote that is not closed: so are those after it, and none needs to be looked for.
        let mut is_open = false;
        while let Some(next) = line.get(at..).and_then(|rest| rest.chars().next())
            && words.words.len() + 1 < MAX_WORDS
        {
            let rest = line.get(at..).unwrap_or_default();
            let quoted = rest.strip_prefix('"').filter(|_| !is_open);
            let after_quote = quoted.and_then(text_in_quotes);
            is_open |= quoted.is_some() && after_quote.is_none();
            let (start, len) = match after_quote {
                // What stands in quotes is one word, blanks and all.
                Some(quoted) => (at + 1, quoted.len()),
                None => (at, rest.find(|c| !is_word(c)).unwrap_or(rest.len())),
            };
            if len > 0 {
                words.push(line.get(gap..start), line.get(start..start + len));
                gap = start + len;
            }
            // The closing quote belongs to the gap, and must not open anything.
            at = match (after_quote, len) {
                (Some(_), _) => start + len + 1,
                (None, 0) => at + next.len_utf8(),
                (None, _) => gap,
            };
        }
        let left = entry.get(gap..).unwrap_or_default();
        // Whatever is left from the next word on, further lines too, is one word.
        match left.find(|c| is_word(c) || matches!(c, '\n' | '\r')) {
            Some(start) => {
                words.gaps.push(left.get(..start).unwrap_or_default());
                words.words.push(None);
                words.gaps.push("");
            }
            None => words.gaps.push(left),
        }
        words
    }

    fn push(&mut self, gap: Option<&'l str>, word: Option<&'l str>) {
        self.gaps.push(gap.unwrap_or_default());
        self.words.push(word.filter(|word| !is_variable(word)));
    }
}

/// Up to the closing quote; None when there is none.
fn text_in_quotes(text: &str) -> Option<&str> {
    let mut escaped = false;
    let end = text.find(|c| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })?;
    text.get(..end)
}

/// The angle brackets of a text would be read as a capture, and bars are drawn of blocks: they
/// belong to words that vary.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '+' | '%') || is_varying(c)
}

fn is_varying(c: char) -> bool {
    matches!(c, '<' | '>' | '\u{2580}'..='\u{259f}')
}

fn is_variable(word: &str) -> bool {
    word.len() > MAX_WORD_BYTES || word.contains(|c: char| c.is_numeric() || is_varying(c))
}

/// The greatest boundary of a character up to `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_into_words_and_gaps() {
        let cut = |line: &str| -> String {
            let words = Words::of(line);
            let mut text = String::new();
            for (at, gap) in words.gaps.iter().enumerate() {
                text.push_str(gap);
                if let Some(word) = words.words.get(at) {
                    text.push_str(&word.map_or("#".to_owned(), |word| format!("[{word}]")));
                }
            }
            text
        };
        for (line, expected) in [
            ("", ""),
            ("took 5ms", "[took] #"),
            ("  two  gaps ", "  [two]  [gaps] "),
            (r#"msg="so so" n=1"#, r#"[msg]="[so so]" [n]=#"#),
            (r#"{"a":"x \" y","b":""}"#, r#"{"[a]":"[x \" y]","[b]":""}"#),
            ("an open \" quote", "[an] [open] \" [quote]"),
            (r#"a "b c" "d \" "e"#, r#"[a] "[b c]" "[d \" ]"[e]"#),
            (r#"a \" b \" c \" d"#, r#"[a] \" [b] \" [c] \" [d]"#),
            ("10:08:17.462 INFO", "#:#:# [INFO]"),
            ("a <b> c", "[a] # [c]"),
            ("说 你好", "[说] [你好]"),
            ("error: bad\n  at x\n", "[error]: [bad]#"),
            ("!?", "!?"),
        ] {
            assert_eq!(cut(line), expected, "{line:?}");
        }
        let long = "x ".repeat(5000);
        assert_eq!(Words::of(&long).words.len(), 128);
        assert_eq!(Words::of(&"é".repeat(3000)).words, [None, None]);
    }
}
