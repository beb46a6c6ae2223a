use std::rc::Rc;

use assist::Completion;

/// The list of what can be written where the caret stands, open or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completing {
    pub completion: Option<Rc<Completion>>,
    /// The offer that Tab takes.
    pub at: usize,
    /// The arrows were used: Enter means the offer, and no longer the query.
    pub chosen: bool,
}

/// What a key does while the list may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// It is not for the list.
    Pass,
    /// It is not for the list either, which goes away.
    Leave,
    Close,
    Go(usize),
    Take(usize),
}

/// Offers that Page Up and Page Down move by.
const PAGE: usize = 8;

impl Completing {
    pub fn of(completion: Option<Completion>) -> Self {
        Self { completion: completion.map(Rc::new), at: 0, chosen: false }
    }

    /// The same list with another offer in reach.
    #[must_use]
    pub fn going(&self, at: usize) -> Self {
        Self { at, chosen: true, ..self.clone() }
    }

    /// What the key of this name does, pressed without a modifier.
    pub fn on_key(&self, name: &str) -> Reaction {
        let Some(completion) = &self.completion else { return Reaction::Pass };
        let last = completion.offers.len().saturating_sub(1);
        match name {
            "Escape" => Reaction::Close,
            "Tab" => Reaction::Take(self.at),
            "Enter" if self.chosen => Reaction::Take(self.at),
            "Enter" => Reaction::Leave,
            // The first press of an arrow moves on from what Tab would take.
            "ArrowDown" if self.at == last => Reaction::Go(0),
            "ArrowDown" => Reaction::Go(self.at + 1),
            "ArrowUp" if self.at == 0 => Reaction::Go(last),
            "ArrowUp" => Reaction::Go(self.at - 1),
            "PageDown" => Reaction::Go((self.at + PAGE).min(last)),
            "PageUp" => Reaction::Go(self.at.saturating_sub(PAGE)),
            "ArrowLeft" | "ArrowRight" | "Home" | "End" => Reaction::Leave,
            _ => Reaction::Pass,
        }
    }
}

/// The place in UTF-16 units, as fields of the browser count, as bytes.
pub fn byte_of(text: &str, utf16: u32) -> usize {
    let mut left = utf16 as usize;
    for (at, c) in text.char_indices() {
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(c.len_utf16());
    }
    text.len()
}

/// The place in bytes as UTF-16 units.
pub fn utf16_of(text: &str, byte: usize) -> u32 {
    let units = text.get(..byte).unwrap_or(text).chars().map(char::len_utf16).sum::<usize>();
    u32::try_from(units).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> Completing {
        Completing::of(assist::complete("{job ", 5, &assist::Known::default()))
    }

    #[test]
    fn enter_runs_the_query_until_the_arrows_were_used() {
        let list = open();
        assert_eq!(list.on_key("Enter"), Reaction::Leave);
        assert_eq!(list.on_key("Tab"), Reaction::Take(0));
        let Reaction::Go(at) = list.on_key("ArrowDown") else { panic!("an arrow moves") };
        let list = list.going(at);
        assert_eq!(list.on_key("Enter"), Reaction::Take(1));
        assert_eq!(list.on_key("Tab"), Reaction::Take(1));
    }

    #[test]
    fn arrows_go_round_and_others_do_not() {
        for (at, key, expected) in [
            (0, "ArrowUp", Reaction::Go(3)),
            (3, "ArrowDown", Reaction::Go(0)),
            (3, "PageDown", Reaction::Go(3)),
            (2, "PageUp", Reaction::Go(0)),
            (2, "ArrowLeft", Reaction::Leave),
            (2, "Escape", Reaction::Close),
            (2, "x", Reaction::Pass),
        ] {
            assert_eq!(open().going(at).on_key(key), expected, "{key} at {at}");
        }
        for key in ["Escape", "Tab", "Enter", "ArrowDown"] {
            assert_eq!(Completing::default().on_key(key), Reaction::Pass, "closed: {key}");
        }
    }

    #[test]
    fn places_are_counted_as_browsers_do() {
        let text = "a文🎧b";
        for (byte, units) in [(0, 0), (1, 1), (4, 2), (8, 4), (9, 5)] {
            assert_eq!((byte_of(text, units), utf16_of(text, byte)), (byte, units));
        }
        assert_eq!(byte_of(text, 99), text.len());
    }
}
