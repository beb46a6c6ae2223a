use std::rc::Rc;

use yew::{
    Callback, Html, Properties, classes, function_component, html, use_effect_with, use_memo,
    use_state_eq,
};

use super::log_row::shown;
use super::use_texts;
use crate::format::bytes;
use crate::i18n::{Plural, Text, Texts};
use crate::line::{Entry, Needles, Section, SectionKind, pretty, sections};

/// The first part of a long line that is shown, and how much each click adds.
const SHOWN_BYTES: usize = 32 * 1024;
/// Matches that are marked in one part of a text.
const MARKS: usize = 200;
/// So many frames of libraries that follow each other are folded away.
const FOLDED_FRAMES: usize = 2;

/// One of the texts of an entry; equal without a look at megabytes.
#[derive(Clone, Debug)]
pub enum TextOf {
    Line(Rc<Entry>),
    Original(Rc<Entry>),
}

impl TextOf {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Line(entry) => &entry.line,
            Self::Original(entry) => entry.original.as_deref().unwrap_or_default(),
        }
    }

    const fn entry(&self) -> &Rc<Entry> {
        match self {
            Self::Line(entry) | Self::Original(entry) => entry,
        }
    }
}

impl PartialEq for TextOf {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
            && Rc::ptr_eq(self.entry(), other.entry())
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub text: TextOf,
    pub needles: Rc<Needles>,
}

/// A text of any length: as much as a person reads at once, and more on demand. JSON is laid out, and
/// the frames of libraries step back behind one's own.
#[function_component]
pub fn LongText(props: &Props) -> Html {
    let texts = use_texts();
    let limit = use_state_eq(|| SHOWN_BYTES);
    let as_written = use_state_eq(|| false);
    use_effect_with(props.text.entry().id(), {
        let limit = limit.setter();
        move |_| limit.set(SHOWN_BYTES)
    });
    let laid_out = use_memo(props.text.clone(), |text| pretty(text.bytes()));
    let whole = match &*laid_out {
        Some(laid_out) if !*as_written => laid_out.as_bytes(),
        _ => props.text.bytes(),
    };
    let len = whole.len();
    let text = String::from_utf8_lossy(whole.get(..len.min(*limit)).unwrap_or_default());
    let more = {
        let limit = limit.clone();
        Callback::from(move |_| limit.set(*limit + SHOWN_BYTES * 8))
    };
    let cut = len > *limit;
    html! {
        <>
            // What does not fit is scrolled by key, too.
            <pre class="details__line" data-testid="raw" tabindex="0">
                { for sections(&text).iter().map(|part| section(&texts, part, &props.needles)) }
            </pre>
            if laid_out.is_some() {
                <button
                    type="button"
                    class={classes!("button", "button--small", "button--ghost", as_written.then_some("is-on"))}
                    data-testid="as-written"
                    aria-pressed={as_written.to_string()}
                    onclick={
                        let as_written = as_written.clone();
                        Callback::from(move |_| as_written.set(!*as_written))
                    }
                >
                    { texts.get(Text::AsWritten) }
                </button>
            }
            if cut {
                <button type="button" class="button button--small" data-testid="show-more" onclick={more}>
                    { texts.with(Text::ShowMore, &[
                        ("shown", &bytes(u64::try_from(*limit).unwrap_or(0))),
                        ("size", &bytes(u64::try_from(len).unwrap_or(0))),
                    ]) }
                </button>
            }
        </>
    }
}

fn section(texts: &Texts, section: &Section<'_>, needles: &Needles) -> Html {
    let text = shown(section.text, needles, MARKS);
    match section.kind {
        SectionKind::Plain => html! { { for text } },
        SectionKind::Own => html! { <span class="trace__own">{ for text }</span> },
        // What is searched for is not hidden.
        SectionKind::Library(frames) if frames > FOLDED_FRAMES && !needles.hit(section.text) => {
            let frames = u64::try_from(frames).unwrap_or(u64::MAX);
            html! {
                <details class="trace__library" data-testid="frames">
                    <summary>{ texts.count(Plural::FRAMES, frames) }</summary>
                    { for text }
                </details>
            }
        }
        SectionKind::Library(_) => html! { <span class="trace__library">{ for text }</span> },
    }
}
