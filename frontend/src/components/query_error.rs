use logql::QueryError;
use yew::{Callback, Html, Properties, function_component, html};

use super::icon::{Glyph, Icon};
use super::use_texts;
use crate::i18n::Text;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub error: Option<QueryError>,
    /// Puts the corrected query into the bar.
    pub on_fix: Callback<QueryError>,
}

/// What is wrong with the query, and the button that puts it right.
#[function_component]
pub fn QueryErrorLine(props: &Props) -> Html {
    let texts = use_texts();
    html! {
        <div id="query-error" class="query-error" role="status" aria-live="polite">
            if let Some(error) = &props.error {
                <p class="query-error__text" data-testid="error">
                    <Glyph icon={Icon::Warning} />
                    <span>{ texts.said(&error.message) }</span>
                </p>
                if let Some(fix) = &error.fix {
                    <button
                        type="button"
                        class="button button--small"
                        data-testid="fix"
                        onclick={
                            let error = error.clone();
                            props.on_fix.reform(move |_| error.clone())
                        }
                    >
                        { texts.with(Text::Fix, &[("title", &texts.said(&fix.title))]) }
                    </button>
                }
            }
        </div>
    }
}
