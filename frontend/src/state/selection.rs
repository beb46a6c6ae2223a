/// A place on an axis of times, and where a selection that ends there began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    pub at: Option<usize>,
    pub from: Option<usize>,
}

/// What a key does to a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    Moved(Selection),
    /// From the first place to the last, both within.
    Chosen(usize, usize),
}

impl Selection {
    /// First and last place, in order.
    pub fn span(self) -> Option<(usize, usize)> {
        let (from, at) = self.from.zip(self.at)?;
        Some((from.min(at), from.max(at)))
    }

    /// Arrow keys move, with Shift they select, Enter chooses, Escape lets go. `None` for a key
    /// that is meant for somebody else.
    pub fn press(self, key: &str, shift: bool, num_places: usize) -> Option<Pressed> {
        let last = num_places.saturating_sub(1);
        let at = match (key, self.at) {
            ("ArrowLeft", at) => at.map_or(last, |at| at.saturating_sub(1)),
            ("ArrowRight", at) => at.map_or(0, |at| (at + 1).min(last)),
            ("Home", _) => 0,
            ("End", _) => last,
            ("Enter", Some(at)) => {
                let (first, last) = self.span().unwrap_or((at, at));
                return Some(Pressed::Chosen(first, last));
            }
            ("Escape", Some(_)) => return Some(Pressed::Moved(Self::default())),
            _ => return None,
        };
        let from = shift.then(|| self.from.or(self.at).unwrap_or(at));
        Some(Pressed::Moved(Self { at: Some(at), from }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_move_and_select() {
        let none = Selection::default();
        let at = |at| Selection { at: Some(at), from: None };
        let selected = |from, at| Selection { at: Some(at), from: Some(from) };
        for (before, key, shift, expected) in [
            (none, "ArrowLeft", false, Some(Pressed::Moved(at(4)))),
            (none, "ArrowRight", false, Some(Pressed::Moved(at(0)))),
            (at(0), "ArrowLeft", false, Some(Pressed::Moved(at(0)))),
            (at(4), "ArrowRight", false, Some(Pressed::Moved(at(4)))),
            (at(2), "Home", false, Some(Pressed::Moved(at(0)))),
            (at(2), "End", true, Some(Pressed::Moved(selected(2, 4)))),
            (selected(2, 3), "ArrowLeft", true, Some(Pressed::Moved(selected(2, 2)))),
            (selected(2, 3), "ArrowLeft", false, Some(Pressed::Moved(at(2)))),
            (none, "ArrowLeft", true, Some(Pressed::Moved(selected(4, 4)))),
            (selected(3, 1), "Enter", false, Some(Pressed::Chosen(1, 3))),
            (at(3), "Enter", false, Some(Pressed::Chosen(3, 3))),
            (none, "Enter", false, None),
            (selected(3, 1), "Escape", false, Some(Pressed::Moved(none))),
            (none, "Escape", false, None),
            (at(1), "x", false, None),
        ] {
            assert_eq!(before.press(key, shift, 5), expected, "{before:?} {key} {shift}");
        }
        assert_eq!(none.press("ArrowLeft", false, 0), Some(Pressed::Moved(at(0))));
    }
}
