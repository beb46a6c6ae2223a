//! Where each row of a long list stands. Without wrapping all are equally high and nothing has to
//! be reckoned; with it the heights follow from the characters of each line, counted once when it
//! came, so that laying out a hundred thousand rows costs a millisecond.

mod keep;
mod window;

pub use keep::{Drawn, Keep};
pub use window::Window;

use crate::state::Rows;

/// Height of one line of text. The style sheet has the same number.
pub const LINE_PX: u32 = 18;
/// Above and below the text of a row, together.
pub const PADDING_PX: u32 = 4;

/// The most cells that a preview of folded lines widens a row by.
const PREVIEW_CELLS: f64 = 120.0;
/// What stands behind a line that is cut or folded takes about so many cells.
const MARK_CELLS: u32 = 20;

#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    len: usize,
    /// With wrapping: where each row starts, and the end of the last.
    tops: Option<Vec<f64>>,
    /// The most narrow and wide characters of one row, and whether any is folded.
    narrow: u32,
    wide: u32,
    folded: bool,
}

impl Layout {
    /// `columns`: wrap lines at so many cells. A wide character takes `wide_cells` of them.
    pub fn new(rows: &Rows, columns: Option<u32>, wide_cells: f32) -> Self {
        let mut layout = Self { len: rows.len(), tops: None, narrow: 0, wide: 0, folded: false };
        match columns {
            Some(columns) => {
                let mut top = 0.0;
                let mut tops = Vec::with_capacity(rows.len() + 1);
                for entry in rows.iter() {
                    tops.push(top);
                    let marks = if entry.cut || entry.folded > 0 { MARK_CELLS } else { 0 };
                    let lines = entry.wrapped_lines(columns, wide_cells, marks)
                        + u32::from(entry.folded > 0);
                    top += f64::from(lines * LINE_PX + PADDING_PX);
                }
                tops.push(top);
                layout.tops = Some(tops);
            }
            None => {
                for entry in rows.iter() {
                    layout.folded |= entry.folded > 0 || entry.cut;
                    // Which is the wider pair is settled with the widths of the characters.
                    if entry.narrow + entry.wide * 2 > layout.narrow + layout.wide * 2 {
                        (layout.narrow, layout.wide) = (entry.narrow, entry.wide);
                    }
                }
            }
        }
        layout
    }

    /// Where row `at` starts; the end of the list for all beyond.
    pub fn top(&self, at: usize) -> f64 {
        match &self.tops {
            Some(tops) => tops.get(at).or_else(|| tops.last()).copied().unwrap_or(0.0),
            None => {
                let rows = u32::try_from(at.min(self.len)).unwrap_or(u32::MAX);
                f64::from(rows) * f64::from(LINE_PX + PADDING_PX)
            }
        }
    }

    pub fn total(&self) -> f64 {
        self.top(self.len)
    }

    /// Pixels of row `at`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a row's height")]
    pub fn height(&self, at: usize) -> u32 {
        (self.top(at + 1) - self.top(at)) as u32
    }

    /// The row at a distance from the start; the last one beyond the end.
    pub fn row_at(&self, distance: f64) -> usize {
        let last = self.len.saturating_sub(1);
        match &self.tops {
            Some(tops) => tops.partition_point(|top| *top <= distance).saturating_sub(1).min(last),
            None => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a place in a list"
                )]
                let row = (distance.max(0.0) / f64::from(LINE_PX + PADDING_PX)) as usize;
                row.min(last)
            }
        }
    }

    /// Pixels of the widest line, without wrapping.
    pub fn widest(&self, narrow_px: f64, wide_px: f64) -> f64 {
        let marks = if self.folded { PREVIEW_CELLS } else { 2.0 };
        f64::from(self.narrow) * narrow_px + f64::from(self.wide) * wide_px + marks * narrow_px
    }
}

#[cfg(test)]
mod tests {
    use logql::Row;

    use super::*;
    use crate::line::Interner;

    fn rows(lines: &[&str]) -> Rows {
        let mut rows = Rows::default();
        let lines = lines
            .iter()
            .map(|line| Row { line: line.as_bytes().to_vec(), ..Row::default() }.into())
            .collect();
        rows.replace_from(0, lines, &mut Interner::default());
        rows
    }

    #[test]
    fn unwrapped_rows_are_equally_high() {
        let layout = Layout::new(&rows(&["a", "b", "c"]), None, 2.0);
        assert_eq!((layout.top(2), layout.total(), layout.height(1)), (44.0, 66.0, 22));
        for (distance, row) in [(-5.0, 0), (0.0, 0), (21.9, 0), (22.0, 1), (1e9, 2)] {
            assert_eq!(layout.row_at(distance), row, "{distance}");
        }
        assert_eq!(Layout::new(&Rows::default(), None, 2.0).row_at(5.0), 0);
    }

    #[test]
    fn wrapped_rows_are_as_high_as_their_text() {
        let long = "x".repeat(25);
        let layout = Layout::new(&rows(&["a", &long, "b\nc"]), Some(10), 2.0);
        let heights: Vec<u32> = (0..3).map(|at| layout.height(at)).collect();
        // The folded one has its mark, wrapped too, and a line for the preview.
        assert_eq!(heights, [22, 58, 18 * 4 + 4]);
        assert_eq!((layout.row_at(22.0), layout.row_at(79.9), layout.row_at(80.0)), (1, 1, 2));
        assert_eq!(layout.row_at(1e9), 2);
    }
}
