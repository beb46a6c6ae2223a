use std::fmt::Write as _;
use std::rc::Rc;

use model::TimeRange;
use web_sys::{Element, KeyboardEvent, PointerEvent};
use yew::{
    Callback, Html, Properties, classes, function_component, html, use_effect_with, use_node_ref,
    use_state_eq,
};

use super::use_texts;
use crate::format::{Clock, Parts, compact, grouped};
use crate::hooks::use_width;
use crate::i18n::{Plural, Text, Texts};
use crate::line::Level;
use crate::state::{Bars, Histogram, Pressed, Selection};
use crate::words::span_label;

const HEIGHT: f64 = 64.0;
/// Above the highest bar, for the number of its lines.
const HEAD: f64 = 13.0;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub histogram: Histogram,
    pub clock: Rc<Clock>,
    pub on_zoom: Callback<TimeRange>,
    pub on_level: Callback<Level>,
}

/// Lines of each level over time. Dragging over it zooms; so do the arrow keys with Shift, and
/// Enter.
#[function_component]
pub fn HistogramChart(props: &Props) -> Html {
    let texts = use_texts();
    let plot = use_node_ref();
    let (width, _) = use_width(&plot);
    // The bar under pointer or keyboard, and where a selection began.
    let at = use_state_eq(|| None::<usize>);
    let from = use_state_eq(|| None::<usize>);
    let bars = props.histogram.bars.clone().unwrap_or_default();
    use_effect_with((bars.start, bars.step_ns, bars.num_bars()), {
        let (at, from) = (at.setter(), from.setter());
        move |_| {
            at.set(None);
            from.set(None);
        }
    });
    let num_bars = bars.num_bars();
    let selected = Selection { at: *at, from: *from }.span();
    let pointed = {
        let plot = plot.clone();
        move |event: &PointerEvent| bar_at(&plot.cast::<Element>()?, event, num_bars)
    };
    let onpointerdown = {
        let (at, from, pointed) = (at.clone(), from.clone(), pointed.clone());
        let plot = plot.clone();
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            if let Some(plot) = plot.cast::<Element>() {
                // Without it, leaving the histogram ends the selection: no harm.
                plot.set_pointer_capture(event.pointer_id()).ok();
            }
            let bar = pointed(&event);
            at.set(bar);
            from.set(bar);
        })
    };
    let onpointermove = {
        let at = at.clone();
        Callback::from(move |event: PointerEvent| at.set(pointed(&event)))
    };
    let onpointerup = {
        let (from, bars, on_zoom) = (from.setter(), Rc::clone(&bars), props.on_zoom.clone());
        Callback::from(move |_: PointerEvent| {
            if let Some((first, last)) = selected {
                on_zoom.emit(bars.span(first, last));
            }
            from.set(None);
        })
    };
    let onpointerleave = {
        let (at, from) = (at.clone(), from.clone());
        Callback::from(move |_: PointerEvent| {
            if from.is_none() {
                at.set(None);
            }
        })
    };
    let onkeydown = {
        let (at, from, bars) = (at.clone(), from.clone(), Rc::clone(&bars));
        let on_zoom = props.on_zoom.clone();
        Callback::from(move |event: KeyboardEvent| {
            let selection = Selection { at: *at, from: *from };
            let Some(pressed) = selection.press(&event.key(), event.shift_key(), num_bars) else {
                return;
            };
            event.prevent_default();
            let next = match pressed {
                Pressed::Moved(next) => next,
                Pressed::Chosen(first, last) => {
                    on_zoom.emit(bars.span(first, last));
                    Selection { from: None, ..selection }
                }
            };
            from.set(next.from);
            at.set(next.at);
        })
    };
    let highest = bars.highest();
    let told = told(&texts, &props.clock, &bars, *at, selected);
    let loading = props.histogram.running;
    html! {
        <section
            class={classes!("histogram", loading.then_some("is-loading"))}
            aria-label={texts.own(Text::HistogramLabel)}
            aria-busy={loading.to_string()}
        >
            <div class="histogram__head">
                <Legend bars={Rc::clone(&bars)} on_level={props.on_level.clone()} />
                <output class="histogram__told" aria-live="polite">{ told.clone() }</output>
            </div>
            <div
                class="histogram__plot"
                ref={plot}
                data-testid="histogram"
                role="slider"
                tabindex="0"
                aria-label={texts.own(Text::HistogramKeys)}
                aria-valuemin="0"
                aria-valuemax={num_bars.saturating_sub(1).to_string()}
                aria-valuenow={at.unwrap_or(0).to_string()}
                aria-valuetext={told}
                {onpointerdown}
                {onpointermove}
                {onpointerup}
                {onpointerleave}
                {onkeydown}
            >
                if width > 0 && num_bars > 0 {
                    { drawing(&bars, f64::from(width), selected, *at) }
                    { axis(&props.clock, &bars, width) }
                }
                if highest > 0 {
                    <span class="histogram__highest" aria-hidden="true">{ compact(highest) }</span>
                }
                if props.histogram.failed {
                    <p class="histogram__empty">{ texts.get(Text::HistogramFailed) }</p>
                }
            </div>
        </section>
    }
}

/// One path for each level: a handful of nodes however many bars there are.
fn drawing(bars: &Bars, width: f64, selected: Option<(usize, usize)>, at: Option<usize>) -> Html {
    let num_bars = bars.num_bars();
    #[expect(clippy::cast_precision_loss, reason = "counts are drawn, not reckoned with")]
    let (count, highest) = (num_bars as f64, bars.highest().max(1) as f64);
    let pitch = width / count;
    let gap = if pitch > 4.0 { 1.0 } else { 0.0 };
    #[expect(clippy::cast_precision_loss, reason = "a few hundred bars")]
    let left = |bar: usize| (bar as f64 * pitch).round();
    let mut below = vec![0_u64; num_bars];
    let mut paths = Vec::new();
    // The worst stands on the axis, where heights compare best.
    for (level, counts) in &bars.levels {
        let mut path = String::new();
        for (bar, (count, below)) in counts.iter().zip(below.iter_mut()).enumerate() {
            if *count == 0 {
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "drawn")]
            let y = |value: u64| HEIGHT - (value as f64 / highest * (HEIGHT - HEAD));
            let (bottom, mut top) = (y(*below), y(*below + *count));
            // What is there at all is seen.
            if bottom - top < 1.5 && *below == 0 {
                top = bottom - 1.5;
            }
            let (x, next) = (left(bar), left(bar + 1));
            let wide = (next - x - gap).max(1.0);
            *below += *count;
            // Writing to a String cannot fail.
            write!(path, "M{x} {top:.1}h{wide}V{bottom:.1}h-{wide}z").ok();
        }
        let class = format!("histogram__level histogram__level--{}", level.class());
        paths.push(html! { <path {class} d={path} /> });
    }
    let shade = |first: usize, last: usize, class: &'static str| {
        let (x, end) = (left(first), left(last + 1));
        html! {
            <rect {class} x={x.to_string()} y="0" width={(end - x).to_string()} height={HEIGHT.to_string()} />
        }
    };
    html! {
        <svg
            class="histogram__drawing"
            width={width.to_string()}
            height={HEIGHT.to_string()}
            viewBox={format!("0 0 {width} {HEIGHT}")}
            aria-hidden="true"
        >
            { at.map(|bar| shade(bar, bar, "histogram__at")).unwrap_or_default() }
            { for paths }
            { selected.map(|(first, last)| shade(first, last, "histogram__selected")).unwrap_or_default() }
        </svg>
    }
}

/// Times below the bars, as many as fit.
fn axis(clock: &Clock, bars: &Bars, width: u32) -> Html {
    const DAY_NS: i64 = 86_400_000_000_000;
    let length = bars.span(0, bars.num_bars().saturating_sub(1));
    let days = length.end.0.saturating_sub(length.start.0) > DAY_NS;
    let parts = if days {
        if bars.step_ns >= DAY_NS / 2 { Parts::Date } else { Parts::Short }
    } else if bars.step_ns < 1_000_000_000 {
        Parts::Milli
    } else if bars.step_ns < 60_000_000_000 {
        Parts::Second
    } else {
        Parts::Minute
    };
    let room = if days { 120 } else { 90 };
    let wanted = usize::try_from(width / room).unwrap_or(1).max(1);
    let every = bars.num_bars().div_ceil(wanted).max(1);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred bars")]
    let place = |bar: usize| format!("left:{:.3}%", bar as f64 * 100.0 / bars.num_bars() as f64);
    html! {
        <div class="histogram__axis" aria-hidden="true">
            { for (0..bars.num_bars()).step_by(every).filter(|bar| bar + every / 2 < bars.num_bars()).map(|bar| {
                let start = bars.span(bar, bar).start.0;
                html! { <span style={place(bar)}>{ clock.stamp(start, parts) }</span> }
            }) }
        </div>
    }
}

/// What is under the pointer, in words: "14:02 – 14:03 · 5 lines · E 2".
fn told(
    texts: &Texts,
    clock: &Clock,
    bars: &Bars,
    at: Option<usize>,
    selected: Option<(usize, usize)>,
) -> String {
    let Some((first, last)) = selected.or(at.map(|bar| (bar, bar))) else {
        return String::new();
    };
    let sum = |counts: &[u64]| counts.iter().skip(first).take(last + 1 - first).sum::<u64>();
    let mut told = format!(
        "{} · {}",
        span_label(clock, bars.span(first, last)),
        texts.count(Plural::LINES, sum(&bars.totals))
    );
    for (level, counts) in &bars.levels {
        let count = sum(counts);
        if count > 0 {
            write!(told, " · {} {}", level.letter(), grouped(count)).ok();
        }
    }
    told
}

fn bar_at(plot: &Element, event: &PointerEvent, num_bars: usize) -> Option<usize> {
    let rect = plot.get_bounding_client_rect();
    if rect.width() <= 0.0 || num_bars == 0 {
        return None;
    }
    let share = (f64::from(event.client_x()) - rect.left()) / rect.width();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "clamped to a few hundred bars"
    )]
    let bar = (share.clamp(0.0, 1.0) * num_bars as f64) as usize;
    Some(bar.min(num_bars - 1))
}

#[derive(Clone, PartialEq, Properties)]
struct LegendProps {
    bars: Rc<Bars>,
    on_level: Callback<Level>,
}

/// The levels there are and their lines; a click narrows the query to one.
#[function_component]
fn Legend(props: &LegendProps) -> Html {
    let texts = use_texts();
    html! {
        <ul class="histogram__legend">
            { for props.bars.level_sums().into_iter().map(|(level, sum)| {
                let name = level_name(&texts, level);
                let title = texts.with(Text::LevelOnly, &[("level", &name)]);
                html! {
                    <li key={level.class()}>
                        <button
                            type="button"
                            class="level-chip"
                            data-testid={format!("level-{}", level.class())}
                            {title}
                            disabled={level == Level::None}
                            onclick={props.on_level.reform(move |_| level)}
                        >
                            <span class={classes!("level", format!("level--{}", level.class()))} aria-hidden="true">
                                { level.letter() }
                            </span>
                            <span>{ name }</span>
                            <span class="level-chip__count">{ compact(sum) }</span>
                        </button>
                    </li>
                }
            }) }
        </ul>
    }
}

/// The name of a level in the reader's language.
pub fn level_name(texts: &Texts, level: Level) -> String {
    texts.own(match level {
        Level::Critical => Text::LevelCritical,
        Level::Error => Text::LevelError,
        Level::Warning => Text::LevelWarning,
        Level::Info => Text::LevelInfo,
        Level::Debug => Text::LevelDebug,
        Level::None => Text::LevelNone,
    })
}
