use std::rc::Rc;

use export::Leave;
use yew::{Callback, Html, Properties, function_component, html};

use super::asked::Asked;
use super::say::{Say, use_says};
use super::state::{Action, Exporting, Stage};
use crate::components::use_texts;
use crate::format::{Clock, Parts, bytes, grouped};
use crate::i18n::Plural;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub state: Rc<Exporting>,
    pub asked: Rc<Asked>,
    pub clock: Rc<Clock>,
    pub dispatch: Callback<Action>,
}

/// Which lines go into the report, and which of them stay out.
#[function_component]
pub fn Contents(props: &Props) -> Html {
    let (texts, says) = (use_texts(), use_says());
    let Props { state, asked, clock, dispatch } = props;
    let stamp = |ns: i64| clock.stamp(ns, Parts::DateSecond);
    let start = state.start();
    html! {
        <section class="export__card" aria-labelledby="export-contents">
            <h3 id="export-contents">{ says.words.get(Say::Contents) }</h3>
            <code class="export__query" data-testid="export-query">{ &asked.order.query }</code>
            if let Some(found) = &state.found {
                <p class="export__found" data-testid="export-found">
                    { texts.count(Plural::LINES, found.entries) }
                    { ", " }
                    { bytes(found.bytes) }
                    { " · " }
                    { stamp(found.first) }
                    { " – " }
                    { stamp(found.last) }
                </p>
                { for found.warnings.iter().map(|warning| html! {
                    <p class="export__warning">{ texts.said(warning) }</p>
                }) }
                <fieldset class="export__levels">
                    <legend>{ says.words.get(Say::Levels) }</legend>
                    { for found.levels.iter().map(|(level, entries)| {
                        let leave = Leave::Level(level.clone());
                        let is_in = !state.leave.contains(&leave);
                        let name = if level.is_empty() { says.words.get(Say::NoLevel) } else { level };
                        html! {
                            <label class="export__choice">
                                <input
                                    type="checkbox"
                                    checked={is_in}
                                    data-testid={format!("level-{level}")}
                                    onchange={dispatch.reform(move |_| {
                                        let leave = leave.clone();
                                        if is_in { Action::Leave(leave) } else { Action::Keep(leave) }
                                    })}
                                />
                                <span>{ name }</span>
                                <span class="export__number">{ grouped(*entries) }</span>
                            </label>
                        }
                    }) }
                </fieldset>
                if let Some(start) = start {
                    <p class="export__start">
                        { says.words.with(Say::From, &[("time", &stamp(start))]) }
                        <button
                            type="button"
                            class="button button--small"
                            data-testid="export-all-times"
                            onclick={dispatch.reform(move |_| Action::Keep(Leave::Before(start)))}
                        >
                            { says.words.get(Say::AllTimes) }
                        </button>
                    </p>
                }
            } else if let Stage::Reading(done) = &state.stage {
                <p class="export__working" role="status">
                    { says.words.get(Say::Reading) }
                    <progress max={done.of.max(1).to_string()} value={done.done.to_string()} />
                </p>
            }
        </section>
    }
}
