use std::rc::Rc;

use report::Target;
use yew::{Callback, Html, Properties, function_component, html, use_effect_with};

use super::say::{Say, use_says};
use super::state::{Action, Exporting};
use crate::components::{Glyph, Icon};
use crate::format::grouped;
use crate::hooks::copy;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub state: Rc<Exporting>,
    pub dispatch: Callback<Action>,
}

/// The report as a text for where people ask for help: copied, and shown as it was copied.
#[function_component]
pub fn Paste(props: &Props) -> Html {
    let says = use_says();
    let Props { state, dispatch } = props;
    use_effect_with(state.note.clone(), |note| {
        if let Some((_, Some(text))) = note {
            copy(text);
        }
    });
    let words = &says.words;
    html! {
        <div
            class="export__paste"
            role="group"
            aria-label={words.own(Say::Paste)}
            aria-busy={matches!(state.note, Some((_, None))).to_string()}
        >
            <h4>{ words.get(Say::Paste) }</h4>
            <div class="button-group">
                { for Target::ALL.into_iter().map(|target| {
                    let is_copied = matches!(&state.note, Some((of, Some(_))) if *of == target);
                    html! {
                        <button
                            type="button"
                            class="button"
                            data-testid={format!("paste-{}", target.name())}
                            disabled={state.prepared().is_none()}
                            onclick={dispatch.reform(move |_| Action::Note(target))}
                        >
                            <Glyph icon={if is_copied { Icon::Check } else { Icon::Copy }} />
                            { target.name() }
                        </button>
                    }
                }) }
            </div>
            if let Some((target, Some(text))) = &state.note {
                <p class="export__found" role="status" data-testid="paste-copied">
                    { words.with(Say::PasteCopied, &[
                        ("place", target.name()),
                        ("n", &grouped(u64::try_from(text.chars().count()).unwrap_or(u64::MAX))),
                    ]) }
                </p>
                <textarea
                    readonly=true
                    rows="8"
                    aria-label={words.own(Say::PasteText)}
                    data-testid="paste-text"
                    value={text.clone()}
                />
            }
        </div>
    }
}
