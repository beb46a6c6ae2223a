use assist::{Completion, GrafanaView, Offer, read_grafana_link};
use logql::{QueryError, Span, Token};
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlDocument, HtmlTextAreaElement, InputEvent, KeyboardEvent};
use yew::{
    AttrValue, Callback, Html, NodeRef, Properties, TargetCast as _, classes, function_component,
    html, use_callback, use_effect_with, use_state_eq,
};

use super::completion_list::{CompletionList, LIST_ID, offer_id};
use super::use_texts;
use crate::i18n::Text;
use crate::state::{Completing, Reaction, Vocabulary, byte_of, utf16_of};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub value: AttrValue,
    /// The mistake to underline.
    pub error: Option<QueryError>,
    pub field: NodeRef,
    /// A part to point at.
    pub marked: Option<Span>,
    pub vocabulary: Vocabulary,
    pub on_input: Callback<String>,
    /// A link of Grafana was pasted.
    pub on_link: Callback<GrafanaView>,
    pub on_run: Callback<()>,
    /// One query back, or forth.
    pub on_leaf: Callback<bool>,
    /// Somebody is about to write: the vocabulary should be fresh.
    pub on_begin: Callback<()>,
}

/// The query as text with its colours: a field with transparent letters over the same text in
/// colour, so that selecting, undoing and input methods stay the browser's own. Below the caret
/// stands what can be written there.
#[function_component]
pub fn QueryEditor(props: &Props) -> Html {
    let texts = use_texts();
    let completing = use_state_eq(Completing::default);
    // The field is as high as its text, up to what its style allows.
    use_effect_with((props.value.clone(), props.field.clone()), |(value, field)| {
        if let Some(field) = field.cast::<HtmlTextAreaElement>() {
            if field.value() != value.as_str() {
                field.set_value(value);
            }
            let lines = value.matches('\n').count() + 1;
            field.set_rows(u32::try_from(lines.min(8)).unwrap_or(1));
        }
    });
    let look = {
        let (vocabulary, setter) = (props.vocabulary.clone(), completing.setter());
        move |field: &HtmlTextAreaElement| {
            setter.set(Completing::of(offers_at(&vocabulary, field)));
        }
    };
    let oninput = {
        let (on_input, look, setter) = (props.on_input.clone(), look.clone(), completing.setter());
        let on_link = props.on_link.clone();
        Callback::from(move |event: InputEvent| {
            let field: HtmlTextAreaElement = event.target_unchecked_into();
            if let Some(view) = read_grafana_link(&field.value()) {
                on_link.emit(view);
                return;
            }
            // A word that an input method is still making is not written yet.
            if event.is_composing() {
                setter.set(Completing::default());
            } else {
                look(&field);
            }
            on_input.emit(field.value());
        })
    };
    let take = {
        let (field, completing) = (props.field.clone(), completing.clone());
        let on_input = props.on_input.clone();
        Callback::from(move |at: usize| {
            let offer = completing.completion.as_ref().and_then(|completion| {
                Some((completion.offers.get(at)?.clone(), completion.clone()))
            });
            let field = field.cast::<HtmlTextAreaElement>();
            if let (Some((offer, completion)), Some(field)) = (offer, field) {
                completing.set(Completing::default());
                write(&field, &completion, &offer, &on_input);
            }
        })
    };
    let onkeydown = {
        let (completing, take) = (completing.clone(), take.clone());
        let (on_run, on_leaf) = (props.on_run.clone(), props.on_leaf.clone());
        Callback::from(move |event: KeyboardEvent| {
            // Keys that make a word of an input method belong to it.
            if event.is_composing() {
                return;
            }
            let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
            if event.key() == " " && event.ctrl_key() {
                event.prevent_default();
                look(&event.target_unchecked_into());
                return;
            }
            if event.alt_key() && matches!(event.key().as_str(), "ArrowUp" | "ArrowDown") {
                event.prevent_default();
                completing.set(Completing::default());
                on_leaf.emit(event.key() == "ArrowUp");
                return;
            }
            let shifted = event.shift_key() && matches!(event.key().as_str(), "Tab" | "Enter");
            if !modified && !shifted {
                match completing.on_key(&event.key()) {
                    Reaction::Pass => {}
                    Reaction::Leave => completing.set(Completing::default()),
                    Reaction::Close => {
                        // It closes this and nothing else.
                        event.prevent_default();
                        completing.set(Completing::default());
                        return;
                    }
                    Reaction::Go(at) => {
                        event.prevent_default();
                        completing.set(completing.going(at));
                        return;
                    }
                    Reaction::Take(at) => {
                        event.prevent_default();
                        take.emit(at);
                        return;
                    }
                }
            }
            if event.key() == "Enter" && !event.shift_key() {
                event.prevent_default();
                completing.set(Completing::default());
                on_run.emit(());
            }
        })
    };
    let leave = use_callback(completing.setter(), |(), setter| setter.set(Completing::default()));
    let invalid = props.error.is_some().then_some("true");
    let open = completing.completion.clone();
    let active = open.is_some().then(|| offer_id(completing.at));
    html! {
        <div class="query-editor">
            <div class="query-editor__paint" aria-hidden="true">
                { for paint(&props.value, props.error.as_ref(), props.marked) }
                {"\n"}
            </div>
            <textarea
                ref={props.field.clone()}
                class="query-editor__field"
                data-testid="query"
                rows="1"
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                role="combobox"
                aria-autocomplete="list"
                aria-haspopup="listbox"
                aria-expanded={open.is_some().to_string()}
                aria-controls={LIST_ID}
                aria-activedescendant={active}
                aria-label={texts.own(Text::QueryLabel)}
                aria-invalid={invalid}
                aria-describedby="query-error"
                placeholder={texts.own(Text::QueryPlaceholder)}
                value={props.value.clone()}
                {oninput}
                {onkeydown}
                onfocusin={props.on_begin.reform(|_| ())}
                onfocusout={leave.reform(|_| ())}
                onclick={leave.reform(|_| ())}
            />
            if let Some(completion) = open {
                <CompletionList
                    before={props.value.get(..completion.span.start).unwrap_or_default().to_owned()}
                    at={completing.at}
                    {completion}
                    on_take={take}
                />
            }
        </div>
    }
}

/// What can be written where the caret is; nothing while text is selected.
fn offers_at(vocabulary: &Vocabulary, field: &HtmlTextAreaElement) -> Option<Completion> {
    let (start, end) = (field.selection_start().ok()??, field.selection_end().ok()??);
    if start != end {
        return None;
    }
    let text = field.value();
    vocabulary.complete(&text, byte_of(&text, end))
}

/// Puts an offer where it belongs, as if it were typed: the browser can undo it.
fn write(
    field: &HtmlTextAreaElement,
    completion: &Completion,
    offer: &Offer,
    on_input: &Callback<String>,
) {
    let text = field.value();
    let span = completion.span;
    let (start, end) = (utf16_of(&text, span.start), utf16_of(&text, span.end));
    field.focus().ok();
    // Places within the text are never refused.
    field.set_selection_range(start, end).ok();
    let document = web_sys::window().and_then(|window| window.document());
    let typed = document.and_then(|d| d.dyn_into::<HtmlDocument>().ok()).is_some_and(|document| {
        document
            .exec_command_with_show_ui_and_value("insertText", false, &offer.text)
            .unwrap_or(false)
    });
    if !typed {
        field.set_range_text_with_start_and_end(&offer.text, start, end).ok();
        on_input.emit(field.value());
    }
    if offer.back > 0 || !typed {
        let back = offer.text.len().saturating_sub(offer.back);
        let caret = start + utf16_of(&offer.text, back);
        field.set_selection_range(caret, caret).ok();
    }
}

/// The pieces of the query in their colours, those of the mistake underlined.
fn paint(text: &str, error: Option<&QueryError>, marked: Option<Span>) -> Vec<Html> {
    // An error at the end of the text has no width: it is shown below its last character.
    let span = error.map(|error| {
        let end = error.span.end.min(text.len());
        let start = error.span.start.min(end);
        if start < end { (start, end) } else { (before(text, start), end) }
    });
    let mut pieces = Vec::new();
    for (piece, token) in logql::highlight(text) {
        let mut at = piece.start;
        while at < piece.end {
            let wrong = span.is_some_and(|(start, end)| start <= at && at < end);
            let mark = marked.is_some_and(|mark| mark.start <= at && at < mark.end);
            let edges = [span, marked.map(|mark| (mark.start, mark.end))];
            let until = edges
                .into_iter()
                .flatten()
                .flat_map(|(start, end)| [start, end])
                .filter(|edge| *edge > at)
                .fold(piece.end, usize::min);
            let class = classes!(
                class(token),
                wrong.then_some("query-editor__wrong"),
                mark.then_some("query-editor__marked"),
            );
            let part = text.get(at..until).unwrap_or_default().to_owned();
            pieces.push(html! { <span {class}>{ part }</span> });
            at = until;
        }
    }
    pieces
}

/// Where the character before `at` starts.
fn before(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|text| text.char_indices().next_back()).map_or(0, |(at, _)| at)
}

const fn class(token: Token) -> Option<&'static str> {
    match token {
        Token::Blank => None,
        Token::Comment => Some("token-comment"),
        Token::Label => Some("token-label"),
        Token::String => Some("token-string"),
        Token::Number => Some("token-number"),
        Token::Duration => Some("token-duration"),
        Token::Function => Some("token-function"),
        Token::Keyword => Some("token-keyword"),
        Token::Operator => Some("token-operator"),
        Token::Punctuation => Some("token-punctuation"),
        Token::Error => Some("token-error"),
    }
}
