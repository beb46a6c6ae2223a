//! Which rows of the list have elements. Making elements is what scrolling costs: a jump fills those
//! that are there with other rows, and draws what is in view before what lies beyond the edges. The
//! first rows of all come in steps: then the workers still have the cores that drawing would like.

use std::ops::Range;

/// Rows drawn beyond the edges, so that scrolling does not show gaps.
const OVERSCAN: usize = 8;
/// So many new rows are drawn at once, seen or not; beyond that only those that are seen.
const AT_ONCE: usize = OVERSCAN * 2;
/// Rows of an empty list that are drawn in one step.
const FIRST: usize = 14;

/// The rows that were drawn last.
#[derive(Debug, Default)]
pub struct Window {
    rows: Range<usize>,
    /// What is taken from a row's place for the key of its element, modulo 2^64.
    shift: usize,
}

/// The rows to draw now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    pub rows: Range<usize>,
    /// Those in view are among them.
    pub is_filled: bool,
    /// Those beyond the edges too.
    pub is_whole: bool,
    shift: usize,
}

impl Window {
    /// `seen`: the rows in view, of a list of `len`. `at_rest`: there is time for all of them.
    pub fn show(&mut self, seen: Range<usize>, len: usize, at_rest: bool) -> Drawn {
        let seen = seen.start.min(len)..seen.end.min(len);
        let whole = seen.start.saturating_sub(OVERSCAN)..(seen.end + OVERSCAN).min(len);
        let (num_drawn, seen_end) = (self.rows.len(), seen.end);
        let kept = self.rows.start.max(whole.start)..self.rows.end.min(whole.end);
        let is_filling = num_drawn < seen.len() && (num_drawn == 0 || kept.start == seen.start);
        let rows = if is_filling && seen.len() - num_drawn > FIRST {
            seen.start..seen.start + num_drawn + FIRST
        } else if at_rest || whole.len() - kept.len() <= AT_ONCE {
            whole.clone()
        } else if kept.is_empty() {
            seen
        } else {
            kept.start.min(seen.start)..kept.end.max(seen.end)
        };
        if kept.is_empty() && !self.rows.is_empty() {
            let first_key = self.rows.start.wrapping_sub(self.shift);
            self.shift = rows.start.wrapping_sub(first_key);
        }
        self.rows = rows.clone();
        let is_filled = rows.end >= seen_end;
        Drawn { is_filled, is_whole: rows == whole, rows, shift: self.shift }
    }
}

impl Drawn {
    /// Names the element of a row: stays with it while it is drawn; after a jump, the first row
    /// has the element of the first one before.
    pub fn key(&self, at: usize) -> u64 {
        at.wrapping_sub(self.shift) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows one view after the other and returns `rows drawn, key of the first`; `~` stands
    /// before those that are not whole yet.
    #[track_caller]
    fn check(views: &[(Range<usize>, bool)], expected: &[&str]) {
        let mut window = Window::default();
        let drawn: Vec<String> = views
            .iter()
            .map(|(seen, at_rest)| {
                let drawn = window.show(seen.clone(), 1000, *at_rest);
                let mark = if drawn.is_whole { "" } else { "~" };
                format!("{mark}{:?} {}", drawn.rows, drawn.key(drawn.rows.start))
            })
            .collect();
        assert_eq!(drawn, expected);
    }

    #[test]
    fn what_is_seen_comes_first() {
        check(&[(0..20, false), (0..20, true)], &["~0..14 0", "0..28 0"]);
        check(&[(0..4, false), (500..520, false)], &["0..12 0", "~500..520 0"]);
        check(&[(0..4, false)], &["0..12 0"]);
        check(&[(5..5, false), (2000..2040, false)], &["0..13 0", "992..1000 0"]);
    }

    #[test]
    fn the_first_rows_come_in_steps() {
        let views = [(0..40, false), (0..40, true), (0..40, true), (0..40, true)];
        check(&views, &["~0..14 0", "~0..28 0", "0..48 0", "0..48 0"]);
    }

    #[test]
    fn small_steps_draw_beyond_the_edges() {
        check(
            &[(100..120, false), (100..120, true), (104..124, false), (122..142, false)],
            &["~100..114 100", "92..128 92", "96..132 96", "~114..142 114"],
        );
    }

    #[test]
    fn a_jump_takes_the_elements_that_are_there() {
        check(
            &[(0..14, true), (500..520, false), (510..530, false), (30..50, false)],
            &["0..22 0", "~500..520 0", "~502..530 2", "~30..50 2"],
        );
    }
}
