use std::rc::Rc;

use yew::{Callback, Html, Properties, function_component, html};

use super::use_texts;
use crate::format::{Clock, Parts};
use crate::hooks::Known;
use crate::i18n::{Plural, Text};
use crate::state::Range;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub known: Known,
    /// Where the newest entry of the selected streams is.
    pub newest: Option<i64>,
    /// There are lines in the range, but none of them matches.
    pub has_lines: bool,
    /// The selected streams have entries at some time.
    pub has_streams: bool,
    pub is_live: bool,
    pub clock: Rc<Clock>,
    pub on_range: Callback<Range>,
}

/// Why the list is empty, and what leads on.
#[function_component]
pub fn Empty(props: &Props) -> Html {
    let texts = use_texts();
    let nothing_yet = props.known.status.is_some() && props.known.summary.num_entries == 0;
    let (title, text, button) = if nothing_yet {
        (Text::EmptyYetTitle, followed(props, &texts), None)
    } else if props.is_live {
        (Text::EmptyLiveTitle, texts.own(Text::EmptyLive), None)
    } else if props.has_lines {
        (Text::EmptyMatchTitle, texts.own(Text::EmptyMatch), None)
    } else if let Some(newest) = props.newest.filter(|_| props.has_streams) {
        let at = props.clock.stamp(newest, Parts::FullMinute);
        let on_range = props.on_range.clone();
        let jump = Callback::from(move |_| on_range.emit(Range::up_to_newest(newest)));
        (
            Text::EmptyRangeTitle,
            texts.with(Text::EmptyRange, &[("time", &at)]),
            Some((texts.own(Text::JumpToNewest), jump)),
        )
    } else {
        (Text::EmptyStreamsTitle, texts.own(Text::EmptyStreams), None)
    };
    html! {
        <div class="empty" data-testid="empty" role="status">
            <h2 class="empty__title">{ texts.get(title) }</h2>
            <p class="empty__text">{ text }</p>
            if nothing_yet {
                <ul class="empty__files">
                    { for props.known.status.iter().flat_map(|status| status.sources.iter().take(8)).map(|source| {
                        let error = source.last_error.as_ref().map(|error| texts.said(error));
                        html! {
                            <li>
                                <code>{ &source.path }</code>
                                if let Some(error) = error { <span class="empty__error">{ error }</span> }
                            </li>
                        }
                    }) }
                </ul>
            }
            if let Some((name, onclick)) = button {
                <button type="button" class="button button--primary" data-testid="jump" onclick={onclick.reform(|_: web_sys::MouseEvent| ())}>
                    { name }
                </button>
            }
        </div>
    }
}

fn followed(props: &Props, texts: &crate::i18n::Texts) -> String {
    match props.known.summary.num_files {
        0 => texts.own(Text::EmptyNoFiles),
        files => texts.with(Text::EmptyYet, &[("files", &texts.count(Plural::FILES, files))]),
    }
}
