//! What the page was opened for: the view in its URL.

use crate::exporting::message::Order;
use crate::hooks::{base_url, location, now_ns};
use crate::state::{Extent, View, written_out};

/// A view whose answer becomes a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub order: Order,
    /// See [`export::Telling::look`].
    pub look: String,
    /// The line that is selected, by time and arrival.
    pub about: Option<(i64, u64)>,
    /// Where the answer itself is shown.
    pub back: String,
}

impl Asked {
    pub fn of_page() -> Self {
        let href = location();
        let fragment = href.split_once('#').map_or("", |(_, fragment)| fragment);
        Self::of(fragment, base_url(), now_ns())
    }

    fn of(fragment: &str, base: String, now: i64) -> Self {
        let view = View::decode(fragment);
        let range = view.range.unwrap_or_default().resolve(now, Extent::default());
        let order =
            Order { base, share: view.share.clone(), query: written_out(&view.query), range };
        let about = view.selected.map(|id| (id.timestamp, id.arrival));
        Self { order, look: look(view), about, back: format!("./#{fragment}") }
    }
}

/// How the answer is shown. Whatever could tell more than the report holds is not in it: the link
/// that was shared, and the query that a context was opened from.
fn look(view: View) -> String {
    let look = View {
        share: None,
        query: String::new(),
        range: None,
        live: false,
        context: None,
        fingerprint: None,
        ..view
    };
    let fragment = look.encode();
    fragment.split_once('&').map_or_else(String::new, |(_, pairs)| format!("&{pairs}"))
}

#[cfg(test)]
mod tests {
    use model::TimeRange;

    use super::*;

    #[test]
    fn a_view_becomes_an_order() {
        let fragment = "v=1&share=tok&q={job=%22a%22}&from=5&to=9&wrap=1&tz=utc&line=7.8&live=1\
                        &around=7.8&was=secret";
        let asked = Asked::of(fragment, "http://h/x/".to_owned(), 100);
        let Asked { order, look, about, back } = asked;
        assert_eq!(about, Some((7, 8)));
        assert_eq!(order.query, "{job=\"a\"}");
        assert_eq!(order.share.as_deref(), Some("tok"));
        assert_eq!(look, "&wrap=1&tz=utc&line=7.8");
        assert_eq!(back, format!("./#{fragment}"));
        let Asked { order, look, .. } = Asked::of("q=timeout&from=now-5m&to=now", String::new(), 9);
        assert!(order.query.ends_with("|= \"timeout\""), "{}", order.query);
        assert_eq!(order.range, TimeRange::new(9 - 300_000_000_000, 10));
        assert_eq!(look, "");
    }
}
