use std::rc::Rc;

use yew::{Html, Properties, function_component, html};

use super::use_texts;
use crate::format::{file_name, value};
use crate::i18n::Text;
use crate::state::Summary;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub summary: Rc<Summary>,
}

/// The progress bars that programs are drawing just now, one row each, in place.
#[function_component]
pub fn ProgressRows(props: &Props) -> Html {
    let texts = use_texts();
    if props.summary.progress.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="progress-rows" aria-label={texts.own(Text::ProgressRows)} data-testid="progress-rows">
            { for props.summary.progress.iter().map(|(path, progress)| {
                let name = file_name(path).to_owned();
                let share = if progress.total > 0.0 { progress.done / progress.total } else { 0.0 };
                html! {
                    <li class="progress-rows__row" key={path.clone()}>
                        <span class="progress-rows__file" title={path.clone()}>{ name }</span>
                        <progress value={format!("{:.3}", share.clamp(0.0, 1.0))} max="1" />
                        <span class="progress-rows__numbers">
                            { format!("{:.0}%  {} / {}", share * 100.0, value(progress.done), value(progress.total)) }
                        </span>
                        <span class="progress-rows__rest">
                            if !progress.description.is_empty() { <span>{ &progress.description }</span> }
                            if let Some(rate) = &progress.rate { <span>{ rate }</span> }
                            if let Some(eta) = &progress.eta {
                                <span>{ texts.with(Text::ProgressEta, &[("time", eta)]) }</span>
                            }
                        </span>
                    </li>
                }
            }) }
        </ul>
    }
}
