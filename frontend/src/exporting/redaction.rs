use std::collections::BTreeSet;
use std::rc::Rc;

use redact::{Group, OwnRule, RuleFindings, RuleInfo, Sample};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::{Callback, Html, Properties, TargetCast as _, function_component, html, use_state_eq};

use super::say::{HIDDEN, Say, Says, use_says};
use super::state::{Action, Exporting};
use crate::components::{Glyph, Icon, use_texts};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub state: Rc<Exporting>,
    pub dispatch: Callback<Action>,
}

const GROUPS: [(Group, Say); 3] = [
    (Group::Default, Say::GroupDefault),
    (Group::Hosts, Say::GroupHosts),
    (Group::Prompts, Say::GroupPrompts),
];
/// What is found elsewhere because a rule found it once; it cannot be switched off by itself.
const KNOWN: &str = "known";

/// The rules that run, and what each of them finds.
#[function_component]
pub fn RedactionCard(props: &Props) -> Html {
    let says = use_says();
    let Props { state, dispatch } = props;
    html! {
        <section class="export__card" aria-labelledby="export-redaction" data-testid="export-redaction">
            <h3 id="export-redaction">{ says.words.get(Say::Redaction) }</h3>
            <p class="export__about">{ says.words.get(Say::RedactionAbout) }</p>
            { for GROUPS.iter().map(|(group, name)| {
                let rules: Vec<RuleInfo> =
                    redact::rules().filter(|rule| rule.group == *group).collect();
                let (finding, others): (Vec<RuleInfo>, Vec<RuleInfo>) = rules
                    .into_iter()
                    .partition(|rule| state.findings_of(rule.id).is_some_and(|f| f.count > 0));
                html! {
                    <div class="export__group" role="group" aria-label={says.words.own(*name)}>
                        <h4>{ says.words.get(*name) }</h4>
                        <ul class="export__findings">
                            { for finding.iter().map(|rule| html! {
                                <li>
                                    <div class="export__finding">
                                        { switch(&says, &state.rules, rule, dispatch) }
                                        { count(&says, state.findings_of(rule.id)) }
                                    </div>
                                    { samples(&says, state.findings_of(rule.id)) }
                                </li>
                            }) }
                            if let (Group::Default, Some(known)) = (group, state.findings_of(KNOWN)) {
                                <li>
                                    <div class="export__finding">
                                        <span class="export__choice">{ says.rule(&known.name_key) }</span>
                                        { count(&says, Some(known)) }
                                    </div>
                                    { samples(&says, Some(known)) }
                                </li>
                            }
                        </ul>
                        <div class="export__others">
                            { for others.iter().map(|rule| switch(&says, &state.rules, rule, dispatch)) }
                        </div>
                    </div>
                }
            }) }
            <OwnRules state={Rc::clone(state)} dispatch={dispatch.clone()} />
        </section>
    }
}

fn switch(
    says: &Says,
    on: &BTreeSet<&'static str>,
    rule: &RuleInfo,
    dispatch: &Callback<Action>,
) -> Html {
    let id = rule.id;
    let is_on = on.contains(id);
    html! {
        <label class="export__choice">
            <input
                type="checkbox"
                checked={is_on}
                data-testid={format!("rule-{id}")}
                onchange={dispatch.reform(move |_| Action::Rule(id, !is_on))}
            />
            <span>{ says.rule(rule.name_key) }</span>
        </label>
    }
}

fn count(says: &Says, findings: Option<&RuleFindings>) -> Html {
    let Some(findings) = findings else { return Html::default() };
    html! {
        <span class="export__number" data-testid={format!("found-{}", findings.rule)}>
            { says.words.count(HIDDEN, findings.count) }
        </span>
    }
}

fn samples(says: &Says, findings: Option<&RuleFindings>) -> Html {
    let all = findings.map(|findings| findings.samples.as_slice()).unwrap_or_default();
    let one = |sample: &Sample| {
        html! {
            <li class="export__sample">
                <del aria-label={says.words.own(Say::Was)}>{ report::shown(sample.before.trim()) }</del>
                <ins aria-label={says.words.own(Say::Becomes)}>{ report::shown(sample.after.trim()) }</ins>
            </li>
        }
    };
    html! { <ul class="export__samples">{ for all.iter().map(one) }</ul> }
}

/// Rules of the reader, and the form for one more.
#[function_component]
fn OwnRules(props: &Props) -> Html {
    let (texts, says) = (use_texts(), use_says());
    let Props { state, dispatch } = props;
    let typed = use_state_eq(String::new);
    let is_regex = use_state_eq(|| false);
    let on_type = {
        let typed = typed.setter();
        Callback::from(move |event: yew::InputEvent| {
            typed.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let on_kind = {
        let is_regex = is_regex.setter();
        Callback::from(move |event: yew::Event| {
            is_regex.set(event.target_unchecked_into::<HtmlSelectElement>().value() == "regex");
        })
    };
    let onsubmit = {
        let (dispatch, text, kind, clear) =
            (dispatch.clone(), (*typed).clone(), *is_regex, typed.setter());
        Callback::from(move |event: yew::SubmitEvent| {
            event.prevent_default();
            let rule =
                if kind { OwnRule::Regex(text.clone()) } else { OwnRule::Text(text.clone()) };
            dispatch.emit(Action::Hide(rule));
            if !kind {
                clear.set(String::new());
            }
        })
    };
    html! {
        <div class="export__group" role="group" aria-label={says.words.own(Say::GroupOwn)}>
            <h4>{ says.words.get(Say::GroupOwn) }</h4>
            <ul class="export__findings">
                { for state.own.iter().enumerate().map(|(at, rule)| {
                    let text = match rule {
                        OwnRule::Text(text) => text.clone(),
                        OwnRule::Regex(regex) => format!("/{regex}/"),
                    };
                    let findings = state.findings_of(&format!("own-{}", at + 1));
                    html! {
                        <li>
                            <div class="export__finding">
                                <code class="export__own">{ text }</code>
                                { count(&says, findings) }
                                <button
                                    type="button"
                                    class="button button--icon button--ghost button--small"
                                    title={says.words.own(Say::OwnRemove)}
                                    aria-label={says.words.own(Say::OwnRemove)}
                                    onclick={dispatch.reform(move |_| Action::Show(at))}
                                >
                                    <Glyph icon={Icon::Close} />
                                </button>
                            </div>
                            { samples(&says, findings) }
                        </li>
                    }
                }) }
            </ul>
            <form class="export__form" {onsubmit}>
                <select aria-label={says.words.own(Say::OwnKind)} data-testid="own-kind" onchange={on_kind}>
                    <option value="text" selected={!*is_regex}>{ says.words.get(Say::OwnText) }</option>
                    <option value="regex" selected={*is_regex}>{ says.words.get(Say::OwnRegex) }</option>
                </select>
                <input
                    data-testid="own-text"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label={says.words.own(Say::GroupOwn)}
                    placeholder={says.words.own(Say::OwnTextHint)}
                    value={(*typed).clone()}
                    oninput={on_type}
                />
                <button type="submit" class="button" data-testid="own-add" disabled={typed.trim().is_empty()}>
                    { says.words.get(Say::Hide) }
                </button>
            </form>
            if let Some(reason) = &state.refused {
                <p class="export__warning" role="alert" data-testid="own-refused">{ texts.said(reason) }</p>
            }
        </div>
    }
}
