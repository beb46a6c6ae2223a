use web_sys::MouseEvent;
use yew::{AttrValue, Callback, Html, Properties, function_component, html};

use super::icon::{Glyph, Icon};
use super::use_texts;
use crate::i18n::Text;
use crate::state::{Place, is_number};

/// A value to keep or to leave out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub place: Place,
    pub name: String,
    pub value: String,
    pub negated: bool,
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub place: Place,
    pub name: AttrValue,
    pub value: AttrValue,
    pub on_filter: Callback<Filter>,
    pub on_chart: Callback<(String, String)>,
}

/// A name and its value, with buttons that keep or leave out what has it.
#[function_component]
pub fn Field(props: &Props) -> Html {
    let texts = use_texts();
    let filter = |negated: bool| {
        let filter = Filter {
            place: props.place,
            name: props.name.to_string(),
            value: props.value.to_string(),
            negated,
        };
        props.on_filter.reform(move |_| filter.clone())
    };
    let on_chart = props.on_chart.reform({
        let (name, value) = (props.name.to_string(), props.value.to_string());
        move |_| (name.clone(), value.clone())
    });
    let button = |testid: &'static str, text: Text, icon: Icon, onclick: Callback<MouseEvent>| {
        let says = texts.with(text, &[("name", &props.name), ("value", &props.value)]);
        html! {
            <button
                type="button"
                class="button button--icon button--ghost button--small"
                data-testid={testid}
                aria-label={says.clone()}
                title={says}
                {onclick}
            >
                <Glyph {icon} />
            </button>
        }
    };
    html! {
        <div class="details__field" data-testid="field" data-name={props.name.clone()}>
            <dt>{ &props.name }</dt>
            <dd>{ &props.value }</dd>
            <dd class="details__filters">
                if props.place == Place::Field && is_number(&props.value) {
                    { button("chart-field", Text::ChartField, Icon::ChartLine, on_chart) }
                }
                { button("filter-in", Text::FilterIn, Icon::Plus, filter(false)) }
                { button("filter-out", Text::FilterOut, Icon::Minus, filter(true)) }
            </dd>
        </div>
    }
}
