use std::rc::Rc;

use protocol::alerts::{Delivery, Firing, Outcome, Problem, ReceiverStatus};
use yew::{Callback, Html, Properties, classes, function_component, html};

use super::dialog::Dialog;
use super::icon::{Glyph, Icon};
use super::receiver_test::ReceiverTest;
use super::use_texts;
use crate::format::{Clock, Parts};
use crate::hooks::time_of;
use crate::i18n::{Plural, Text, Texts};
use crate::state::{Alert, AlertState, Alerting, Rule};

/// The last of what was told and what changed, as many as are looked at.
const LATEST: usize = 12;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub alerting: Option<Rc<Alerting>>,
    pub clock: Rc<Clock>,
    /// Shows what a rule asks.
    pub on_query: Callback<String>,
    pub on_close: Callback<()>,
}

/// Every rule with its alerts, and who was told of them.
#[function_component]
pub fn AlertSheet(props: &Props) -> Html {
    let texts = use_texts();
    html! {
        <Dialog name="alert-sheet" title={Text::Alerts} class="source-sheet" on_close={props.on_close.clone()}>
            if let Some(alerting) = &props.alerting {
                { told(&texts, props, alerting) }
            }
        </Dialog>
    }
}

fn told(texts: &Texts, props: &Props, alerting: &Alerting) -> Html {
    let status = &alerting.status;
    let clock = &props.clock;
    html! {
        <>
            if !status.problems.is_empty() {
                <ul class="sources__problems" data-testid="rule-problems">
                    { for status.problems.iter().map(problem) }
                </ul>
            }
            if alerting.groups.is_empty() {
                <p class="alert-sheet__none">{ texts.get(Text::AlertsNone) }</p>
            }
            { for alerting.groups.iter().map(|group| html! {
                <section class="alert-sheet__group" key={format!("{}/{}", group.file, group.name)}>
                    <h3 class="share__heading">
                        { &group.name }
                        <span class="alert-sheet__file">{ &group.file }</span>
                    </h3>
                    { for group.rules.iter().map(|rule| row(texts, props, rule)) }
                </section>
            }) }
            if !status.receivers.is_empty() {
                <h3 class="share__heading">{ texts.get(Text::AlertReceivers) }</h3>
                <ul class="alert-sheet__list" data-testid="receivers">
                    { for status.receivers.iter().map(|to| receiver(texts, clock, to)) }
                </ul>
            }
            if !status.history.is_empty() {
                <h3 class="share__heading">{ texts.get(Text::AlertHistory) }</h3>
                <ul class="alert-sheet__list" data-testid="alert-history">
                    { for status.history.iter().take(LATEST).map(|firing| change(texts, clock, firing)) }
                </ul>
            }
        </>
    }
}

fn problem(problem: &Problem) -> Html {
    let Problem { file, line, column, message, .. } = problem;
    html! {
        <li class="sources__problem is-error">
            <Glyph icon={Icon::Warning} />
            <span>{ format!("{file}:{line}:{column}: {message}") }</span>
        </li>
    }
}

fn row(texts: &Texts, props: &Props, rule: &Rule) -> Html {
    let when = match time_of(&rule.last_evaluation) {
        Some(at) => {
            let time = props.clock.stamp(at, Parts::DateSecond);
            texts.with(Text::AlertEvaluated, &[("time", &time)])
        }
        None => texts.own(Text::AlertNotYet),
    };
    let query = rule.query.clone();
    html! {
        <div class="alert-sheet__rule" data-testid="rule" key={rule.name.clone()}>
            <p class="alert-sheet__head">
                { state(texts, rule.state) }
                <strong>{ &rule.name }</strong>
                <span class="source-sheet__more">{ when }</span>
            </p>
            <button
                type="button"
                class="alert-sheet__query"
                data-testid="rule-query"
                title={texts.own(Text::AlertQuery)}
                onclick={props.on_query.reform(move |_| query.clone())}
            >
                { &rule.query }
            </button>
            if !rule.last_error.is_empty() {
                <p class="source-sheet__more is-error">{ texts.said(&rule.last_error) }</p>
            }
            if !rule.alerts.is_empty() {
                <ul class="alert-sheet__list">
                    { for rule.alerts.iter().map(|alert| active(texts, &props.clock, alert)) }
                </ul>
            }
        </div>
    }
}

/// By its word as well as by its colour.
fn state(texts: &Texts, state: Option<AlertState>) -> Html {
    let (class, text) = match state {
        Some(AlertState::Firing) => ("is-firing", Text::AlertFiring),
        Some(AlertState::Pending) => ("is-pending", Text::AlertPending),
        Some(AlertState::Inactive) => ("is-inactive", Text::AlertInactive),
        None => ("is-inactive", Text::AlertRecords),
    };
    html! { <span class={classes!("alert-state", class)}>{ texts.get(text) }</span> }
}

fn active(texts: &Texts, clock: &Clock, alert: &Alert) -> Html {
    let time = time_of(&alert.active_at).map(|at| clock.stamp(at, Parts::DateSecond));
    let value = alert.value.parse().map_or_else(|_| alert.value.clone(), crate::format::value);
    html! {
        <li data-testid="alert">
            { state(texts, Some(alert.state)) }
            <span>{ alert.told() }</span>
            <span class="source-sheet__more">
                { texts.with(Text::AlertSince, &[
                    ("time", time.as_deref().unwrap_or_default()),
                    ("value", &value),
                ]) }
            </span>
        </li>
    }
}

fn receiver(texts: &Texts, clock: &Clock, receiver: &ReceiverStatus) -> Html {
    html! {
        <li>
            <strong>{ &receiver.name }</strong>
            <span>{ format!("{} · {}", receiver.kind, receiver.to) }</span>
            <ReceiverTest receiver={receiver.name.clone()} />
            if receiver.waiting > 0 {
                <span class="source-sheet__more">
                    { texts.with(Text::AlertWaiting, &[
                        ("alerts", &texts.count(Plural::ALERTS, receiver.waiting)),
                    ]) }
                </span>
            }
            if let Some(last) = &receiver.last {
                { delivery(texts, clock, last) }
            }
        </li>
    }
}

fn delivery(texts: &Texts, clock: &Clock, delivery: &Delivery) -> Html {
    let time = clock.stamp(delivery.at.0, Parts::DateSecond);
    let text = match delivery.outcome {
        Outcome::Delivered => Text::AlertDelivered,
        Outcome::Later => Text::AlertLater,
        Outcome::Refused => Text::AlertRefused,
    };
    let failed = delivery.outcome != Outcome::Delivered;
    html! {
        <span class={classes!("source-sheet__more", failed.then_some("is-error"))}>
            { texts.with(text, &[("time", &time)]) }
            if let Some(why) = &delivery.why { { ": " }{ texts.said(why) } }
        </span>
    }
}

fn change(texts: &Texts, clock: &Clock, firing: &Firing) -> Html {
    let to = match firing.to.as_str() {
        "firing" => Some(AlertState::Firing),
        "pending" => Some(AlertState::Pending),
        _ => Some(AlertState::Inactive),
    };
    html! {
        <li>
            <span class="source-sheet__more">{ clock.stamp(firing.at.0, Parts::DateSecond) }</span>
            { state(texts, to) }
            <span>{ firing.labels.to_string() }</span>
        </li>
    }
}
