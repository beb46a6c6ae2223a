use std::cell::RefCell;
use std::rc::Rc;

use web_sys::HtmlElement;
use yew::{
    AttrValue, Callback, Html, Properties, UseStateSetter, classes, function_component, html,
    use_callback, use_effect_with, use_memo, use_mut_ref, use_node_ref, use_state_eq,
};

use super::asking::{is_metric, use_asking};
use super::body::{Body, between};
use super::holding::use_holding;
use super::keys::{Command, command};
use super::notices::Notices;
use super::sharing::Sharing;
use crate::components::{
    CoverageLine, Details, Filter, Header, HistogramChart, LiveBar, ProgressRows, QueryBar,
    Shortcuts, ViewTools, use_texts,
};
use crate::engine::message::Failure;
use crate::format::grouped;
use crate::hooks::{
    SettingsHandle, Visitor, When, base_url, clock, now_ns, use_dark, use_explore, use_keys,
    use_session, use_status, use_streams, use_survivors, use_visitor,
};
use crate::i18n::Text;
use crate::line::{Level, Needles};
use crate::state::{ExploreAction, Kind, Phase, Place, ResultsAction, Vocabulary, narrowed};
use crate::words::coverage;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub settings: SettingsHandle,
}

/// The page itself.
#[function_component]
pub fn Page(props: &Props) -> Html {
    let texts = use_texts();
    let base = use_memo((), |()| base_url());
    let known = use_status(&base);
    let explore = use_explore();
    let visitor = use_visitor(&base, &explore);
    let session = use_session();
    use_asking(&explore, &session, &known);

    let results = Rc::new((*session.results).clone());
    let view = explore.view.clone();
    let (streams, on_begin) = use_streams(&base);
    let clock = use_memo(view.zone, |zone| clock(*zone));
    let dark = use_dark(props.settings.settings.theme);
    let (field, list) = (use_node_ref(), use_node_ref());
    // Where the keyboard is in the list.
    let active = use_state_eq(|| None::<usize>);
    let help = use_state_eq(|| false);
    let sharing = use_state_eq(|| false);
    let jump_seen = use_state_eq(|| false);
    let opener = use_mut_ref(|| None::<HtmlElement>);
    let holding = use_holding(&session, view.selected.is_some() || active.is_some());

    use_effect_with(explore.run, {
        let active = active.setter();
        move |_| active.set(None)
    });

    let dispatch = use_callback(explore.dispatcher(), |action, dispatcher| {
        dispatcher.dispatch(action);
    });
    let rows = results.shown_rows().clone();
    let selected = use_memo((rows.clone(), view.selected), |(rows, selected)| {
        selected.and_then(|id| rows.iter().find(|entry| entry.id() == id).cloned())
    });
    // The list got the beginning of a long line; whoever opens it wants to see all.
    use_effect_with(selected.as_ref().as_ref().map(|entry| (entry.id(), entry.is_whole())), {
        let session = session.clone();
        move |selected| {
            if let Some((id, false)) = *selected {
                session.whole(id);
            }
        }
    });
    let extent = known.extent();
    let resolved = use_memo((explore.range(), explore.run, extent), |(range, _, extent)| {
        range.resolve(now_ns(), *extent)
    });

    let survivors = use_survivors(
        &session,
        &view.query,
        When { range: *resolved, run: explore.run, is_on: known.asked && !view.live },
    );
    // Who begins to write finds the names already there.
    use_effect_with(known.asked, {
        let on_begin = on_begin.clone();
        move |asked| {
            if *asked {
                on_begin.emit(());
            }
        }
    });

    // Opens the details of a row, or closes them.
    let open_row = {
        let (rows, dispatch, active) = (rows.clone(), dispatch.clone(), active.setter());
        let (results, dispatcher) = (Rc::clone(&results), session.results.dispatcher());
        let is_open = view.selected;
        move |at: usize, toggle: bool| {
            let Some(entry) = rows.get(at) else { return };
            if results.live.is_some() {
                dispatcher.dispatch(ResultsAction::Hold(true));
            }
            active.set(Some(at));
            let same = is_open == Some(entry.id());
            dispatch.emit(ExploreAction::Select((!same || !toggle).then(|| entry.id())));
        }
    };
    let on_row = {
        let open_row = open_row.clone();
        Callback::from(move |at| open_row(at, true))
    };
    let close_details = {
        let (dispatch, list) = (dispatch.clone(), list.clone());
        Callback::from(move |()| {
            dispatch.emit(ExploreAction::Select(None));
            focus(&list);
        })
    };
    let on_older = {
        let session = session.clone();
        Callback::from(move |()| {
            if session.results.has_older() {
                session.older();
            }
        })
    };
    let on_filter = {
        let dispatch = dispatch.clone();
        let (typed, ran) = (view.query.clone(), results.asked.clone());
        Callback::from(move |filter: Filter| {
            let Filter { place, name, value, negated } = filter;
            let ran = ran.as_ref().map_or("", |asked| asked.text.as_str());
            let query = narrowed(&typed, place, &name, &value, negated)
                .or_else(|| narrowed(ran, place, &name, &value, negated));
            if let Some(query) = query {
                dispatch.emit(ExploreAction::Run(query));
            }
        })
    };
    let on_level = on_filter.reform(|level: Level| Filter {
        place: Place::Label,
        name: "level".to_owned(),
        value: level.class().to_owned(),
        negated: false,
    });
    let on_zoom_out = {
        let (explore, dispatch) = (explore.clone(), dispatch.clone());
        Callback::from(move |()| {
            let wider = explore.range().zoomed_out(now_ns(), extent);
            dispatch.emit(ExploreAction::SetRange(wider));
        })
    };
    let on_cancel = {
        let session = session.clone();
        Callback::from(move |()| session.cancel())
    };
    // Lets a live list go on from its end.
    let follow = {
        let (active, dispatch, on_hold) =
            (active.setter(), dispatch.clone(), holding.on_hold.clone());
        Callback::from(move |()| {
            active.set(None);
            dispatch.emit(ExploreAction::Select(None));
            on_hold.emit(false);
        })
    };
    let on_hold = {
        let (follow, on_hold) = (follow.clone(), holding.on_hold.clone());
        Callback::from(move |hold: bool| if hold { on_hold.emit(true) } else { follow.emit(()) })
    };
    let set_help = opening(help.setter(), &opener);
    let set_sharing = opening(sharing.setter(), &opener);
    let is_owner = visitor == Visitor::Owner;

    use_keys({
        let (explore, session, dispatch) = (explore.clone(), session.clone(), dispatch.clone());
        let (rows, active, help) = (rows.clone(), active.clone(), help.clone());
        let (field, list, set_help) = (field.clone(), list.clone(), set_help.clone());
        let (sharing, set_sharing) = (sharing.clone(), set_sharing.clone());
        let (on_zoom_out, close_details) = (on_zoom_out.clone(), close_details.clone());
        move |key| {
            if key.is_taken() || *help || *sharing {
                return;
            }
            let Some(command) = command(&key) else { return };
            let last = rows.len().saturating_sub(1);
            let go = |at: usize| {
                if !rows.is_empty() {
                    active.set(Some(at));
                    focus(&list);
                    if session.results.live.is_some() {
                        session.results.dispatch(ResultsAction::Hold(true));
                    }
                    if explore.view.selected.is_some() {
                        open_row(at, false);
                    }
                }
            };
            match command {
                Command::FocusQuery => focus(&field),
                // In the field itself Enter with a command key is heard by the field.
                Command::Run => dispatch.emit(ExploreAction::Again),
                Command::Escape => {
                    if session.results.is_running() {
                        session.cancel();
                    } else if explore.view.selected.is_some() {
                        close_details.emit(());
                    } else if key.in_field {
                        focus(&list);
                    } else {
                        active.set(None);
                    }
                }
                Command::Move(by) => go(step(*active, by, last)),
                Command::First => go(0),
                Command::Last => go(last),
                Command::Open => match *active {
                    Some(at) => open_row(at, true),
                    None => return,
                },
                Command::Wrap => dispatch.emit(ExploreAction::SetWrap(!explore.view.wrap)),
                Command::Live => dispatch.emit(ExploreAction::SetLive(!explore.view.live)),
                Command::ZoomOut => on_zoom_out.emit(()),
                Command::Back => dispatch.emit(ExploreAction::Back),
                Command::Table => dispatch.emit(ExploreAction::SetTable(!explore.view.table)),
                Command::Share if is_owner => set_sharing.emit(true),
                Command::Share => return,
                Command::Help => set_help.emit(true),
            }
            key.taken();
        }
    });

    let kind = results.kind();
    let sentence = coverage(&texts, &clock, &results);
    let progress = (results.phase == Phase::Running).then(|| {
        let coverage = &results.answer.coverage;
        (coverage.chunks_done, coverage.chunks_total)
    });
    let refused = match (&results.phase, &results.asked) {
        (Phase::Failed(Failure::Query(error)), Some(asked)) => {
            Some((asked.text.clone(), error.clone()))
        }
        _ => None,
    };
    let needles = results.asked.as_ref().map_or_else(Needles::default, |a| a.needles.clone());
    let waiting = results.live.as_ref().map_or(0, |live| live.waiting.len());
    let is_held = results.live.as_ref().is_some_and(|live| live.held);
    html! {
        <div class="page">
            <Header
                known={known.clone()}
                settings={props.settings.clone()}
                on_help={set_help.reform(|()| true)}
                on_share={is_owner.then(|| set_sharing.reform(|()| true))}
            />
            <QueryBar
                explore={Rc::new((*explore).clone())}
                dispatch={dispatch.clone()}
                resolved={*resolved}
                clock={Rc::clone(&clock)}
                {field}
                vocabulary={Vocabulary { streams, rows: rows.clone() }}
                {survivors}
                {on_begin}
                running={results.is_running()}
                {refused}
                can_live={!is_metric(&view.query)}
                {on_cancel}
                {on_zoom_out}
            />
            <Notices
                explore={Rc::new((*explore).clone())}
                results={Rc::clone(&results)}
                clock={Rc::clone(&clock)}
                dispatch={dispatch.clone()}
                jump_seen={*jump_seen}
                is_outdated={known.is_outdated()}
                visitor={visitor.clone()}
                on_jump_seen={
                    let jump_seen = jump_seen.setter();
                    Callback::from(move |()| jump_seen.set(true))
                }
            />
            <main
                class={classes!("page__main", selected.is_some().then_some("has-details"))}
                data-testid="result"
                data-phase={results.phase.name()}
                data-run={results.id().map(|id| id.to_string())}
            >
                <div class="page__result">
                    if let Some(live) = &results.live {
                        <LiveBar live={live.clone()} {on_hold} />
                    } else if kind == Kind::Log {
                        <HistogramChart
                            histogram={results.histogram.clone()}
                            clock={Rc::clone(&clock)}
                            on_zoom={dispatch.reform(between)}
                            {on_level}
                        />
                    }
                    <ProgressRows summary={Rc::clone(&known.summary)} />
                    <div class="page__line">
                        <CoverageLine
                            {sentence}
                            {progress}
                            warnings={results.answer.warnings.clone()}
                        />
                        <ViewTools view={view.clone()} {kind} dispatch={dispatch.clone()} />
                    </div>
                    <div class="page__body">
                        <Body
                            explore={Rc::new((*explore).clone())}
                            results={Rc::clone(&results)}
                            {known}
                            clock={Rc::clone(&clock)}
                            {dark}
                            active={*active}
                            {list}
                            holding={holding.clone()}
                            {dispatch}
                            {on_row}
                            {on_older}
                        />
                        if is_held && waiting > 0 {
                            <button
                                type="button"
                                class="pill"
                                data-testid="pill"
                                onclick={follow.reform(|_| ())}
                            >
                                { texts.with(Text::LiveWaiting, &[
                                    ("n", &grouped(u64::try_from(waiting).unwrap_or(0))),
                                ]) }
                            </button>
                        }
                    </div>
                </div>
                if let Some(entry) = &*selected {
                    <Details
                        base={AttrValue::from((*base).clone())}
                        entry={Rc::clone(entry)}
                        missing={results.whole.missing_of(entry.id()).cloned()}
                        needles={Rc::new(needles)}
                        clock={Rc::clone(&clock)}
                        {on_filter}
                        on_close={close_details}
                    />
                }
            </main>
            if *sharing {
                <Sharing
                    view={view.clone()}
                    range={explore.range()}
                    resolved={*resolved}
                    clock={Rc::clone(&clock)}
                    on_close={set_sharing.reform(|()| false)}
                />
            }
            if *help {
                <Shortcuts on_close={set_help.reform(|()| false)} />
            }
        </div>
    }
}

/// The row `by` rows from where the keyboard is; the first when it is nowhere.
fn step(active: Option<usize>, by: i32, last: usize) -> usize {
    match active {
        None => 0,
        Some(at) => {
            let moved = i64::try_from(at).unwrap_or(0) + i64::from(by);
            usize::try_from(moved.max(0)).unwrap_or(0).min(last)
        }
    }
}

/// Opens and closes a dialog; the keyboard goes back to where it was.
fn opening(
    open: UseStateSetter<bool>,
    opener: &Rc<RefCell<Option<HtmlElement>>>,
) -> Callback<bool> {
    let opener = Rc::clone(opener);
    Callback::from(move |opens: bool| {
        if opens {
            opener.replace(focused());
        } else if let Some(element) = opener.replace(None) {
            element.focus().ok();
        }
        open.set(opens);
    })
}

fn focus(node: &yew::NodeRef) {
    if let Some(element) = node.cast::<HtmlElement>() {
        element.focus().ok();
    }
}

fn focused() -> Option<HtmlElement> {
    use wasm_bindgen::JsCast as _;
    web_sys::window()?.document()?.active_element()?.dyn_into().ok()
}
