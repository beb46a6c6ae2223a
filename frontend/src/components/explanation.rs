use std::rc::Rc;

use logql::Span;
use yew::{AttrValue, Callback, Html, Properties, function_component, html, use_memo};

use super::use_texts;
use crate::format::grouped;
use crate::i18n::Text;
use crate::state::{Survivors, written_out};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub query: AttrValue,
    pub survivors: Rc<Survivors>,
    /// The pointer or the keyboard is on a step: its part of the written-out query.
    pub on_mark: Callback<Option<Span>>,
}

/// The query in words, step by step, with the lines that are left after each.
#[function_component]
pub fn Explanation(props: &Props) -> Html {
    let texts = use_texts();
    let written = use_memo(props.query.clone(), |query| written_out(query));
    let steps = use_memo(Rc::clone(&written), |written| {
        logql::parse(written).map(|expr| assist::explain(&expr)).unwrap_or_default()
    });
    if steps.is_empty() {
        return html! {
            <p class="explanation" data-testid="explanation">{ texts.get(Text::ExplainMistake) }</p>
        };
    }
    // Words of others are explained by what they stand for.
    let is_other = *written != props.query.trim();
    let leave = props.on_mark.reform(|()| None);
    html! {
        <div class="explanation" data-testid="explanation">
            if is_other {
                <code class="explanation__query">{ &*written }</code>
            }
            <ol class="explanation__steps">
                { for steps.iter().map(|step| {
                    let span = step.span;
                    let mark = props.on_mark.reform(move |()| Some(span));
                    let part = written.get(span.start..span.end).unwrap_or_default().trim();
                    html! {
                        <li
                            class="explanation__step"
                            data-testid="step"
                            data-depth={step.depth.to_string()}
                            tabindex="0"
                            onmouseover={mark.reform(|_| ())}
                            onmouseout={leave.reform(|_| ())}
                            onfocusin={mark.reform(|_| ())}
                            onfocusout={leave.reform(|_| ())}
                        >
                            <span class="explanation__count">
                                { props.survivors.at(span).map(grouped).unwrap_or_default() }
                            </span>
                            <span class="explanation__text">{ for with_names(&texts.said(&step.text)) }</span>
                            <code class="explanation__part">{ part.to_owned() }</code>
                        </li>
                    }
                }) }
            </ol>
        </div>
    }
}

/// A sentence with the names in it set as code: they stand in backticks.
fn with_names(sentence: &str) -> Vec<Html> {
    let parts: Vec<&str> = sentence.split('`').collect();
    // Backticks that are not in pairs belong to a text of the query.
    if parts.len().is_multiple_of(2) {
        return vec![html! { { sentence } }];
    }
    let part = |(at, part): (usize, &str)| {
        if at.is_multiple_of(2) {
            html! { { part } }
        } else {
            html! { <code>{ part }</code> }
        }
    };
    parts.into_iter().enumerate().map(part).collect()
}
