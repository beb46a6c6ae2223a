use std::rc::Rc;

use yew::{AttrValue, Callback, Html, Properties, classes, function_component, html};

use super::use_texts;
use crate::format::{Clock, Parts, bytes};
use crate::i18n::{Plural, Text};
use crate::line::{Entry, Needles, pieces};

/// Matches that are marked in one row. A letter stands in a long line hundreds of times: all of them
/// in all rows kept the page busy for 190 ms.
const MARKS: usize = 20;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub entry: Rc<Entry>,
    /// Its place in the list.
    pub at: usize,
    pub needles: Rc<Needles>,
    pub clock: Rc<Clock>,
    pub parts: Parts,
    /// Pixels.
    pub height: u32,
    /// Where the keyboard is.
    pub active: bool,
    /// Its details are open.
    pub open: bool,
    /// The others are its context.
    pub anchor: bool,
    pub on_click: Callback<usize>,
}

/// One entry of the list, a fixed height whatever it holds.
#[function_component]
pub fn LogRow(props: &Props) -> Html {
    let texts = use_texts();
    let entry = &props.entry;
    let at = props.at;
    let class = classes!(
        "log-row",
        format!("log-row--{}", entry.level.class()),
        props.active.then_some("is-active"),
        props.open.then_some("is-open"),
        props.anchor.then_some("is-anchor"),
    );
    html! {
        <div
            {class}
            id={row_id(entry)}
            role="row"
            data-testid="row"
            data-arrival={entry.arrival.to_string()}
            aria-rowindex={(at + 1).to_string()}
            aria-selected={props.open.to_string()}
            style={format!("height:{}px", props.height)}
            onclick={props.on_click.reform(move |_| at)}
        >
            <span class="log-row__level" role="gridcell">
                <span class={classes!("level", format!("level--{}", entry.level.class()))}>
                    { entry.level.letter() }
                </span>
            </span>
            <time class="log-row__time" role="gridcell">
                { props.clock.stamp(entry.timestamp, props.parts) }
            </time>
            <span class="log-row__source" role="gridcell" title={source_title(entry)}>
                { entry.source() }
            </span>
            <span class="log-row__line" role="gridcell">
                { for shown(&entry.first_line(), &props.needles, MARKS) }
                if entry.cut {
                    <span class="log-row__cut">
                        { texts.with(Text::ShowAll, &[("size", &bytes(entry.num_bytes()))]) }
                    </span>
                }
                if entry.folded > 0 {
                    <span class="log-row__folded" data-testid="folded">
                        { texts.count(Plural::MORE_LINES, u64::from(entry.folded)) }
                    </span>
                    if let Some(preview) = entry.preview(&props.needles) {
                        <span class="log-row__preview">{ for shown(&preview, &props.needles, MARKS) }</span>
                    }
                }
            </span>
        </div>
    }
}

/// The element of an entry, for `aria-activedescendant`.
pub fn row_id(entry: &Entry) -> String {
    format!("row-{}", entry.arrival)
}

/// Text with its colours and the first `marks` matches, never markup.
pub fn shown(text: &str, needles: &Needles, marks: usize) -> Vec<Html> {
    pieces(text, needles, marks)
        .into_iter()
        .map(|piece| {
            let class = (!piece.classes.is_empty()).then(|| AttrValue::from(piece.classes));
            match (piece.hit, class) {
                (true, class) => html! { <mark {class}>{ piece.text }</mark> },
                (false, Some(class)) => html! { <span {class}>{ piece.text }</span> },
                (false, None) => html! { { piece.text } },
            }
        })
        .collect()
}

fn source_title(entry: &Entry) -> String {
    ["job", "instance", "filename"]
        .into_iter()
        .filter_map(|name| entry.stream.get(name))
        .collect::<Vec<_>>()
        .join("\n")
}
