use std::rc::Rc;

use logql::ast::Expr;
use yew::{UseReducerHandle, hook, use_effect_with, use_mut_ref};

use crate::hooks::{Known, Session, now_ns};
use crate::state::{Edges, Explore, ExploreAction, Kind, Phase, Range, written_out};

const HOUR_NS: i64 = 3_600_000_000_000;

/// Asks the engine whenever the view asks for something else, or the relay has something new.
#[hook]
pub fn use_asking(explore: &UseReducerHandle<Explore>, session: &Session, known: &Known) {
    // The first question waits for the relay's first word: where its data is.
    let asked_of = use_mut_ref(Backlog::default);
    let backlog = Backlog::of(known);
    use_effect_with((explore.run, known.asked), {
        let (explore, session, known) = (explore.clone(), session.clone(), known.clone());
        let asked_of = Rc::clone(&asked_of);
        move |(_, asked)| {
            if *asked {
                asked_of.replace(backlog);
                ask(&explore, &session, &known);
            }
        }
    });

    // Files that are still being read change the answer until they are through.
    let settled = matches!(session.results.phase, Phase::Done | Phase::Failed(_));
    let undisturbed = explore.view.selected.is_none() && !explore.view.live;
    use_effect_with((backlog, settled && undisturbed), {
        let (explore, known) = (explore.clone(), known.clone());
        move |(backlog, free)| {
            if *free && backlog.has_news_since(*asked_of.borrow()) {
                again(&explore, &known);
            }
        }
    });

    // The live list goes on from the lines before it.
    let results = &session.results;
    let wants_tail = results.phase == Phase::Done
        && results.live.as_ref().is_some_and(|live| live.tail.is_none());
    use_effect_with(wants_tail, {
        let session = session.clone();
        move |wants_tail| {
            if let Some(asked) = session.results.asked.as_ref().filter(|_| *wants_tail) {
                session.tail(asked);
            }
        }
    });

    let answered = results.phase == Phase::Done && results.live.is_none();
    let wants_hints = answered && results.hints.is_none();
    use_effect_with((wants_hints, results.id()), {
        let session = session.clone();
        move |(wants_hints, _)| {
            if *wants_hints {
                session.look_for_hints();
            }
        }
    });

    let wants_hidden = answered && results.kind() == Kind::Log && results.hidden.is_none();
    use_effect_with((wants_hidden, results.id()), {
        let session = session.clone();
        move |(wants_hidden, _)| {
            if let Some(asked) = session.results.asked.as_ref().filter(|_| *wants_hidden) {
                session.count_hidden(asked);
            }
        }
    });

    // What an exact search may have missed is counted once it is done.
    let wants_case = answered && results.kind() == Kind::Log && results.case.is_none();
    use_effect_with((wants_case, results.id()), {
        let session = session.clone();
        move |(wants_case, _)| {
            if let Some(asked) = session.results.asked.as_ref().filter(|_| *wants_case) {
                session.count_ignoring_case(asked);
            }
        }
    });
}

/// How far the relay was with reading its files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Backlog {
    num_entries: u64,
    reading: bool,
}

impl Backlog {
    fn of(known: &Known) -> Self {
        Self { num_entries: known.summary.num_entries, reading: known.summary.reading.is_some() }
    }

    /// Lines that grow one by one belong to the live list; a backlog is what makes an answer old.
    const fn has_news_since(self, asked: Self) -> bool {
        (asked.reading || asked.num_entries == 0)
            && (self.num_entries != asked.num_entries || self.reading != asked.reading)
    }
}

fn ask(explore: &UseReducerHandle<Explore>, session: &Session, known: &Known) {
    let view = &explore.view;
    let (now, extent) = (now_ns(), known.extent());
    if view.live {
        if is_metric(&view.query) {
            explore.dispatch(ExploreAction::SetLive(false));
        } else {
            session.live(&view.query);
        }
        return;
    }
    // Nobody chose a range: the last hour, or where the data is.
    if let Some(newest) =
        extent.newest.filter(|newest| view.range.is_none() && *newest < now.saturating_sub(HOUR_NS))
    {
        explore.dispatch(ExploreAction::JumpToNewest(Range::up_to_newest(newest)));
        return;
    }
    let range = explore.range();
    let edges = match range {
        Range::Between { .. } => Edges::Exact,
        Range::Last(_) | Range::All => Edges::Rounded,
    };
    if !(explore.returning && session.go_back()) {
        session.run(&view.query, range.resolve(now, extent), edges, view.context.as_ref());
    }
}

fn again(explore: &UseReducerHandle<Explore>, known: &Known) {
    match known.extent().newest {
        Some(newest) if explore.jumped => {
            explore.dispatch(ExploreAction::JumpToNewest(Range::up_to_newest(newest)));
        }
        _ => explore.dispatch(ExploreAction::Again),
    }
}

/// Whether the text is a metric query, which has no lines to follow.
pub fn is_metric(typed: &str) -> bool {
    matches!(logql::parse(&written_out(typed)), Ok(Expr::Metric(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_backlog_makes_an_answer_old() {
        let at = |num_entries, reading| Backlog { num_entries, reading };
        for (before, now, news) in [
            (at(0, false), at(0, false), false),
            (at(0, false), at(5, false), true),
            (at(5, true), at(5, true), false),
            (at(5, true), at(9, true), true),
            (at(5, true), at(5, false), true),
            (at(5, false), at(9, false), false),
        ] {
            assert_eq!(now.has_news_since(before), news, "{before:?} {now:?}");
        }
    }
}
