use std::rc::Rc;

use export::Leave;
use report::{Meter, Suggestion};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::{Callback, Html, Properties, TargetCast as _, classes, function_component, html};

use super::message::Prepared;
use super::paste::Paste;
use super::say::{Say, Says, use_says};
use super::state::{Action, Exporting, Saved, Stage};
use crate::components::{Glyph, Icon, use_texts};
use crate::format::{Clock, Parts, bytes};
use crate::i18n::{Plural, Texts};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub state: Rc<Exporting>,
    pub clock: Rc<Clock>,
    pub dispatch: Callback<Action>,
}

/// What the file is called, how large it is, what would make it smaller, and the button.
#[function_component]
pub fn FileCard(props: &Props) -> Html {
    let (texts, says) = (use_texts(), use_says());
    let Props { state, clock, dispatch } = props;
    let on_title = dispatch.reform(|event: yew::InputEvent| {
        Action::Title(event.target_unchecked_into::<HtmlInputElement>().value())
    });
    let on_note = dispatch.reform(|event: yew::InputEvent| {
        Action::Remark(event.target_unchecked_into::<HtmlTextAreaElement>().value())
    });
    let is_saving = matches!(state.stage, Stage::Saving(_));
    html! {
        <section class="export__card export__file" aria-labelledby="export-file">
            <h3 id="export-file">{ says.words.get(Say::File) }</h3>
            <label class="export__field">
                <span>{ says.words.get(Say::Name) }</span>
                <input data-testid="export-title" maxlength="200" autocomplete="off" placeholder={says.words.own(Say::NameHint)} value={state.title.clone()} oninput={on_title} />
            </label>
            <label class="export__field">
                <span>{ says.words.get(Say::Note) }</span>
                <textarea data-testid="export-note" rows="3" maxlength="10000" placeholder={says.words.own(Say::NoteHint)} value={state.remark.clone()} oninput={on_note} />
            </label>
            if let Some(prepared) = state.prepared() {
                { meter(&texts, &says, prepared) }
                <ul class="export__suggestions">
                    { for prepared.suggestions.iter().map(|suggestion| suggested(&says, clock, suggestion, dispatch)) }
                </ul>
            } else if let Stage::Making(done) = &state.stage {
                <p class="export__working" role="status">
                    { says.words.get(Say::Working) }
                    <progress max={done.of.max(1).to_string()} value={done.done.to_string()} />
                </p>
            }
            <button
                type="button"
                class="button button--primary export__save"
                data-testid="export-save"
                disabled={state.prepared().is_none() || is_saving}
                onclick={dispatch.reform(|_| Action::Save)}
            >
                <Glyph icon={Icon::Save} />
                { says.words.get(if is_saving { Say::Saving } else { Say::Save }) }
            </button>
            <p class="export__saved" role="status" data-testid="export-saved">
                if let Stage::Saved(_, Saved { name, bytes: len }) = &state.stage {
                    { says.words.with(Say::Saved, &[("name", name), ("size", &bytes(*len))]) }
                }
            </p>
            <Paste state={Rc::clone(state)} dispatch={dispatch.clone()} />
        </section>
    }
}

fn meter(texts: &Texts, says: &Says, prepared: &Prepared) -> Html {
    let limit = Meter::GITHUB_BYTES;
    let is_over = prepared.bytes > limit;
    let text = if is_over { Say::MeterOver } else { Say::Meter };
    let (size, of) = (bytes(prepared.bytes), bytes(limit));
    html! {
        <div class={classes!("export__meter", is_over.then_some("is-over"))}>
            <progress max={limit.to_string()} value={prepared.bytes.min(limit).to_string()} aria-hidden="true" />
            <p data-testid="export-size">
                { texts.count(Plural::LINES, prepared.entries) }
                { " · " }
                { says.words.with(text, &[("size", &size), ("limit", &of)]) }
            </p>
        </div>
    }
}

fn suggested(
    says: &Says,
    clock: &Clock,
    suggestion: &Suggestion<Leave>,
    dispatch: &Callback<Action>,
) -> Html {
    let saved = bytes(suggestion.saved_bytes);
    let text = match &suggestion.what {
        Leave::Level(level) => {
            let level = if level.is_empty() { says.words.get(Say::NoLevel) } else { level };
            says.words.with(Say::SuggestLevel, &[("level", level), ("bytes", &saved)])
        }
        Leave::Before(at) => {
            let time = clock.stamp(*at, Parts::DateSecond);
            says.words.with(Say::SuggestBefore, &[("time", &time), ("bytes", &saved)])
        }
    };
    let what = suggestion.what.clone();
    html! {
        <li>
            <button
                type="button"
                class="button button--small"
                data-testid="export-suggestion"
                onclick={dispatch.reform(move |_| Action::Leave(what.clone()))}
            >
                { text }
            </button>
            if suggestion.fits {
                <span class="export__fits">{ says.words.get(Say::Fits) }</span>
            }
        </li>
    }
}
