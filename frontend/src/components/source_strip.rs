use std::rc::Rc;

use protocol::status::{Problem, Severity, Source, Status};
use yew::{Callback, Html, Properties, classes, function_component, html};

use super::icon::{Glyph, Icon};
use super::popover::Popover;
use super::use_texts;
use crate::format::{bytes, compact, value};
use crate::hooks::{Known, Open, use_open};
use crate::i18n::{Plural, Text, Texts};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub known: Known,
    /// Tells all about them; None for who may not know.
    pub on_all: Option<Callback<()>>,
}

/// What is followed, in one line; its files and problems behind it.
#[function_component]
pub fn SourceStrip(props: &Props) -> Html {
    let texts = use_texts();
    let Open { is_open, toggle, close } = use_open();
    let known = &props.known;
    let Some(status) = &known.status else {
        return html! {
            <p class="source-strip source-strip--empty" role="status">
                if known.offline { { texts.get(Text::RelayOffline) } }
            </p>
        };
    };
    let summary = &known.summary;
    let worst = status.problems.iter().map(|problem| problem.severity).max();
    let num_problems = status.problems.len() + summary.unreadable.len();
    let jobs = jobs(&texts, &summary.jobs);
    // The sheet takes the place of what is open here.
    let on_all = props.on_all.as_ref().map(|on_all| {
        let (on_all, close) = (on_all.clone(), close.clone());
        Callback::from(move |()| {
            close.emit(());
            on_all.emit(());
        })
    });
    html! {
        <div class="source-strip">
            <button
                type="button"
                class="source-strip__button"
                data-testid="sources"
                aria-haspopup="dialog"
                aria-expanded={is_open.to_string()}
                title={texts.own(Text::SourcesTitle)}
                onclick={toggle}
            >
                if known.offline {
                    <span class="source-strip__problem is-error">{ texts.get(Text::RelayOffline) }</span>
                } else if let Some((done, total)) = summary.reading {
                    <progress class="source-strip__reading" value={share(done, total)} max="1" aria-hidden="true" />
                    <span>
                        { texts.with(Text::Reading, &[("done", &bytes(done)), ("total", &bytes(total))]) }
                    </span>
                }
                <span class="source-strip__part">{ texts.count(Plural::FILES, summary.num_files) }</span>
                <span class="source-strip__part">{ texts.count(Plural::LINES, summary.num_entries) }</span>
                if !jobs.is_empty() {
                    <span class="source-strip__part source-strip__jobs">{ jobs }</span>
                }
                if num_problems > 0 {
                    <span class={classes!(
                        "source-strip__problem",
                        (worst == Some(Severity::Error)).then_some("is-error"),
                    )}>
                        <Glyph icon={Icon::Warning} />
                        { texts.count(Plural::PROBLEMS, u64::try_from(num_problems).unwrap_or(0)) }
                    </span>
                }
                <Glyph icon={Icon::Chevron} />
            </button>
            if is_open {
                <Popover label={texts.own(Text::SourcesTitle)} on_close={close} class="source-strip__popover">
                    <Sources status={Rc::clone(status)} on_change={on_all.clone()} />
                    if let Some(on_all) = &on_all {
                        <button
                            type="button"
                            class="button button--small sources__all"
                            data-testid="all-sources"
                            onclick={on_all.reform(|_| ())}
                        >
                            { texts.get(Text::SourcesAll) }
                        </button>
                    }
                </Popover>
            }
        </div>
    }
}

/// What a person should know of the files, in a list of such.
pub fn problem(texts: &Texts, problem: &Problem) -> Html {
    let is_error = problem.severity == Severity::Error;
    html! {
        <li class={classes!("sources__problem", is_error.then_some("is-error"))}>
            <Glyph icon={Icon::Warning} />
            <span>{ texts.said(&problem.message) }</span>
        </li>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct SourcesProps {
    status: Rc<Status>,
    /// Leads to where what was guessed is changed.
    on_change: Option<Callback<()>>,
}

#[function_component]
fn Sources(props: &SourcesProps) -> Html {
    let texts = use_texts();
    let status = &props.status;
    html! {
        <div class="sources">
            if !status.problems.is_empty() {
                <ul class="sources__problems">
                    { for status.problems.iter().map(|one| problem(&texts, one)) }
                </ul>
            }
            <ul class="sources__files">
                { for status.sources.iter().map(|source| file(&texts, source)) }
            </ul>
            if let Some(zone) = &status.zone {
                <p class="sources__foot" data-testid="strip-zone">
                    { texts.with(Text::ZoneTaken, &[("zone", zone)]) }
                    if let Some(on_change) = &props.on_change {
                        { " " }
                        <button
                            type="button"
                            class="button button--small button--ghost"
                            data-testid="strip-change"
                            title={texts.own(Text::SourceChangeTitle)}
                            onclick={on_change.reform(|_| ())}
                        >
                            { texts.get(Text::SourceChange) }
                        </button>
                    }
                </p>
            }
            <p class="sources__foot">
                { texts.with(Text::SourcesDisk, &[("size", &bytes(status.disk_bytes))]) }
                { " · Logpane " }
                { &status.version }
            </p>
        </div>
    }
}

fn file(texts: &Texts, source: &Source) -> Html {
    let (folder, name) = match source.path.rsplit_once(['/', '\\']) {
        Some((folder, name)) => (folder, name),
        None => ("", source.path.as_str()),
    };
    let reading = source.offset < source.size;
    html! {
        <li class="sources__file" key={source.path.clone()}>
            <Glyph icon={Icon::File} />
            <div class="sources__what">
                <p class="sources__name" title={source.path.clone()}>
                    <strong>{ name }</strong>
                    <span class="sources__folder"><bdi dir="ltr">{ folder }</bdi></span>
                </p>
                <p class="sources__facts">
                    { texts.with(Text::SourceJob, &[
                        ("job", &source.job),
                        ("rule", &texts.said(&source.job_rule)),
                    ]) }
                    { " · " }
                    { texts.count(Plural::LINES, source.entries) }
                    { " · " }
                    if reading {
                        { texts.with(Text::Reading, &[
                            ("done", &bytes(source.offset)),
                            ("total", &bytes(source.size)),
                        ]) }
                    } else {
                        { bytes(source.size) }
                    }
                    if source.invalid_bytes > 0 {
                        { " · " }
                        { texts.with(Text::SourceInvalid, &[("size", &bytes(source.invalid_bytes))]) }
                    }
                </p>
                if let Some(error) = &source.last_error {
                    <p class="sources__error">{ texts.said(error) }</p>
                }
                if let Some(progress) = &source.progress {
                    <p class="sources__progress">
                        <progress value={ratio(progress.done, progress.total)} max="1" aria-hidden="true" />
                        <span>
                            { format!("{} / {}", value(progress.done), value(progress.total)) }
                            if !progress.description.is_empty() { { format!(" {}", progress.description) } }
                        </span>
                    </p>
                }
            </div>
        </li>
    }
}

/// The jobs by name; where there are many, the first and how many more.
fn jobs(texts: &Texts, jobs: &[String]) -> String {
    const NAMED: usize = 3;
    match jobs {
        [] => String::new(),
        [one] => texts.with(Text::Job, &[("job", one)]),
        few if few.len() <= NAMED => few.join(", "),
        many => {
            let named = many.iter().take(NAMED - 1).cloned().collect::<Vec<_>>().join(", ");
            let rest = u64::try_from(many.len() + 1 - NAMED).unwrap_or(0);
            texts.with(Text::JobsMore, &[("jobs", &named), ("n", &compact(rest))])
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of a bar")]
fn share(done: u64, total: u64) -> String {
    ratio(done as f64, total as f64)
}

fn ratio(done: f64, total: f64) -> String {
    format!("{:.3}", if total > 0.0 { (done / total).clamp(0.0, 1.0) } else { 0.0 })
}
