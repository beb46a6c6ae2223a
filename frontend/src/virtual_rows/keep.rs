use std::rc::Rc;

use super::{LINE_PX, Layout, PADDING_PX};
use crate::state::{RowId, Rows};

/// Above and below a line something of its context is in view.
const EDGE: f64 = 3.0 * (LINE_PX + PADDING_PX) as f64;

/// Keeps a line where it is on the screen while the rows around it come and go.
#[derive(Debug, Default)]
pub struct Keep {
    rows: Rows,
    layout: Option<Rc<Layout>>,
    anchor: Option<RowId>,
    /// The line, and where on the screen it has to stand until somebody scrolls.
    wanted: Option<(RowId, f64)>,
}

/// A list as it is drawn anew; all places in pixels.
#[derive(Debug)]
pub struct Drawn<'a> {
    pub rows: &'a Rows,
    pub layout: &'a Rc<Layout>,
    /// The line whose context the rows are.
    pub anchor: Option<RowId>,
    /// How far the list is scrolled, and how high it is.
    pub scrolled: f64,
    pub height: f64,
    /// Where the list begins on the screen, and where it did when the context was opened or closed.
    pub top: f64,
    pub top_before: f64,
}

impl Keep {
    /// A new answer does not start at its top.
    pub const fn holds(&self) -> bool {
        self.anchor.is_some() || self.wanted.is_some()
    }

    /// Somebody scrolled: from now on what is in view stays.
    pub const fn let_go(&mut self) {
        self.wanted = None;
    }

    /// Where to scroll to, if anything has to stay.
    pub fn draw(&mut self, drawn: &Drawn<'_>) -> Option<f64> {
        let &Drawn { rows, layout, anchor, scrolled, height, top, top_before } = drawn;
        let before_anchor = std::mem::replace(&mut self.anchor, anchor);
        let before_rows = std::mem::replace(&mut self.rows, rows.clone());
        let before = self.layout.replace(Rc::clone(layout));
        if anchor.or(before_anchor).is_none() && self.wanted.is_none() {
            return None;
        }
        let place = |rows: &Rows, id| rows.iter().position(|entry| entry.id() == id);
        if anchor != before_anchor
            && let Some(id) = anchor.or(before_anchor)
        {
            let known = before.as_ref().zip(place(&before_rows, id));
            let y = match known {
                Some((before, at)) => top_before + before.top(at) - scrolled,
                // A link leads here.
                None => top + height / 3.0,
            };
            let lowest = (top + height - EDGE).max(top + EDGE);
            self.wanted = Some((id, y.clamp(top + EDGE, lowest)));
        }
        let first_seen = || {
            let before = before.as_ref()?;
            let at = before.row_at(scrolled);
            Some((before_rows.get(at)?.id(), top + before.top(at) - scrolled))
        };
        let (id, y) = self.wanted.or_else(first_seen)?;
        let is_new = before_rows != *rows;
        if anchor.is_none() && is_new {
            self.wanted = None;
        }
        match place(rows, id) {
            Some(at) => Some((layout.top(at) - (y - top)).max(0.0)),
            None if is_new && anchor.is_none() => Some(0.0),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use logql::Row;

    use super::*;
    use crate::line::Interner;

    const ROW: f64 = 22.0;

    fn rows(arrivals: impl IntoIterator<Item = u64>) -> Rows {
        let row = |arrival| Row { arrival, ..Row::default() }.into();
        let mut rows = Rows::default();
        let listed = arrivals.into_iter().map(row).collect();
        rows.replace_from(0, listed, &mut Interner::default());
        rows
    }

    #[test]
    fn a_line_stays_when_its_context_opens_grows_and_closes() {
        let id = |arrival| RowId { timestamp: 0, arrival };
        let mut keep = Keep::default();
        let mut draw = |rows: &Rows, anchor, scrolled: f64, top: f64| {
            let layout = Rc::new(Layout::new(rows, None, 2.0));
            keep.draw(&Drawn {
                rows,
                layout: &layout,
                anchor,
                scrolled,
                height: 10.0 * ROW,
                top,
                top_before: 100.0,
            })
        };
        let found = rows([95, 94, 93, 92, 91, 90, 50, 10]);
        assert_eq!(draw(&found, None, 0.0, 100.0), None);
        // It opens: a notice moves the list down by 40, and the lines come after that. The line
        // stood six rows below the list's start, at 232.
        assert_eq!(draw(&found, Some(id(50)), 0.0, 140.0), Some(40.0));
        let around = rows((30..=70).rev());
        let scrolled = 20.0 * ROW - (232.0 - 140.0);
        assert_eq!(draw(&around, Some(id(50)), 0.0, 140.0), Some(scrolled));
        // Ten more above.
        let more = rows((30..=80).rev());
        assert_eq!(draw(&more, Some(id(50)), scrolled, 140.0), Some(scrolled + 10.0 * ROW));
        // It closes.
        let scrolled = scrolled + 10.0 * ROW;
        assert_eq!(draw(&more, None, scrolled, 140.0), Some(30.0 * ROW - 66.0));
        assert_eq!(draw(&found, None, scrolled, 140.0), Some(6.0 * ROW - 66.0));
        // Other answers start at their top.
        assert_eq!(draw(&more, None, 0.0, 140.0), None);
    }

    #[test]
    fn what_is_in_view_stays_once_somebody_scrolled() {
        let id = RowId { timestamp: 0, arrival: 50 };
        let mut keep = Keep::default();
        let around = rows((30..=70).rev());
        let layout = Rc::new(Layout::new(&around, None, 2.0));
        let drawn = |rows, layout, scrolled| Drawn {
            rows,
            layout,
            anchor: Some(id),
            scrolled,
            height: 9.0 * ROW,
            top: 0.0,
            top_before: 0.0,
        };
        // A link leads to a third of the height.
        let at_first = keep.draw(&drawn(&around, &layout, 0.0));
        assert_eq!(at_first, Some(17.0 * ROW));
        keep.let_go();
        let more = rows((30..=80).rev());
        let longer = Rc::new(Layout::new(&more, None, 2.0));
        assert_eq!(keep.draw(&drawn(&more, &longer, 5.0)), Some(5.0 + 10.0 * ROW));
    }
}
