use std::rc::Rc;

use yew::{Html, Properties, classes, function_component, html};

use super::use_texts;
use crate::format::grouped;
use crate::i18n::{Plural, Text};
use crate::state::Survivors;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub survivors: Rc<Survivors>,
}

/// How many lines are left after each step of the query: "12,904 lines → 311 |= "CUDA" → 7 …".
#[function_component]
pub fn SurvivorLine(props: &Props) -> Html {
    let texts = use_texts();
    let survivors = &props.survivors;
    let Some(counted) = survivors.counted.as_ref().filter(|_| !survivors.counts.is_empty()) else {
        return html! { <p class="survivors" /> };
    };
    let all = survivors.counts.first().copied().unwrap_or_default();
    let all = texts.count(Plural::LINES, all);
    let rest = survivors.counts.iter().zip(&counted.stages).skip(1);
    html! {
        <p
            class={classes!("survivors", survivors.running.then_some("is-running"))}
            data-testid="survivors"
            tabindex="0"
            data-running={survivors.running.to_string()}
            title={texts.own(Text::SurvivorsTitle)}
        >
            <span class="survivors__count">
                { if survivors.at_most { texts.with(Text::AtMost, &[("lines", &all)]) } else { all } }
            </span>
            { for rest.map(|(count, stage)| html! {
                <span class="survivors__step">
                    <span class="survivors__arrow" aria-hidden="true">{ "→" }</span>
                    <span class="survivors__count" data-testid="survivor">{ grouped(*count) }</span>
                    { " " }
                    <code>{ stage }</code>
                </span>
            }) }
        </p>
    }
}
