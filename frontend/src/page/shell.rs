use std::cell::RefCell;
use std::rc::Rc;

use web_sys::HtmlElement;
use yew::{
    AttrValue, Callback, Html, Properties, UseStateSetter, classes, function_component, html,
    use_callback, use_effect_with, use_memo, use_mut_ref, use_node_ref, use_state_eq,
};

use super::asking::{is_metric, use_asking};
use super::body::{Body, between};
use super::command::Command;
use super::holding::use_holding;
use super::keys::command;
use super::notices::Notices;
use super::sheets::{Sheet, Sheets};
use crate::components::{
    CoverageLine, Details, Filter, Header, HistogramChart, LiveBar, ProgressRows, QueryBar,
    ReportHeader, SaveMenu, ViewTools, use_texts,
};
use crate::engine::message::Failure;
use crate::format::grouped;
use crate::hooks::{
    SettingsHandle, Visitor, When, base_url, clock, copy, is_report, link, now_ns, open_page,
    report, use_alerts, use_dark, use_explore, use_fingerprint, use_keys, use_save, use_session,
    use_status, use_streams, use_survivors, use_visitor,
};
use crate::i18n::Text;
use crate::line::{Level, Needles};
use crate::state::{
    ExploreAction, Kind, Phase, Place, Results, ResultsAction, View, Vocabulary, charted, narrowed,
    report_url, round_step, run_of,
};
use crate::words::coverage;

const SECOND_NS: i64 = 1_000_000_000;
/// Points of the chart of a field.
const CHARTED: i64 = 120;

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
    let source_zone = known.status.as_ref().and_then(|status| status.zone.clone());
    let clock =
        use_memo((view.zone, source_zone), |(zone, source)| clock(*zone, source.as_deref()));
    let dark = use_dark(props.settings.settings.theme);
    let (field, list) = (use_node_ref(), use_node_ref());
    // Where the keyboard is in the list.
    let active = use_state_eq(|| None::<usize>);
    let sheet = use_state_eq(|| None::<Sheet>);
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
    let on_newer = {
        let session = session.clone();
        Callback::from(move |()| {
            if session.results.has_newer() {
                session.newer();
            }
        })
    };
    // Shows what is around a line, or leads back to what found it.
    let top_before = use_state_eq(|| 0.0);
    let on_context = {
        let (dispatch, rows) = (dispatch.clone(), rows.clone());
        let (list, top_before) = (list.clone(), top_before.setter());
        let (selected, active) = (selected.clone(), *active);
        let is_open = view.context.is_some();
        Callback::from(move |()| {
            if let Some(list) = list.cast::<HtmlElement>() {
                top_before.set(list.get_bounding_client_rect().top());
            }
            let at = || active.and_then(|at| rows.get(at)).cloned();
            if is_open {
                dispatch.emit(ExploreAction::CloseContext);
            } else if let Some(entry) = (*selected).clone().or_else(at) {
                let run = run_of(&entry.stream);
                dispatch.emit(ExploreAction::OpenContext(entry.id(), run));
            }
        })
    };
    // What came above moves where the keyboard is.
    let front_seen = use_mut_ref(|| (0, 0));
    use_effect_with((results.front, explore.run), {
        let active = active.clone();
        let seen = Rc::clone(&front_seen);
        move |(front, run)| {
            let (before, run_before) = seen.replace((*front, *run));
            if let Some(at) = active.filter(|_| *run == run_before) {
                active.set(Some(at + front.saturating_sub(before)));
            }
        }
    });
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
    let on_chart = {
        let (dispatch, typed) = (dispatch.clone(), view.query.clone());
        let window = round_step(*resolved, CHARTED, SECOND_NS);
        Callback::from(move |(name, value): (String, String)| {
            if let Some(query) = charted(&typed, &name, &value, window) {
                dispatch.emit(ExploreAction::Run(query));
            }
        })
    };
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
    let shown = use_fingerprint(&results, explore.range());
    let (saving, on_save) = use_save(&session);
    let set_sheet = opening(sheet.setter(), &opener);
    let is_owner = visitor == Visitor::Owner;
    let alerting = use_alerts(is_owner, *sheet == Some(Sheet::Alerts));
    // Who has no rules is not shown a bell that never rings; the key tells how to begin.
    let has_rules = alerting.as_ref().is_some_and(|alerting| alerting.has_rules());
    let report = use_memo((), |()| report());
    let can_live = report.is_none().then(|| !is_metric(&view.query));

    // Does what a key or the palette says; false when there is nothing to do it with.
    let act = {
        let (explore, session, dispatch) = (explore.clone(), session.clone(), dispatch.clone());
        let (rows, active, settings) = (rows.clone(), active.clone(), props.settings.clone());
        let (field, list, set_sheet) = (field.clone(), list.clone(), set_sheet.clone());
        let (on_zoom_out, close_details) = (on_zoom_out.clone(), close_details.clone());
        let on_context = on_context.clone();
        Rc::new(move |command: Command, in_field: bool| {
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
            if command.is_of_owner() && !is_owner {
                return false;
            }
            match command {
                Command::Palette => set_sheet.emit(Some(Sheet::Palette)),
                Command::FocusQuery => focus(&field),
                // In the field itself Enter with a command key is heard by the field.
                Command::Run => dispatch.emit(ExploreAction::Again),
                Command::Escape => {
                    if session.results.is_running() {
                        session.cancel();
                    } else if explore.view.selected.is_some() {
                        close_details.emit(());
                    } else if explore.view.context.is_some() {
                        on_context.emit(());
                    } else if in_field {
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
                    None => return false,
                },
                Command::Wrap => dispatch.emit(ExploreAction::SetWrap(!explore.view.wrap)),
                Command::Live if is_report() => return false,
                Command::Live => dispatch.emit(ExploreAction::SetLive(!explore.view.live)),
                Command::ZoomOut => on_zoom_out.emit(()),
                Command::Back => dispatch.emit(ExploreAction::Back),
                Command::Context => on_context.emit(()),
                Command::Table => dispatch.emit(ExploreAction::SetTable(!explore.view.table)),
                Command::Zone => dispatch.emit(ExploreAction::SetZone(explore.view.zone.next())),
                Command::Range(range) => dispatch.emit(ExploreAction::SetRange(range)),
                Command::Theme => settings.next_theme(),
                Command::Language => settings.set_language(settings.settings.language.other()),
                Command::CopyLink => copy(&link()),
                Command::Report => match report_of(&explore.view, &session.results) {
                    Some(url) => open_page(&url),
                    None => return false,
                },
                Command::Share => set_sheet.emit(Some(Sheet::Share)),
                Command::Sources => set_sheet.emit(Some(Sheet::Sources)),
                Command::Alerts => set_sheet.emit(Some(Sheet::Alerts)),
                Command::Help => set_sheet.emit(Some(Sheet::Help)),
            }
            true
        })
    };
    use_keys({
        let (act, has_sheet) = (Rc::clone(&act), sheet.is_some());
        move |key| {
            if key.is_taken() || has_sheet {
                return;
            }
            let Some(command) = command(&key) else { return };
            if act(command, key.in_field) {
                key.taken();
            }
        }
    });
    let open = |of: Sheet| set_sheet.reform(move |()| Some(of));

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
                on_palette={open(Sheet::Palette)}
                on_help={open(Sheet::Help)}
                on_share={is_owner.then(|| open(Sheet::Share))}
                on_sources={is_owner.then(|| open(Sheet::Sources))}
                on_alerts={has_rules.then(|| open(Sheet::Alerts))}
                num_firing={alerting.as_ref().map_or(0, |alerting| alerting.num_firing())}
            />
            if let Some(report) = &*report {
                <ReportHeader report={Rc::clone(report)} clock={Rc::clone(&clock)} />
            }
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
                {can_live}
                {on_cancel}
                {on_zoom_out}
            />
            <Notices
                explore={Rc::new((*explore).clone())}
                results={Rc::clone(&results)}
                clock={Rc::clone(&clock)}
                dispatch={dispatch.clone()}
                {shown}
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
                        if results.live.is_none() {
                            <SaveMenu
                                {kind}
                                {saving}
                                {on_save}
                                report_url={report_of(&view, &results).map(AttrValue::from)}
                            />
                        }
                    </div>
                    <div class="page__body">
                        <Body
                            explore={Rc::new((*explore).clone())}
                            results={Rc::clone(&results)}
                            known={known.clone()}
                            clock={Rc::clone(&clock)}
                            {dark}
                            active={*active}
                            {list}
                            holding={holding.clone()}
                            dispatch={dispatch.clone()}
                            {on_row}
                            {on_older}
                            {on_newer}
                            top_before={*top_before}
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
                        {on_chart}
                        on_context={view.context.is_none().then(|| on_context.clone())}
                        on_close={close_details}
                    />
                }
            </main>
            <Sheets
                sheet={*sheet}
                view={view.clone()}
                range={explore.range()}
                resolved={*resolved}
                known={known.clone()}
                {is_owner}
                {alerting}
                {clock}
                {dispatch}
                on_command={Callback::from(move |command| {
                    act(command, false);
                })}
                on_close={set_sheet.reform(|()| None)}
            />
        </div>
    }
}

/// The page that makes a report of the answer; a report has none.
fn report_of(view: &View, results: &Results) -> Option<String> {
    let asked = results.asked.as_ref().filter(|_| !is_report())?;
    Some(report_url(view, &asked.text, asked.range))
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

/// Opens a sheet or closes it; the keyboard goes back to where it was.
fn opening(
    sheet: UseStateSetter<Option<Sheet>>,
    opener: &Rc<RefCell<Option<HtmlElement>>>,
) -> Callback<Option<Sheet>> {
    let opener = Rc::clone(opener);
    Callback::from(move |opens: Option<Sheet>| {
        if opens.is_some() {
            opener.replace(focused());
        } else if let Some(element) = opener.replace(None) {
            element.focus().ok();
        }
        sheet.set(opens);
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
