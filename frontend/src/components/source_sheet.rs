use std::rc::Rc;

use protocol::doctor::{Diagnosis, Link};
use protocol::sources::{Change, SourceFacts, Sources, TimeCounts};
use protocol::status::Status;
use web_sys::HtmlTextAreaElement;
use yew::{Callback, Html, Properties, classes, function_component, html, use_node_ref};

use super::dialog::Dialog;
use super::icon::{Glyph, Icon};
use super::source_change::SourceChange;
use super::source_reading::{format, left_out};
use super::source_strip::problem;
use super::use_texts;
use crate::format::{Clock, Parts, bytes, file_name, grouped, value};
use crate::i18n::{Plural, Text, Texts};
use crate::words::length;

const SECOND_NS: i64 = 1_000_000_000;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// None: not heard of yet.
    pub sources: Option<Result<Sources, String>>,
    pub status: Option<Rc<Status>>,
    /// What was found out about the line that was asked for.
    pub found: Option<Result<Diagnosis, String>>,
    pub looking: bool,
    /// The path of the file that is being changed, and why its change was not taken.
    pub changing: Option<String>,
    pub change_error: Option<String>,
    pub on_changing: Callback<Option<String>>,
    pub on_change: Callback<Change>,
    pub clock: Rc<Clock>,
    pub now_ns: i64,
    pub on_line: Callback<String>,
    pub on_show: Callback<Link>,
    pub on_close: Callback<()>,
}

/// Where lines come from: every file, what was looked for in vain, and why a line is missing.
#[function_component]
pub fn SourceSheet(props: &Props) -> Html {
    let texts = use_texts();
    let line = use_node_ref();
    let onsubmit = {
        let (line, on_line) = (line.clone(), props.on_line.clone());
        Callback::from(move |event: yew::SubmitEvent| {
            event.prevent_default();
            let text = line.cast::<HtmlTextAreaElement>().map(|line| line.value());
            if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
                on_line.emit(text);
            }
        })
    };
    html! {
        <Dialog name="source-sheet" title={Text::SourcesTitle} class="source-sheet" first={line.clone()} on_close={props.on_close.clone()}>
            <form class="source-sheet__form" {onsubmit}>
                <label for="missing-line">{ texts.get(Text::DoctorTitle) }</label>
                <textarea
                    ref={line}
                    id="missing-line"
                    data-testid="missing-line"
                    rows="2"
                    spellcheck="false"
                    placeholder={texts.own(Text::DoctorHint)}
                />
                <button type="submit" class="button button--primary" data-testid="diagnose" disabled={props.looking}>
                    { texts.get(Text::DoctorLook) }
                </button>
            </form>
            if let Some(found) = &props.found {
                { diagnosis(&texts, found, &props.on_show) }
            }
            { match &props.sources {
                None => Html::default(),
                Some(Err(reason)) => html! { <p class="share__error" role="alert">{ texts.said(reason) }</p> },
                Some(Ok(sources)) => files(&texts, props, sources),
            } }
            if let Some(status) = &props.status {
                { kept(&texts, status) }
                { forwards(&texts, status) }
            }
        </Dialog>
    }
}

fn diagnosis(texts: &Texts, found: &Result<Diagnosis, String>, on_show: &Callback<Link>) -> Html {
    let found = match found {
        Ok(found) => found,
        Err(reason) => {
            return html! { <p class="share__error" role="alert">{ texts.said(reason) }</p> };
        }
    };
    html! {
        <div class="source-sheet__found" role="status" data-testid="diagnosis" data-verdict={found.verdict.clone()}>
            <p class="source-sheet__verdict">{ texts.said(&found.message) }</p>
            <ul class="source-sheet__checks">
                { for found.checks.iter().map(|check| html! {
                    <li class={classes!((!check.passed).then_some("is-failed"))}>
                        <Glyph icon={if check.passed { Icon::Check } else { Icon::Close }} />
                        <span>{ texts.said(&check.message) }</span>
                    </li>
                }) }
            </ul>
            if let Some(link) = found.link.clone() {
                <button
                    type="button"
                    class="button button--small"
                    data-testid="show-line"
                    onclick={on_show.reform(move |_| link.clone())}
                >
                    { texts.get(Text::DoctorShow) }
                </button>
            }
        </div>
    }
}

fn files(texts: &Texts, props: &Props, sources: &Sources) -> Html {
    html! {
        <>
            if !sources.missed.is_empty() {
                <ul class="sources__problems source-sheet__missed" data-testid="missed">
                    { for sources.missed.iter().map(|one| problem(texts, one)) }
                </ul>
            }
            <div class="source-sheet__scroll" tabindex="0" role="group" aria-label={texts.own(Text::SourcesTitle)}>
                <table class="source-sheet__table">
                    <thead>
                        <tr>
                            { for [
                                Text::ColumnFile, Text::ColumnFormat, Text::ColumnRead,
                                Text::ColumnLines, Text::ColumnTimes, Text::ColumnNewest,
                            ].map(|text| html! { <th scope="col">{ texts.get(text) }</th> }) }
                        </tr>
                    </thead>
                    <tbody>
                        { for sources.files.iter().map(|facts| row(texts, props, facts)) }
                    </tbody>
                </table>
            </div>
        </>
    }
}

fn row(texts: &Texts, props: &Props, facts: &SourceFacts) -> Html {
    let source = &facts.source;
    let read = match facts.lag_bytes {
        0 => texts.with(Text::ReadWhole, &[("size", &bytes(source.size))]),
        lag => texts.with(
            Text::ReadBehind,
            &[
                ("done", &bytes(source.offset)),
                ("total", &bytes(source.size)),
                ("lag", &bytes(lag)),
            ],
        ),
    };
    let rate = (facts.entries_per_second * 10.0).round() / 10.0;
    let age = facts.last_read.map_or_else(
        || texts.own(Text::NothingNew),
        |at| {
            let seconds = props.now_ns.saturating_sub(at.0).max(0) / SECOND_NS;
            let ago = length(texts, seconds * SECOND_NS);
            texts.with(Text::Ago, &[("time", &ago)])
        },
    );
    let newest = facts.last_read.map(|at| props.clock.stamp(at.0, Parts::DateSecond));
    let is_changing = props.changing.as_ref() == Some(&source.path);
    let then = (!is_changing).then(|| source.path.clone());
    let change = props.on_changing.reform(move |_: yew::MouseEvent| then.clone());
    html! {
        // The form below is this file's, wherever that stands in the list.
        <key={source.path.clone()}>
        <tr data-testid="source">
            <th scope="row">
                <strong title={source.path.clone()}>{ file_name(&source.path).to_owned() }</strong>
                <span class="source-sheet__more">
                    { texts.with(Text::SourceJob, &[
                        ("job", &source.job),
                        ("rule", &texts.said(&source.job_rule)),
                    ]) }
                    { " · " }{ &source.instance }
                </span>
                <button
                    type="button"
                    class="button button--small button--ghost source-sheet__open"
                    data-testid="change-source"
                    aria-expanded={is_changing.to_string()}
                    title={texts.own(Text::SourceChangeTitle)}
                    onclick={change}
                >
                    { texts.get(Text::SourceChange) }
                </button>
                if source.invalid_bytes > 0 {
                    <span class="source-sheet__more">
                        { texts.with(Text::SourceInvalid, &[("size", &bytes(source.invalid_bytes))]) }
                    </span>
                }
                if let Some(error) = &source.last_error {
                    <span class="source-sheet__more is-error">{ texts.said(error) }</span>
                }
            </th>
            <td class="source-sheet__wide">{ format(texts, &facts.reading) }</td>
            <td>{ read }</td>
            <td>
                { grouped(source.entries) }
                if rate > 0.0 {
                    <span class="source-sheet__more">
                        { texts.with(Text::LiveRate, &[("rate", &value(rate))]) }
                    </span>
                }
                { for left_out(texts, &facts.reading).into_iter().map(|said| html! {
                    <span class="source-sheet__more">{ said }</span>
                }) }
            </td>
            <td class="source-sheet__wide">{ times(texts, facts.times) }</td>
            <td title={newest}>{ age }</td>
        </tr>
        if is_changing {
            <tr>
                <td class="source-sheet__wide" colspan="6">
                    <SourceChange
                        facts={facts.clone()}
                        error={props.change_error.clone()}
                        on_change={props.on_change.clone()}
                        on_cancel={props.on_changing.reform(|()| None)}
                    />
                </td>
            </tr>
        }
        </>
    }
}

/// Where the times of a file's entries come from.
fn times(texts: &Texts, times: TimeCounts) -> String {
    let all = times.own + times.inherited + times.arrival;
    let percent = |n: u64| (n * 100).checked_div(all).unwrap_or_default().to_string();
    match times {
        TimeCounts { own: 0, inherited: 0, arrival: 0 } => String::new(),
        TimeCounts { inherited: 0, arrival: 0, .. } => texts.own(Text::TimesOwn),
        TimeCounts { own: 0, inherited: 0, .. } => texts.own(Text::TimesGuessed),
        TimeCounts { own, arrival: 0, .. } => {
            texts.with(Text::TimesInherited, &[("n", &percent(own))])
        }
        TimeCounts { arrival, .. } => texts.with(Text::TimesPartly, &[("n", &percent(arrival))]),
    }
}

/// What is kept, of which streams, and for how long.
fn kept(texts: &Texts, status: &Status) -> Html {
    html! {
        <>
            <h3 class="share__heading">{ texts.get(Text::KeptTitle) }</h3>
            <ul class="source-sheet__kept" data-testid="kept">
                { for status.retention.rules.iter().map(|rule| {
                    let entries = rule.kept.entries + rule.waiting_entries;
                    let keep = i64::try_from(rule.keep_seconds).unwrap_or(i64::MAX);
                    html! {
                        <li>
                            if !rule.selector.is_empty() { <code>{ &rule.selector }</code>{ " " } }
                            { texts.with(Text::KeptFor, &[
                                ("time", &length(texts, keep.saturating_mul(SECOND_NS))),
                                ("lines", &texts.count(Plural::LINES, entries)),
                                ("size", &bytes(rule.kept.bytes)),
                            ]) }
                        </li>
                    }
                }) }
            </ul>
        </>
    }
}

/// Where entries are sent on to, and how far that is.
fn forwards(texts: &Texts, status: &Status) -> Html {
    if status.forwards.is_empty() {
        return Html::default();
    }
    html! {
        <>
            <h3 class="share__heading">{ texts.get(Text::ForwardTitle) }</h3>
            <ul class="source-sheet__kept" data-testid="forwards">
                { for status.forwards.iter().map(|to| html! {
                    <li>
                        { texts.with(Text::ForwardLine, &[
                            ("url", &to.url),
                            ("sent", &grouped(to.sent)),
                            ("waiting", &grouped(to.waiting)),
                        ]) }
                        if to.refused > 0 {
                            { " · " }
                            { texts.with(Text::ForwardRefused, &[("n", &grouped(to.refused))]) }
                        }
                        if let Some(error) = &to.error {
                            <span class="source-sheet__more">{ error }</span>
                        }
                    </li>
                }) }
            </ul>
        </>
    }
}
