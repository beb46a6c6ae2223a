use std::rc::Rc;

use gloo::timers::callback::Interval;
use model::{TimeRange, Timestamp};
use protocol::doctor::{Ask, Diagnosis, Link};
use protocol::sources::Change;
use protocol::status::Status;
use yew::{Callback, Html, Properties, function_component, html, use_effect_with, use_state_eq};

use crate::components::SourceSheet;
use crate::format::Clock;
use crate::hooks::{base_url, change_source, diagnose, list_sources, now_ns};
use crate::state::{ExploreAction, Range};

/// So often the list is read anew.
const REFRESH_MS: u32 = 2_000;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub status: Option<Rc<Status>>,
    /// What is shown, for whom a line is missing there.
    pub query: String,
    pub resolved: TimeRange,
    pub clock: Rc<Clock>,
    pub dispatch: Callback<ExploreAction>,
    pub on_close: Callback<()>,
}

/// Lists the files, and finds out about a line.
#[function_component]
pub fn SourcesPage(props: &Props) -> Html {
    let sources = use_state_eq(|| None);
    let found = use_state_eq(|| None::<Result<Diagnosis, String>>);
    let looking = use_state_eq(|| false);
    let changing = use_state_eq(|| None::<String>);
    let change_error = use_state_eq(|| None::<String>);
    use_effect_with((), {
        let sources = sources.setter();
        move |()| {
            let read = move || {
                let sources = sources.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    sources.set(Some(list_sources(&base_url()).await));
                });
            };
            read();
            let interval = Interval::new(REFRESH_MS, read);
            move || drop(interval)
        }
    });
    let on_line = {
        let (found, looking) = (found.setter(), looking.setter());
        let (query, resolved) = (props.query.clone(), props.resolved);
        Callback::from(move |line: String| {
            let (found, looking) = (found.clone(), looking.clone());
            let ask = Ask {
                line,
                file: None,
                start: Some(Timestamp(resolved.start.0)),
                end: Some(Timestamp(resolved.end.0)),
                query: (!query.is_empty()).then(|| query.clone()),
            };
            looking.set(true);
            wasm_bindgen_futures::spawn_local(async move {
                found.set(Some(diagnose(&base_url(), &ask).await));
                looking.set(false);
            });
        })
    };
    let on_change = {
        let (sources, error) = (sources.setter(), change_error.setter());
        let changing = changing.setter();
        Callback::from(move |change: Change| {
            let (sources, error, changing) = (sources.clone(), error.clone(), changing.clone());
            wasm_bindgen_futures::spawn_local(async move {
                match change_source(&base_url(), &change).await {
                    Ok(known) => {
                        sources.set(Some(Ok(known)));
                        error.set(None);
                        changing.set(None);
                    }
                    Err(reason) => error.set(Some(reason)),
                }
            });
        })
    };
    let on_changing = {
        let (changing, error) = (changing.setter(), change_error.setter());
        Callback::from(move |path| {
            changing.set(path);
            error.set(None);
        })
    };
    let on_show = {
        let (dispatch, on_close) = (props.dispatch.clone(), props.on_close.clone());
        Callback::from(move |link: Link| {
            let range = Range::Between { start: link.start.0, end: link.end.0 };
            dispatch.emit(ExploreAction::SetRange(range));
            dispatch.emit(ExploreAction::Run(link.query));
            on_close.emit(());
        })
    };
    html! {
        <SourceSheet
            sources={(*sources).clone()}
            status={props.status.clone()}
            found={(*found).clone()}
            looking={*looking}
            changing={(*changing).clone()}
            change_error={(*change_error).clone()}
            {on_changing}
            {on_change}
            clock={Rc::clone(&props.clock)}
            now_ns={now_ns()}
            {on_line}
            {on_show}
            on_close={props.on_close.clone()}
        />
    }
}
