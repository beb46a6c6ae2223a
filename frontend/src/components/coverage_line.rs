use yew::{Html, Properties, classes, function_component, html};

use super::icon::{Glyph, Icon};
use super::use_texts;
use crate::hooks::{Open, use_open};
use crate::i18n::Text;
use crate::words::Sentence;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub sentence: Sentence,
    /// Of the chunks of a running query, how many are done.
    pub progress: Option<(u64, u64)>,
    pub warnings: Vec<String>,
}

/// What the answer rests on: always there, and never silent about what is missing.
#[function_component]
pub fn CoverageLine(props: &Props) -> Html {
    let texts = use_texts();
    let Open { is_open, toggle, close: _ } = use_open();
    let missing: Vec<&String> = props.sentence.gaps.iter().chain(&props.warnings).collect();
    let bar = props.progress.map(|(done, total)| {
        #[expect(clippy::cast_precision_loss, reason = "a share of a bar")]
        let share = if total == 0 { 0.0 } else { done as f64 / total as f64 };
        html! {
            <progress
                class="coverage__progress"
                aria-label={texts.own(Text::Progress)}
                value={format!("{share:.3}")}
                max="1"
            />
        }
    });
    html! {
        <div class={classes!("coverage", (!missing.is_empty()).then_some("coverage--partial"))}>
            { bar.unwrap_or_default() }
            <p
                class="coverage__text"
                data-testid="coverage"
                title={props.sentence.text()}
                role="status"
                aria-live={if props.progress.is_some() { "off" } else { "polite" }}
            >
                { for props.sentence.parts.iter().enumerate().map(|(at, part)| html! {
                        <>
                            if at > 0 { <span class="coverage__dot">{" · "}</span> }
                            <span class="coverage__part">{ part }</span>
                        </>
                }) }
            </p>
            if let Some(first) = missing.first() {
                <button
                    type="button"
                    class="coverage__gap"
                    data-testid="gaps"
                    aria-expanded={is_open.to_string()}
                    onclick={toggle}
                >
                    <Glyph icon={Icon::Warning} />
                    <span class="coverage__gap-text">{ first }</span>
                    if missing.len() > 1 {
                        <span class="coverage__gap-more">
                            { texts.with(Text::MoreGaps, &[("n", &(missing.len() - 1).to_string())]) }
                        </span>
                    }
                </button>
            }
            if is_open && !missing.is_empty() {
                <ul class="coverage__gaps">
                    { for missing.iter().map(|gap| html! { <li>{ gap }</li> }) }
                </ul>
            }
        </div>
    }
}
