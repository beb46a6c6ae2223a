use yew::{Callback, Html, Properties, classes, function_component, html};

use super::icon::{Glyph, Icon};
use super::range_picker::zone_text;
use super::use_texts;
use crate::i18n::Text;
use crate::state::{ChartKind, ExploreAction, Kind, View};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub view: View,
    pub kind: Kind,
    pub dispatch: Callback<ExploreAction>,
}

/// How the result is shown: wrapping and zone for lines, kind of chart and table for numbers.
#[function_component]
pub fn ViewTools(props: &Props) -> Html {
    let texts = use_texts();
    let view = &props.view;
    let next = view.zone.next();
    let zone_title = texts.with(
        Text::ZoneTitle,
        &[("zone", texts.get(zone_text(view.zone))), ("next", texts.get(zone_text(next)))],
    );
    html! {
        <div class="view-tools" role="toolbar" aria-label={texts.own(Text::ViewTools)}>
            if props.kind == Kind::Metric {
                <div class="segmented" role="group" aria-label={texts.own(Text::ChartKind)}>
                    { for ChartKind::ALL.into_iter().map(|kind| {
                        let chosen = view.chart == kind && !view.table;
                        let (icon, text) = match kind {
                            ChartKind::Line => (Icon::ChartLine, Text::ChartLine),
                            ChartKind::Bars => (Icon::ChartBars, Text::ChartBars),
                            ChartKind::Stacked => (Icon::ChartStacked, Text::ChartStacked),
                        };
                        let dispatch = props.dispatch.clone();
                        let onclick = Callback::from(move |_| {
                            dispatch.emit(ExploreAction::SetTable(false));
                            dispatch.emit(ExploreAction::SetChart(kind));
                        });
                        html! {
                            <button
                                type="button"
                                class={classes!("segmented__item", chosen.then_some("is-chosen"))}
                                data-testid={format!("chart-{}", kind.name())}
                                aria-pressed={chosen.to_string()}
                                aria-label={texts.own(text)}
                                title={texts.own(text)}
                                {onclick}
                            >
                                <Glyph {icon} />
                            </button>
                        }
                    }) }
                    <button
                        type="button"
                        class={classes!("segmented__item", view.table.then_some("is-chosen"))}
                        data-testid="table-switch"
                        aria-pressed={view.table.to_string()}
                        aria-label={texts.own(Text::Table)}
                        title={texts.own(Text::Table)}
                        onclick={props.dispatch.reform({
                            let table = !view.table;
                            move |_| ExploreAction::SetTable(table)
                        })}
                    >
                        <Glyph icon={Icon::Table} />
                    </button>
                </div>
            } else {
                <button
                    type="button"
                    class={classes!("button", "button--small", "button--ghost", view.wrap.then_some("is-on"))}
                    data-testid="wrap"
                    aria-pressed={view.wrap.to_string()}
                    title={texts.own(Text::WrapTitle)}
                    onclick={props.dispatch.reform({
                        let wrap = !view.wrap;
                        move |_| ExploreAction::SetWrap(wrap)
                    })}
                >
                    <Glyph icon={Icon::Wrap} />
                    <span>{ texts.get(Text::Wrap) }</span>
                </button>
            }
            <button
                type="button"
                class="button button--small button--ghost"
                data-testid="zone"
                aria-label={zone_title.clone()}
                title={zone_title}
                onclick={props.dispatch.reform(move |_| ExploreAction::SetZone(next))}
            >
                <Glyph icon={Icon::Clock} />
                <span>{ texts.get(zone_text(view.zone)) }</span>
            </button>
        </div>
    }
}
