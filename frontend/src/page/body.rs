use std::rc::Rc;

use model::TimeRange;
use yew::{Callback, Html, NodeRef, Properties, function_component, html, use_memo};

use super::holding::Holding;
use crate::components::{Empty, ListFoot, LogList, MetricView, use_texts};
use crate::engine::message::Failure;
use crate::format::Clock;
use crate::hooks::Known;
use crate::i18n::{Text, Texts};
use crate::line::Needles;
use crate::state::{Explore, ExploreAction, Kind, Phase, Range, Results};

#[derive(Clone, Properties)]
pub struct Props {
    pub explore: Rc<Explore>,
    pub results: Rc<Results>,
    pub known: Known,
    pub clock: Rc<Clock>,
    pub dark: bool,
    /// Where the keyboard is.
    pub active: Option<usize>,
    pub list: NodeRef,
    pub holding: Holding,
    pub dispatch: Callback<ExploreAction>,
    pub on_row: Callback<usize>,
    pub on_older: Callback<()>,
    pub on_newer: Callback<()>,
    /// Where the list stood when a context was opened or closed.
    pub top_before: f64,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.results, &other.results)
            && self.explore == other.explore
            && self.known == other.known
            && self.clock == other.clock
            && self.dark == other.dark
            && self.active == other.active
            && self.on_row == other.on_row
            && self.on_older == other.on_older
            && self.on_newer == other.on_newer
            && self.top_before.total_cmp(&other.top_before).is_eq()
    }
}

/// The answer itself: lines, numbers, or why there are none.
#[function_component]
pub fn Body(props: &Props) -> Html {
    let texts = use_texts();
    let results = &props.results;
    let needles = use_memo(results.asked.clone(), |asked| {
        asked.as_ref().map_or_else(Needles::default, |asked| asked.needles.clone())
    });
    if results.kind() == Kind::Metric {
        return match (&results.asked, &results.output) {
            (Some(asked), Some(output)) => html! {
                <MetricView
                    asked={Rc::clone(asked)}
                    output={Rc::clone(output)}
                    kind={props.explore.view.chart}
                    table={props.explore.view.table}
                    clock={Rc::clone(&props.clock)}
                    dark={props.dark}
                    on_zoom={props.dispatch.reform(between)}
                />
            },
            _ => without(&texts, &results.phase),
        };
    }
    let rows = results.shown_rows().clone();
    if rows.is_empty() {
        if results.phase != Phase::Done {
            return without(&texts, &results.phase);
        }
        let coverage = &results.answer.coverage;
        return html! {
            <Empty
                known={props.known.clone()}
                newest={coverage.newest.map(|at| at.0)}
                has_lines={coverage.entries > 0}
                has_streams={coverage.newest.is_some()}
                is_live={results.live.is_some()}
                clock={Rc::clone(&props.clock)}
                on_range={props.dispatch.reform(ExploreAction::SetRange)}
            />
        };
    }
    let is_live = results.live.is_some();
    let foot = if is_live {
        Html::default()
    } else {
        html! {
            <ListFoot
                loading={results.older.running.is_some() || results.phase == Phase::Running}
                failed={results.older.failed.clone()}
                has_more={results.has_older()}
                complete={results.phase == Phase::Done && results.answer.coverage.is_complete()}
                on_more={props.on_older.clone()}
            />
        }
    };
    html! {
        <LogList
            {rows}
            {needles}
            clock={Rc::clone(&props.clock)}
            wrap={props.explore.view.wrap}
            active={props.active}
            open={props.explore.view.selected}
            anchor={props.explore.view.context.as_ref().map(|context| context.around)}
            top_before={props.top_before}
            stale={results.stale}
            following={results.live.as_ref().is_some_and(|live| !live.held)}
            live={is_live}
            node={props.list.clone()}
            on_click={props.on_row.clone()}
            has_more={results.has_older()}
            on_near_end={props.on_older.clone()}
            has_newer={results.has_newer()}
            on_near_start={props.on_newer.clone()}
            on_edge={props.holding.on_edge.clone()}
            on_touch={props.holding.on_touch.clone()}
            {foot}
        />
    }
}

/// What stands where the answer will be. Other failures than that of the query have a notice.
fn without(texts: &Texts, phase: &Phase) -> Html {
    let (title, text) = match phase {
        Phase::Running => (None, Some(Text::Searching)),
        Phase::Failed(Failure::Query(_)) => (Some(Text::FailedQuery), Some(Text::FailedQueryHelp)),
        Phase::Idle | Phase::Failed(_) | Phase::Done => (None, None),
    };
    html! {
        <div class="empty" role="status">
            if let Some(title) = title { <h2 class="empty__title">{ texts.get(title) }</h2> }
            if let Some(text) = text { <p class="empty__text">{ texts.get(text) }</p> }
        </div>
    }
}

/// A chosen span as the range to look at.
pub fn between(range: TimeRange) -> ExploreAction {
    ExploreAction::SetRange(Range::Between { start: range.start.0, end: range.end.0 })
}
