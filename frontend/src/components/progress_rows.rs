use std::rc::Rc;

use yew::{Html, Properties, function_component, html};

use super::use_texts;
use crate::format::{duration_ms, file_name, value};
use crate::hooks::{now_ns, use_tick};
use crate::i18n::Text;
use crate::state::Summary;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub summary: Rc<Summary>,
}

/// A bar that has not moved for so long is worth a word.
const STILL_MS: u64 = 30_000;

/// The progress bars that programs are drawing just now, one row each, in place.
#[function_component]
pub fn ProgressRows(props: &Props) -> Html {
    let texts = use_texts();
    use_tick(1_000, !props.summary.progress.is_empty());
    if props.summary.progress.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="progress-rows" aria-label={texts.own(Text::ProgressRows)} data-testid="progress-rows">
            { for props.summary.progress.iter().map(|(path, progress)| {
                let name = file_name(path).to_owned();
                let still_ms = u64::try_from((now_ns() - progress.seen.0) / 1_000_000).unwrap_or(0);
                let share = if progress.total > 0.0 { progress.done / progress.total } else { 0.0 };
                html! {
                    <li class="progress-rows__row" key={path.clone()}>
                        <span class="progress-rows__file" title={path.clone()}>{ name }</span>
                        <progress value={format!("{:.3}", share.clamp(0.0, 1.0))} max="1" />
                        <span class="progress-rows__numbers">
                            { format!("{:.0}%  {} / {}", share * 100.0, value(progress.done), value(progress.total)) }
                        </span>
                        <span class="progress-rows__rest">
                            if still_ms >= STILL_MS {
                                <span class="progress-rows__still">
                                    { texts.with(Text::ProgressStill, &[("time", &duration_ms(still_ms / 1000 * 1000))]) }
                                </span>
                            }
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
