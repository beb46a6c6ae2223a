use std::rc::Rc;

use yew::{AttrValue, Callback, Html, Properties, classes, function_component, html, use_memo};

use super::copy_button::CopyButton;
use super::field::{Field, Filter};
use super::histogram::level_name;
use super::icon::{Glyph, Icon};
use super::long_text::{LongText, TextOf};
use super::use_texts;
use crate::format::{Clock, Parts, bytes, file_name, grouped};
use crate::hooks::{copy, link, use_place};
use crate::i18n::{Text, Texts};
use crate::line::{Entry, Needles};
use crate::state::{FieldGroups, Missing, Place, to_json, to_markdown};
use crate::words::failure;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// Where the relay is.
    pub base: AttrValue,
    pub entry: Rc<Entry>,
    /// Why what of it stayed behind did not come.
    pub missing: Option<Missing>,
    pub needles: Rc<Needles>,
    pub clock: Rc<Clock>,
    pub on_filter: Callback<Filter>,
    /// Draws a field whose value is a number: its name and that value.
    pub on_chart: Callback<(String, String)>,
    /// Shows what is around it; None where that is what is shown.
    pub on_context: Option<Callback<()>>,
    pub on_close: Callback<()>,
}

/// Everything about one entry.
#[function_component]
pub fn Details(props: &Props) -> Html {
    let texts = use_texts();
    let entry = &props.entry;
    let groups = use_memo(Rc::clone(entry), |entry| FieldGroups::of(entry));
    let json = {
        let entry = Rc::clone(entry);
        Callback::from(move |()| copy(&to_json(&entry)))
    };
    let line = {
        let entry = Rc::clone(entry);
        Callback::from(move |()| copy(&String::from_utf8_lossy(&entry.line)))
    };
    let markdown = {
        let (entry, clock) = (Rc::clone(entry), Rc::clone(&props.clock));
        Callback::from(move |()| {
            let stamp = clock.stamp(entry.timestamp, Parts::Full);
            let when = format!("{stamp} {}", clock.zone(entry.timestamp));
            copy(&to_markdown(&entry, &when));
        })
    };
    // The open line is part of the view, and so of its URL.
    let link = Callback::from(|()| copy(&link()));
    let coming = !entry.is_whole() && props.missing.is_none();
    let group = |title: Text, place: Place, pairs: &[(String, String)]| {
        if pairs.is_empty() {
            return Html::default();
        }
        html! {
            <section class="details__group">
                <h3 class="details__title">{ texts.get(title) }</h3>
                <dl class="details__fields">
                    { for pairs.iter().map(|(name, value)| html! {
                        <Field
                            key={name.clone()}
                            {place}
                            name={name.clone()}
                            value={value.clone()}
                            on_filter={props.on_filter.clone()}
                            on_chart={props.on_chart.clone()}
                        />
                    }) }
                </dl>
            </section>
        }
    };
    html! {
        <aside class="details" data-testid="details" aria-label={texts.own(Text::DetailsLabel)}>
            <header class="details__head">
                <span class={classes!("level", format!("level--{}", entry.level.class()))} aria-hidden="true">
                    { entry.level.letter() }
                </span>
                <div class="details__when">
                    <time>{ props.clock.stamp(entry.timestamp, Parts::Full) }</time>
                    <span class="details__zone">
                        { props.clock.zone(entry.timestamp) }
                        { " · " }
                        { level_name(&texts, entry.level) }
                    </span>
                </div>
                <button
                    type="button"
                    class="button button--icon button--ghost"
                    data-testid="details-close"
                    aria-label={texts.own(Text::Close)}
                    title={texts.own(Text::Close)}
                    onclick={props.on_close.reform(|_| ())}
                >
                    <Glyph icon={Icon::Close} />
                </button>
            </header>
            <div class="details__body" tabindex="0">
                <LongText
                    text={TextOf::Line(Rc::clone(entry))}
                    needles={Rc::clone(&props.needles)}
                />
                { what_is_missing(&texts, entry, props.missing.as_ref()) }
                <div class="details__actions">
                    if let Some(on_context) = &props.on_context {
                        <button
                            type="button"
                            class="button button--small button--ghost"
                            data-testid="context"
                            title={texts.own(Text::KeyContext)}
                            onclick={on_context.reform(|_| ())}
                        >
                            <Glyph icon={Icon::Context} />
                            { texts.get(Text::ContextOpen) }
                        </button>
                    }
                    <CopyButton
                        testid="copy-line"
                        label={texts.own(Text::CopyLine)}
                        disabled={coming}
                        on_copy={line}
                    />
                    <CopyButton
                        testid="copy-json"
                        label={texts.own(Text::CopyJson)}
                        disabled={coming}
                        on_copy={json}
                    />
                    <CopyButton
                        testid="copy-markdown"
                        label={texts.own(Text::CopyMarkdown)}
                        disabled={coming}
                        on_copy={markdown}
                    />
                    <CopyButton
                        testid="copy-line-link"
                        label={texts.own(Text::CopyLineLink)}
                        on_copy={link}
                    />
                </div>
                { group(Text::GroupAuto, Place::Field, &groups.auto) }
                { group(Text::GroupParsed, Place::Field, &groups.parsed) }
                { group(Text::GroupMetadata, Place::Field, &groups.metadata) }
                { group(Text::GroupLabels, Place::Label, &groups.labels) }
                <Origin base={props.base.clone()} entry={Rc::clone(entry)} />
                if entry.original.is_some() {
                    <section class="details__group">
                        <h3 class="details__title">{ texts.get(Text::GroupOriginal) }</h3>
                        <LongText
                            text={TextOf::Original(Rc::clone(entry))}
                            needles={Rc::clone(&props.needles)}
                        />
                    </section>
                }
            </div>
        </aside>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct OriginProps {
    base: AttrValue,
    entry: Rc<Entry>,
}

/// The bytes of the file that the entry was read from.
#[function_component]
fn Origin(props: &OriginProps) -> Html {
    let texts = use_texts();
    let entry = &props.entry;
    let Some(range) = use_place(&props.base, &entry.stream, entry.timestamp, entry.arrival) else {
        return Html::default();
    };
    let path = range.now.as_ref().unwrap_or(&range.path);
    let end = range.offset + range.length;
    let said = texts.with(
        Text::FileBytes,
        &[("file", file_name(path)), ("from", &grouped(range.offset)), ("to", &grouped(end))],
    );
    let on_copy = range.command().map(|command| Callback::from(move |()| copy(&command)));
    html! {
        <section class="details__group" data-testid="origin">
            <h3 class="details__title">{ texts.get(Text::GroupOrigin) }</h3>
            <p title={path.clone()}>{ said }</p>
            if range.now.is_none() {
                <p class="details__missing">{ texts.get(Text::FileGone) }</p>
            }
            if let Some(on_copy) = on_copy {
                <CopyButton
                    testid="copy-command"
                    label={texts.own(Text::CopyCommand)}
                    {on_copy}
                />
            }
        </section>
    }
}

/// What is said while the rest of a long line is on its way, or did not come.
fn what_is_missing(texts: &Texts, entry: &Entry, missing: Option<&Missing>) -> Html {
    if entry.is_whole() {
        return Html::default();
    }
    let size = bytes(entry.num_bytes());
    let reason = missing.map(|missing| match missing {
        Missing::Gone => texts.own(Text::WholeGone),
        Missing::Failed(failed) => failure(texts, failed).title,
    });
    let text = match reason {
        None => texts.with(Text::WholeComing, &[("size", &size)]),
        Some(reason) => texts.with(Text::WholeFailed, &[("size", &size), ("reason", &reason)]),
    };
    html! { <p class="details__missing" role="status" data-testid="missing">{ text }</p> }
}
