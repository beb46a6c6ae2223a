use std::rc::Rc;

use assist::GrafanaView;
use gloo::timers::callback::Timeout;
use logql::{Fix, QueryError, Span};
use model::TimeRange;
use web_sys::HtmlElement;
use yew::{
    Callback, Html, NodeRef, Properties, classes, function_component, html, use_callback,
    use_effect_with, use_memo, use_state_eq,
};

use super::copy_menu::CopyMenu;
use super::explanation::Explanation;
use super::icon::{Glyph, Icon};
use super::query_editor::QueryEditor;
use super::query_error::QueryErrorLine;
use super::range_picker::RangePicker;
use super::survivor_line::SurvivorLine;
use super::use_texts;
use crate::format::Clock;
use crate::hooks::{Open, moment_of, note_grafana, use_history, use_open};
use crate::i18n::Text;
use crate::state::{Explore, ExploreAction, Range, Survivors, Vocabulary, is_words, written_out};

/// After so long a running query shows how to cancel it.
const SLOW_MS: u32 = 300;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub explore: Rc<Explore>,
    pub dispatch: Callback<ExploreAction>,
    pub resolved: TimeRange,
    pub clock: Rc<Clock>,
    pub field: NodeRef,
    pub vocabulary: Vocabulary,
    pub survivors: Rc<Survivors>,
    pub running: bool,
    /// What the engine found wrong with the query that ran last.
    pub refused: Option<(String, QueryError)>,
    /// A metric query has no lines to follow.
    /// None: there is nothing that could be followed.
    pub can_live: Option<bool>,
    pub on_cancel: Callback<()>,
    pub on_zoom_out: Callback<()>,
    /// Somebody begins to write.
    pub on_begin: Callback<()>,
}

/// What is asked, over which time, and the buttons that ask it.
#[function_component]
pub fn QueryBar(props: &Props) -> Html {
    let texts = use_texts();
    let query = props.explore.view.query.clone();
    let error = use_memo((query.clone(), props.refused.clone()), |(query, refused)| {
        let refused = refused.as_ref().filter(|(text, _)| text == query);
        mistake(query).or_else(|| refused.map(|(_, error)| error.clone()))
    });
    let dispatch = props.dispatch.clone();
    let on_input = dispatch.reform(ExploreAction::Type);
    let on_run = use_callback((query.clone(), dispatch.clone()), |(), (query, dispatch)| {
        // Plain words become the LogQL they stand for; an empty bar stays inviting.
        let text = if query.trim().is_empty() { String::new() } else { written_out(query) };
        dispatch.emit(ExploreAction::Run(text));
    });
    let on_fix = use_callback(
        (query.clone(), dispatch.clone(), props.field.clone()),
        |error: QueryError, (query, dispatch, field)| {
            if let Some(fixed) = error.fix.as_ref().and_then(|fix| fixed(query, fix)) {
                dispatch.emit(ExploreAction::Type(fixed));
            }
            if let Some(field) = field.cast::<HtmlElement>() {
                field.focus().ok();
            }
        },
    );
    let on_leaf = use_history(&props.explore.view.query, props.explore.run, &on_input);
    let on_link = dispatch.reform(|view: GrafanaView| {
        note_grafana(&view.address);
        let range = range_of(&view.from, &view.to);
        ExploreAction::Paste(view.query, range)
    });
    let Open { is_open: explains, toggle: explain, .. } = use_open();
    let marked = use_state_eq(|| None::<Span>);
    // Steps stand in the query as it is written out: plain words have no such places.
    let shown_mark = (*marked).filter(|_| explains && written_out(&query) == query);
    let live = props.explore.view.live;
    // A quick answer needs no button to cancel it, and none that flickers.
    let slow = use_state_eq(|| false);
    use_effect_with(props.running, {
        let slow = slow.setter();
        move |running| {
            slow.set(false);
            let timeout = running.then(|| Timeout::new(SLOW_MS, move || slow.set(true)));
            move || drop(timeout)
        }
    });
    html! {
        <search class="query-bar">
            <div class="query-bar__row">
                <QueryEditor
                    value={query.clone()}
                    error={(*error).clone()}
                    field={props.field.clone()}
                    marked={shown_mark}
                    vocabulary={props.vocabulary.clone()}
                    {on_link}
                    on_begin={props.on_begin.clone()}
                    on_input={on_input.clone()}
                    on_run={on_run.clone()}
                    {on_leaf}
                />
                <div class="query-bar__controls">
                    <RangePicker
                        range={props.explore.range()}
                        resolved={props.resolved}
                        clock={Rc::clone(&props.clock)}
                        can_go_back={!props.explore.past.is_empty()}
                        on_range={dispatch.reform(ExploreAction::SetRange)}
                        on_zoom_out={props.on_zoom_out.clone()}
                        on_back={dispatch.reform(|()| ExploreAction::Back)}
                        zone={props.explore.view.zone}
                        on_zone={dispatch.reform(ExploreAction::SetZone)}
                    />
                    if let Some(can_live) = props.can_live {
                        <button
                            type="button"
                            class={classes!("button", "query-bar__live", live.then_some("is-live"))}
                            data-testid="live"
                            aria-pressed={live.to_string()}
                            disabled={!can_live && !live}
                            title={texts.own(if can_live {
                                Text::LiveTitle
                            } else {
                                Text::LiveLogsOnly
                            })}
                            onclick={dispatch.reform(move |_| ExploreAction::SetLive(!live))}
                        >
                            <Glyph icon={Icon::Live} />
                            <span>{ texts.get(Text::Live) }</span>
                        </button>
                    }
                    if props.running && *slow {
                        <button
                            type="button"
                            class="button query-bar__run"
                            data-testid="cancel"
                            title={texts.own(Text::CancelTitle)}
                            onclick={props.on_cancel.reform(|_| ())}
                        >
                            <Glyph icon={Icon::Stop} />
                            <span>{ texts.get(Text::Cancel) }</span>
                        </button>
                    } else {
                        <button
                            type="button"
                            class="button button--primary query-bar__run"
                            data-testid="run"
                            title={texts.own(Text::RunTitle)}
                            onclick={on_run.reform(|_| ())}
                        >
                            <Glyph icon={Icon::Play} />
                            <span>{ texts.get(Text::Run) }</span>
                        </button>
                    }
                </div>
            </div>
            <QueryErrorLine error={(*error).clone()} {on_fix} />
            <div class="query-bar__tools">
                <SurvivorLine survivors={Rc::clone(&props.survivors)} />
                <button
                    type="button"
                    class={classes!("button", "button--small", "button--ghost", explains.then_some("is-on"))}
                    data-testid="explain"
                    aria-expanded={explains.to_string()}
                    aria-controls="explanation"
                    title={texts.own(Text::ExplainTitle)}
                    onclick={explain}
                >
                    <Glyph icon={Icon::Info} />
                    <span>{ texts.get(Text::Explain) }</span>
                </button>
                <CopyMenu query={query.clone()} range={props.explore.range()} resolved={props.resolved} />
            </div>
            <div id="explanation">
                if explains {
                    <Explanation
                        query={query.clone()}
                        survivors={Rc::clone(&props.survivors)}
                        on_mark={
                            let marked = marked.setter();
                            Callback::from(move |span| marked.set(span))
                        }
                    />
                }
            </div>
        </search>
    }
}

/// What is wrong with the text; plain words and nothing at all are right.
fn mistake(query: &str) -> Option<QueryError> {
    if query.trim().is_empty() || is_words(query) {
        return None;
    }
    logql::parse(query).err()
}

/// A range as Grafana writes it: as in our own links, or as dates.
fn range_of(from: &str, to: &str) -> Option<Range> {
    Range::from_text(from, to).or_else(|| {
        let (start, end) = (moment_of(from)?, moment_of(to)?);
        (start < end).then_some(Range::Between { start, end })
    })
}

fn fixed(query: &str, fix: &Fix) -> Option<String> {
    let mut fixed = query.to_owned();
    let span = fix.span.start..fix.span.end;
    fixed.get(span.clone())?;
    fixed.replace_range(span, &fix.text);
    Some(fixed)
}
