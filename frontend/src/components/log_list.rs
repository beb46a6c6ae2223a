use std::rc::Rc;

use gloo::timers::callback::Timeout;
use web_sys::{Element, HtmlElement};
use yew::{
    Callback, Html, NodeRef, Properties, classes, function_component, html, use_callback,
    use_effect_with, use_memo, use_mut_ref, use_node_ref, use_state_eq,
};

use super::log_row::{LogRow, row_id};
use super::use_texts;
use crate::format::{Clock, Parts};
use crate::hooks::{has_text_selected, use_width};
use crate::i18n::Text;
use crate::line::Needles;
use crate::state::{RowId, Rows};
use crate::virtual_rows::{Drawn, Keep, LINE_PX, Layout, Window};
use crate::words::time_parts;

/// Scrolling goes in steps of so many pixels: in between nothing that is drawn changes.
const STEP_PX: u32 = LINE_PX * 2;
/// A list that stands still for so long gets the rows beyond its edges.
const REST_MS: u32 = 60;
/// The first rows are drawn in steps, about one a frame.
const STEP_MS: u32 = 16;
/// So near the end older rows are fetched.
const NEAR_END: usize = 40;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub rows: Rows,
    pub needles: Rc<Needles>,
    pub clock: Rc<Clock>,
    pub wrap: bool,
    /// Where the keyboard is.
    pub active: Option<usize>,
    pub open: Option<RowId>,
    /// The line that the others are the context of: it stays where it is when they come and go.
    pub anchor: Option<RowId>,
    /// Where the list stood on the screen when that was chosen.
    pub top_before: f64,
    /// They belong to the query before.
    pub stale: bool,
    /// The list is live, and shows its end.
    pub following: bool,
    pub live: bool,
    /// The scrolling element, so that keys can scroll it.
    pub node: NodeRef,
    pub on_click: Callback<usize>,
    /// There are older rows, and they are not on their way yet.
    pub has_more: bool,
    pub on_near_end: Callback<()>,
    /// The same above the first row.
    pub has_newer: bool,
    pub on_near_start: Callback<()>,
    /// In a live list: the reader is at the end, or somewhere above.
    pub on_edge: Callback<bool>,
    /// In a live list: the pointer moves over the lines.
    pub on_touch: Callback<()>,
    /// What stands below the last row.
    pub foot: Html,
}

/// The entries: only those in view are drawn.
#[function_component]
pub fn LogList(props: &Props) -> Html {
    let texts = use_texts();
    let node = props.node.clone();
    let (width, height) = use_width(&node);
    let ruler = use_node_ref();
    let cell = use_state_eq(Cell::default);
    let narrow = width < 560;
    let parts =
        use_memo((props.rows.clone(), Rc::clone(&props.clock), narrow), |(rows, clock, narrow)| {
            parts(rows, clock, *narrow)
        });
    use_effect_with((width, *parts, ruler.clone()), {
        let cell = cell.setter();
        move |(_, _, ruler)| {
            if let Some(ruler) = ruler.cast::<Element>().and_then(|ruler| Cell::measure(&ruler)) {
                cell.set(ruler);
            }
        }
    });
    let layout = use_memo((props.rows.clone(), props.wrap, *cell), |(rows, wrap, cell)| {
        Layout::new(rows, wrap.then(|| cell.columns()), cell.wide_cells())
    });
    let scroll = use_state_eq(|| 0_u32);
    // Where the list has stood still, and how often it was given time there.
    let rested = use_state_eq(|| (0_u32, 0_u32));
    let first_seen = layout.row_at(f64::from(*scroll));
    let last_seen = layout.row_at(f64::from(*scroll + STEP_PX) + f64::from(height));
    let window = use_mut_ref(Window::default);
    let at_rest = rested.1 > 0 && rested.0 == *scroll;
    let drawn = window.borrow_mut().show(first_seen..last_seen + 1, props.rows.len(), at_rest);
    use_effect_with((*scroll, *rested, drawn.rows.clone()), {
        let (rested, is_whole) = (rested.setter(), drawn.is_whole);
        let pause_ms = if drawn.is_filled { REST_MS } else { STEP_MS };
        move |(scroll, (_, times), _)| {
            let next = (*scroll, times.wrapping_add(1).max(1));
            let rest = (!is_whole).then(|| Timeout::new(pause_ms, move || rested.set(next)));
            move || drop(rest)
        }
    });
    let at_end = use_mut_ref(|| true);
    let last_top = use_mut_ref(|| 0);
    let keep = use_mut_ref(Keep::default);

    let onscroll = {
        let (node, scroll, at_end) = (node.clone(), scroll.setter(), Rc::clone(&at_end));
        let (last_top, keep) = (Rc::clone(&last_top), Rc::clone(&keep));
        let (live, on_edge) = (props.live, props.on_edge.clone());
        Callback::from(move |_| {
            let Some(element) = node.cast::<Element>() else { return };
            let now_at = element.scroll_top();
            let before = last_top.replace(now_at);
            let moved_up = now_at < before;
            if now_at != before {
                keep.borrow_mut().let_go();
            }
            let top = u32::try_from(now_at).unwrap_or(0);
            scroll.set(top - top % STEP_PX);
            if live {
                let rest = element.scroll_height() - now_at - element.client_height();
                let edge = rest < 8;
                // The end moves away by itself when lines arrive; only a reader moves up.
                if (edge || moved_up) && at_end.replace(edge) != edge {
                    on_edge.emit(edge);
                }
            }
        })
    };

    let keeps = props.anchor.is_some() || keep.borrow().holds();
    use_effect_with((props.rows.clone(), Rc::clone(&layout), props.anchor), {
        let (node, last_top, keep) = (node.clone(), Rc::clone(&last_top), Rc::clone(&keep));
        let top_before = props.top_before;
        move |(rows, layout, anchor)| {
            let anchor = *anchor;
            let element = node.cast::<Element>().filter(|_| keeps);
            let top = element.as_ref().map_or(0.0, |list| list.get_bounding_client_rect().top());
            let scrolled = f64::from(*last_top.borrow());
            let height = f64::from(height);
            let drawn = Drawn { rows, layout, anchor, scrolled, height, top, top_before };
            let to = keep.borrow_mut().draw(&drawn).map(pixels);
            if let (Some(element), Some(to)) = (element, to) {
                element.set_scroll_top(to);
                // As far as there is something to scroll.
                last_top.replace(element.scroll_top());
            }
        }
    });
    // A new answer starts at its top.
    use_effect_with((props.rows.get(0).map(|entry| entry.id()), props.live), {
        let (node, last_top) = (node.clone(), Rc::clone(&last_top));
        move |(_, live)| {
            if keeps {
                return;
            }
            // Setting it has the browser lay out at once, in the task that brought the rows.
            let is_there = *live || *last_top.borrow() == 0;
            if let Some(element) = node.cast::<Element>().filter(|_| !is_there) {
                element.set_scroll_top(0);
            }
        }
    });
    // A live list that is followed shows its end.
    let followed_to = use_mut_ref(|| 0);
    use_effect_with((props.rows.clone(), props.following, height), {
        let (node, at_end) = (node.clone(), Rc::clone(&at_end));
        let followed_to = Rc::clone(&followed_to);
        move |(_, following, _)| {
            let Some(element) = node.cast::<Element>().filter(|_| *following) else {
                followed_to.replace(0);
                return;
            };
            // A reader who has just scrolled up is not pulled back before the browser has told it.
            let end = element.scroll_height() - element.client_height();
            let left = *followed_to.borrow() - element.scroll_top();
            if left < 8 || end - element.scroll_top() < 8 {
                at_end.replace(true);
                element.set_scroll_top(end);
                followed_to.replace(element.scroll_top());
            }
        }
    });
    // The keyboard never leaves the view.
    use_effect_with((props.active, Rc::clone(&layout)), {
        let node = node.clone();
        move |(active, layout)| {
            let (Some(active), Some(element)) = (*active, node.cast::<HtmlElement>()) else {
                return;
            };
            let (top, bottom) = (layout.top(active), layout.top(active + 1));
            let view_top = f64::from(element.scroll_top());
            let view = f64::from(element.client_height());
            if top < view_top {
                element.set_scroll_top(pixels(top));
            } else if bottom > view_top + view {
                element.set_scroll_top(pixels(bottom - view));
            }
        }
    });
    let near_end = drawn.rows.end + NEAR_END >= props.rows.len() && !props.rows.is_empty();
    let wants_more = near_end && props.has_more && !props.stale;
    use_effect_with((wants_more, props.rows.clone()), {
        let on_near_end = props.on_near_end.clone();
        move |(wants_more, _)| {
            if *wants_more {
                on_near_end.emit(());
            }
        }
    });

    let near_start = drawn.rows.start < NEAR_END && props.has_newer && !props.stale;
    use_effect_with((near_start, props.rows.clone()), {
        let on_near_start = props.on_near_start.clone();
        move |(near_start, _)| {
            if *near_start {
                on_near_start.emit(());
            }
        }
    });

    // The same one from render to render, so that rows are drawn again only when they changed.
    let on_click = use_callback(props.on_click.clone(), |at, on_click| {
        // Selecting text ends in a click too.
        if !has_text_selected() {
            on_click.emit(at);
        }
    });
    let onpointermove = {
        let (live, on_touch) = (props.live, props.on_touch.clone());
        Callback::from(move |event: web_sys::PointerEvent| {
            if live && event.pointer_type() == "mouse" {
                on_touch.emit(());
            }
        })
    };
    let active_id = props.active.and_then(|at| props.rows.get(at)).map(|entry| row_id(entry));
    let class = classes!(
        "log-list",
        if props.wrap { "log-list--wrap" } else { "log-list--nowrap" },
        narrow.then_some("log-list--narrow"),
        props.stale.then_some("is-stale"),
    );
    let time_columns = format!("--time-columns:{}ch", columns(&props.rows, &props.clock, *parts));
    let inner = if props.wrap {
        String::new()
    } else {
        format!("min-width:{}px", cell.gutter() + layout.widest(cell.narrow(), cell.wide()))
    };
    let (narrow_sample, wide_sample) = ("0".repeat(50), "国".repeat(20));
    html! {
        <div
            {class}
            ref={node}
            style={time_columns}
            role="grid"
            tabindex="0"
            data-testid="list"
            aria-label={texts.own(Text::ListLabel)}
            aria-rowcount={props.rows.len().to_string()}
            aria-activedescendant={active_id}
            aria-busy={props.stale.to_string()}
            {onscroll}
            {onpointermove}
        >
            <div class="log-row log-row--ruler" ref={ruler} aria-hidden="true">
                <span class="log-row__level"></span>
                <span class="log-row__time"></span>
                <span class="log-row__source"></span>
                <span class="log-row__line">
                    <span>{ narrow_sample }</span><span>{ wide_sample }</span>
                </span>
            </div>
            <div class="log-list__all" role="presentation" style={format!("height:{}px;{inner}", layout.total())}>
                <div class="log-list__window" role="presentation" style={format!("transform:translateY({}px)", layout.top(drawn.rows.start))}>
                    { for drawn.rows.clone().filter_map(|at| {
                        let entry = props.rows.get(at)?;
                        // A live list loses rows at its start: the others keep their elements.
                        let key = match props.live {
                            true => entry.arrival,
                            false => drawn.key(at),
                        };
                        Some(html! {
                            <LogRow
                                key={key}
                                entry={Rc::clone(entry)}
                                {at}
                                needles={Rc::clone(&props.needles)}
                                clock={Rc::clone(&props.clock)}
                                parts={*parts}
                                height={layout.height(at)}
                                active={props.active == Some(at)}
                                open={props.open == Some(entry.id())}
                                anchor={props.anchor == Some(entry.id())}
                                on_click={on_click.clone()}
                            />
                        })
                    }) }
                </div>
            </div>
            <div class="log-list__foot" role="row">
                <div role="gridcell">{ props.foot.clone() }</div>
            </div>
        </div>
    }
}

/// Room for a line and the widths of its characters, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cell {
    room: f64,
    narrow: f64,
    wide: f64,
    gutter: f64,
}

impl Cell {
    fn measure(ruler: &Element) -> Option<Self> {
        let line = ruler.last_element_child()?;
        let width = |element: Option<Element>| {
            element.map(|element| element.get_bounding_client_rect().width())
        };
        let room = f64::from(line.client_width());
        Some(Self {
            room,
            narrow: width(line.first_element_child())? / 50.0,
            wide: width(line.last_element_child())? / 20.0,
            gutter: line.get_bounding_client_rect().left()
                - ruler.get_bounding_client_rect().left(),
        })
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a screen's width")]
    fn columns(&self) -> u32 {
        if self.narrow > 0.0 { ((self.room / self.narrow).floor() as u32).max(8) } else { 80 }
    }

    #[expect(clippy::cast_possible_truncation, reason = "about two")]
    fn wide_cells(&self) -> f32 {
        if self.narrow > 0.0 { (self.wide / self.narrow) as f32 } else { 2.0 }
    }

    const fn narrow(&self) -> f64 {
        self.narrow
    }

    const fn wide(&self) -> f64 {
        self.wide
    }

    const fn gutter(&self) -> f64 {
        self.gutter
    }
}

/// How much of a time the rows show.
fn parts(rows: &Rows, clock: &Clock, narrow: bool) -> Parts {
    let (Some(first), Some(last)) = (rows.get(0), rows.last()) else { return Parts::Milli };
    match (time_parts(clock, first.timestamp, last.timestamp), narrow) {
        (Parts::Milli, true) => Parts::Second,
        (_, true) => Parts::Short,
        (parts, false) => parts,
    }
}

/// Characters of the longest time.
fn columns(rows: &Rows, clock: &Clock, parts: Parts) -> usize {
    let ends = rows.get(0).into_iter().chain(rows.last());
    ends.map(|entry| clock.stamp(entry.timestamp, parts).len()).max().unwrap_or(12)
}

#[expect(clippy::cast_possible_truncation, reason = "a place in a list")]
const fn pixels(at: f64) -> i32 {
    at as i32
}
