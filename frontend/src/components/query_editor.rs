use logql::{QueryError, Token};
use web_sys::{HtmlTextAreaElement, InputEvent, KeyboardEvent};
use yew::{
    AttrValue, Callback, Html, NodeRef, Properties, TargetCast as _, classes, function_component,
    html, use_callback, use_effect_with,
};

use super::use_texts;
use crate::i18n::Text;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub value: AttrValue,
    /// The mistake to underline.
    pub error: Option<QueryError>,
    pub field: NodeRef,
    pub on_input: Callback<String>,
    pub on_run: Callback<()>,
}

/// The query as text with its colours: a field with transparent letters over the same text in
/// colour, so that selecting, undoing and input methods stay the browser's own.
#[function_component]
pub fn QueryEditor(props: &Props) -> Html {
    let texts = use_texts();
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
    let oninput = use_callback(props.on_input.clone(), |event: InputEvent, on_input| {
        let field: HtmlTextAreaElement = event.target_unchecked_into();
        on_input.emit(field.value());
    });
    let onkeydown = use_callback(props.on_run.clone(), |event: KeyboardEvent, on_run| {
        // Enter that ends a word of an input method belongs to it.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            on_run.emit(());
        }
    });
    let invalid = props.error.is_some().then_some("true");
    html! {
        <div class="query-editor">
            <div class="query-editor__paint" aria-hidden="true">
                { for paint(&props.value, props.error.as_ref()) }
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
                aria-label={texts.own(Text::QueryLabel)}
                aria-invalid={invalid}
                aria-describedby="query-error"
                placeholder={texts.own(Text::QueryPlaceholder)}
                value={props.value.clone()}
                {oninput}
                {onkeydown}
            />
        </div>
    }
}

/// The pieces of the query in their colours, those of the mistake underlined.
fn paint(text: &str, error: Option<&QueryError>) -> Vec<Html> {
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
            let until = match span {
                Some((start, _)) if at < start => piece.end.min(start),
                Some((_, end)) if at < end => piece.end.min(end),
                _ => piece.end,
            };
            let class = classes!(class(token), wrong.then_some("query-editor__wrong"));
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
