use std::rc::Rc;

use yew::Reducible;

use super::{ChartKind, Context, Range, RowId, View, Zone};

/// The view, and what leads from one to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explore {
    pub view: View,
    /// Ranges that were looked at before, the last one last.
    pub past: Vec<Range>,
    /// Counts the times something was asked for: the page runs the query whenever it grows.
    pub run: u64,
    /// The page moved to the newest data by itself, and says so.
    pub jumped: bool,
    /// The view came from a link of Grafana, and the page says so.
    pub pasted: bool,
    /// The query is the one that a context was opened from: its answer is there still.
    pub returning: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExploreAction {
    /// The query as typed so far.
    Type(String),
    /// Ask for what is typed, written out as this.
    Run(String),
    /// What a pasted link of Grafana shows.
    Paste(String, Option<Range>),
    /// Ask for the same again: "the last hour" has moved on.
    Again,
    SetRange(Range),
    /// To the range before.
    Back,
    /// Nobody chose a range, and the last hour is empty.
    JumpToNewest(Range),
    SetWrap(bool),
    SetZone(Zone),
    SetChart(ChartKind),
    SetTable(bool),
    Select(Option<RowId>),
    SetLive(bool),
    /// Show what is around a line: all that this selector finds, and no time is too far.
    OpenContext(RowId, String),
    /// Back to the query that the line was found by.
    CloseContext,
    /// The URL changed under the page.
    Navigate(View),
}

impl Explore {
    pub fn at(view: View) -> Self {
        Self { view, run: 1, ..Self::default() }
    }

    /// The range in force, chosen or not.
    pub fn range(&self) -> Range {
        self.view.range.unwrap_or_default()
    }
}

impl Reducible for Explore {
    type Action = ExploreAction;

    fn reduce(self: Rc<Self>, action: ExploreAction) -> Rc<Self> {
        const PAST: usize = 50;
        let mut next = (*self).clone();
        next.returning = false;
        let keeps = matches!(action, ExploreAction::Again | ExploreAction::Navigate(_));
        match action {
            ExploreAction::Type(query) => next.view.query = query,
            ExploreAction::Run(query) => {
                next.pasted = false;
                next.view.context = None;
                next.view.query = query;
                next.view.selected = None;
                next.run += 1;
            }
            ExploreAction::Paste(query, range) => {
                next.view.query = query;
                next.view.selected = None;
                next.view.live = false;
                next.view.context = None;
                if let Some(range) = range {
                    next.past.push(self.range());
                    next.view.range = Some(range);
                    next.jumped = false;
                }
                next.pasted = true;
                next.run += 1;
            }
            ExploreAction::Again => next.run += 1,
            ExploreAction::SetRange(range) => {
                if self.range() != range {
                    next.past.push(self.range());
                    if next.past.len() > PAST {
                        next.past.remove(0);
                    }
                }
                next.view.range = Some(range);
                next.view.live = false;
                next.view.context = None;
                next.jumped = false;
                next.run += 1;
            }
            ExploreAction::Back => {
                let Some(range) = next.past.pop() else { return self };
                next.view.range = Some(range);
                next.view.live = false;
                next.view.context = None;
                next.jumped = false;
                next.run += 1;
            }
            ExploreAction::JumpToNewest(range) => {
                next.view.range = Some(range);
                next.jumped = true;
                next.run += 1;
            }
            ExploreAction::SetWrap(wrap) => next.view.wrap = wrap,
            ExploreAction::SetZone(zone) => next.view.zone = zone,
            ExploreAction::SetChart(chart) => next.view.chart = chart,
            ExploreAction::SetTable(table) => next.view.table = table,
            ExploreAction::Select(selected) => next.view.selected = selected,
            ExploreAction::SetLive(live) => {
                if next.view.live == live {
                    return self;
                }
                next.view.live = live;
                next.view.context = None;
                // Where the page went by itself is not where the reader wants to be afterwards.
                if next.jumped {
                    next.view.range = None;
                    next.jumped = false;
                }
                next.run += 1;
            }
            ExploreAction::OpenContext(around, selector) => {
                let query = std::mem::replace(&mut next.view.query, selector);
                next.view.context = Some(Context { around, query });
                next.view.live = false;
                next.run += 1;
            }
            ExploreAction::CloseContext => {
                let Some(context) = next.view.context.take() else { return self };
                next.view.query = context.query;
                next.returning = true;
                next.run += 1;
            }
            ExploreAction::Navigate(view) => {
                if view == self.view {
                    return self;
                }
                // What does not change the answer does not ask for it again.
                let asks =
                    |view: &View| (view.query.clone(), view.range, view.live, view.context.clone());
                if asks(&view) != asks(&self.view) {
                    next.run += 1;
                }
                next.view = view;
                next.jumped = false;
            }
        }
        // What the link told was of its own question; asked again it is still.
        if next.run != self.run && !keeps {
            next.view.fingerprint = None;
        }
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(actions: &[ExploreAction]) -> Rc<Explore> {
        actions
            .iter()
            .fold(Rc::new(Explore::default()), |state, action| state.reduce(action.clone()))
    }

    #[test]
    fn back_leads_through_the_ranges_that_were_looked_at() {
        let (a, b) = (Range::Last(5), Range::Between { start: 1, end: 2 });
        let steps = [ExploreAction::SetRange(a), ExploreAction::SetRange(b)];
        assert_eq!(after(&steps).past, [Range::default(), a]);
        let back = after(&[steps.as_slice(), &[ExploreAction::Back]].concat());
        assert_eq!((back.range(), back.run), (a, 3));
        let start = back.reduce(ExploreAction::Back);
        assert_eq!(start.range(), Range::default());
        assert_eq!(start.clone().reduce(ExploreAction::Back), start);
    }

    #[test]
    fn only_what_changes_the_answer_asks_again() {
        for (action, runs) in [
            (ExploreAction::Type("x".into()), 0),
            (ExploreAction::SetWrap(true), 0),
            (ExploreAction::SetZone(Zone::Utc), 0),
            (ExploreAction::Select(Some(RowId { timestamp: 1, arrival: 2 })), 0),
            (ExploreAction::Run("x".into()), 1),
            (ExploreAction::Again, 1),
            (ExploreAction::SetLive(true), 1),
            (ExploreAction::SetLive(false), 0),
            (ExploreAction::Navigate(View { wrap: true, ..View::default() }), 0),
            (ExploreAction::Navigate(View { query: "y".into(), ..View::default() }), 1),
            (ExploreAction::Navigate(View::default()), 0),
        ] {
            assert_eq!(after(std::slice::from_ref(&action)).run, runs, "{action:?}");
        }
    }

    #[test]
    fn choosing_a_range_leaves_live() {
        let state = after(&[ExploreAction::SetLive(true), ExploreAction::SetRange(Range::All)]);
        assert!(!state.view.live);
    }

    #[test]
    fn what_was_live_does_not_go_back_to_where_the_page_jumped() {
        let jump = ExploreAction::JumpToNewest(Range::Between { start: 1, end: 2 });
        let state = after(&[jump, ExploreAction::SetLive(true), ExploreAction::SetLive(false)]);
        assert_eq!((state.view.range, state.jumped), (None, false));
    }

    #[test]
    fn a_pasted_link_opens_its_query_and_range() {
        let range = Range::Last(5);
        let state = after(&[ExploreAction::Paste("{a=\"b\"}".into(), Some(range))]);
        assert_eq!((state.view.query.as_str(), state.range(), state.run), ("{a=\"b\"}", range, 1));
        assert!(state.pasted);
        assert_eq!(state.clone().reduce(ExploreAction::Back).range(), Range::default());
        assert!(!state.reduce(ExploreAction::Run(String::new())).pasted);
    }

    #[test]
    fn a_context_leads_back_to_its_query() {
        let around = RowId { timestamp: 1, arrival: 2 };
        let open = ExploreAction::OpenContext(around, "{a=\"b\"}".into());
        let open = after(&[ExploreAction::Run("x".into()), open]);
        let context = Context { around, query: "x".into() };
        assert_eq!((open.view.query.as_str(), &open.view.context), ("{a=\"b\"}", &Some(context)));
        let back = open.clone().reduce(ExploreAction::CloseContext);
        assert_eq!((back.view.query.as_str(), back.returning, back.run), ("x", true, 3));
        assert_eq!(back.clone().reduce(ExploreAction::CloseContext), back);
        for leaves in [ExploreAction::SetRange(Range::All), ExploreAction::Run("y".into())] {
            let left = open.clone().reduce(leaves);
            assert!(left.view.context.is_none() && !left.returning);
        }
    }

    #[test]
    fn running_closes_the_details() {
        let select = ExploreAction::Select(Some(RowId { timestamp: 1, arrival: 2 }));
        assert_eq!(after(&[select, ExploreAction::Run(String::new())]).view.selected, None);
    }
}
