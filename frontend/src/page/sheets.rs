use std::rc::Rc;

use model::TimeRange;
use yew::{Callback, Html, Properties, function_component, html};

use super::command::Command;
use super::palette::PalettePage;
use super::sharing::Sharing;
use super::sources::SourcesPage;
use crate::components::{AlertSheet, Shortcuts};
use crate::format::Clock;
use crate::hooks::Known;
use crate::state::{Alerting, ExploreAction, Range, View};

/// What lies over the page; one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Palette,
    Share,
    Sources,
    Alerts,
    Help,
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub sheet: Option<Sheet>,
    pub view: View,
    pub range: Range,
    pub resolved: TimeRange,
    pub known: Known,
    pub is_owner: bool,
    pub alerting: Option<Rc<Alerting>>,
    pub clock: Rc<Clock>,
    pub dispatch: Callback<ExploreAction>,
    pub on_command: Callback<Command>,
    pub on_close: Callback<()>,
}

/// The sheet that is open.
#[function_component]
pub fn Sheets(props: &Props) -> Html {
    let Props { view, clock, dispatch, on_close, .. } = props;
    match props.sheet {
        None => Html::default(),
        Some(Sheet::Palette) => html! {
            <PalettePage
                view={view.clone()}
                is_owner={props.is_owner}
                clock={Rc::clone(clock)}
                dispatch={dispatch.clone()}
                on_command={props.on_command.clone()}
                on_close={on_close.clone()}
            />
        },
        Some(Sheet::Share) => html! {
            <Sharing
                view={view.clone()}
                range={props.range}
                resolved={props.resolved}
                clock={Rc::clone(clock)}
                on_close={on_close.clone()}
            />
        },
        Some(Sheet::Sources) => html! {
            <SourcesPage
                status={props.known.status.clone()}
                query={view.query.clone()}
                resolved={props.resolved}
                clock={Rc::clone(clock)}
                dispatch={dispatch.clone()}
                on_close={on_close.clone()}
            />
        },
        Some(Sheet::Alerts) => html! {
            <AlertSheet
                alerting={props.alerting.clone()}
                clock={Rc::clone(clock)}
                on_query={
                    let (dispatch, on_close) = (dispatch.clone(), on_close.clone());
                    Callback::from(move |query| {
                        dispatch.emit(ExploreAction::Run(query));
                        on_close.emit(());
                    })
                }
                on_close={on_close.clone()}
            />
        },
        Some(Sheet::Help) => html! { <Shortcuts on_close={on_close.clone()} /> },
    }
}
