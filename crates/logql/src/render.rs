use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::QueryError;

/// What a terminal shows of a long line around the mistake.
const MAX_WIDTH: usize = 100;

impl QueryError {
    /// The error with the line of `text` it is in and a mark under the place, for terminals and
    /// for answers in plain text:
    ///
    /// ```text
    /// unexpected `==`, expected `=`, `!=`, `=~` or `!~`
    ///  1 | {job=="a"}
    ///    |     ^^
    /// help: compare with =: {job="a"}
    /// ```
    pub fn render(&self, text: &str) -> String {
        let start = floor_boundary(text, self.span.start);
        let end = floor_boundary(text, self.span.end).max(start);
        let line_start = text.get(..start).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
        let line_end =
            text.get(start..).and_then(|t| t.find('\n')).map_or(text.len(), |at| start + at);
        let number = text.get(..line_start).unwrap_or_default().matches('\n').count() + 1;
        let before = text.get(line_start..start).unwrap_or_default();
        let marked = text.get(start..end.min(line_end)).unwrap_or_default();
        let after = text.get(end.min(line_end).max(start)..line_end).unwrap_or_default();

        let before = cut_front(&shown(before), MAX_WIDTH / 2);
        let marked = cut_back(&shown(marked), MAX_WIDTH);
        let after = cut_back(&shown(after), MAX_WIDTH / 2);
        let gutter = number.to_string();
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}", self.message);
        let _ = writeln!(out, " {gutter} | {before}{marked}{after}");
        let _ = write!(
            out,
            " {} | {}{}",
            " ".repeat(gutter.len()),
            " ".repeat(before.width()),
            "^".repeat(marked.width().max(1))
        );
        if let Some(fix) = &self.fix {
            let _ = write!(out, "\nhelp: {}", fix.title);
            let fixed = fix.apply(text);
            if !fixed.contains('\n') && fixed.width() <= MAX_WIDTH {
                let _ = write!(out, ": {}", shown(&fixed));
            }
        }
        out
    }
}

impl crate::Fix {
    /// The whole text with the repair made.
    pub fn apply(&self, text: &str) -> String {
        let start = floor_boundary(text, self.span.start);
        let end = floor_boundary(text, self.span.end).max(start);
        let before = text.get(..start).unwrap_or_default();
        let after = text.get(end..).unwrap_or_default();
        format!("{before}{}{after}", self.text)
    }
}

/// Spans belong to one text; with another they may point anywhere.
fn floor_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Without what would move the mark: tabs and control characters.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.width().is_none() { ' ' } else { c }).collect()
}

fn cut_front(text: &str, max: usize) -> String {
    if text.width() <= max {
        return text.to_owned();
    }
    let mut width = 0;
    let keep: Vec<char> = text
        .chars()
        .rev()
        .take_while(|c| {
            width += c.width().unwrap_or(0);
            width < max
        })
        .collect();
    std::iter::once('…').chain(keep.into_iter().rev()).collect()
}

fn cut_back(text: &str, max: usize) -> String {
    if text.width() <= max {
        return text.to_owned();
    }
    let mut width = 0;
    let keep = text.chars().take_while(|c| {
        width += c.width().unwrap_or(0);
        width < max
    });
    keep.chain(std::iter::once('…')).collect()
}
