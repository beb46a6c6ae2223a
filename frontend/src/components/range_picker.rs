use std::rc::Rc;

use model::TimeRange;
use web_sys::{HtmlElement, HtmlInputElement, SubmitEvent};
use yew::{
    Callback, Html, NodeRef, Properties, classes, function_component, html, use_effect_with,
    use_node_ref, use_state_eq,
};

use super::icon::{Glyph, Icon};
use super::popover::Popover;
use super::use_texts;
use crate::format::{Clock, input_value, parse_input};
use crate::hooks::{Open, use_open};
use crate::i18n::{Text, Texts};
use crate::state::{RELATIVE_NS, Range, Zone};
use crate::words::range_label;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub range: Range,
    /// The moments the range means just now.
    pub resolved: TimeRange,
    pub clock: Rc<Clock>,
    pub can_go_back: bool,
    pub on_range: Callback<Range>,
    pub on_zoom_out: Callback<()>,
    pub on_back: Callback<()>,
    pub zone: Zone,
    pub on_zone: Callback<Zone>,
}

/// Chooses the time that is asked for.
#[function_component]
pub fn RangePicker(props: &Props) -> Html {
    let texts = use_texts();
    let Open { is_open, toggle, close } = use_open();
    let label = range_label(&texts, &props.clock, props.range);
    let choose = {
        let (close, on_range) = (close.clone(), props.on_range.clone());
        Callback::from(move |range| {
            close.emit(());
            on_range.emit(range);
        })
    };
    html! {
        <div class="range-picker">
            <div class="button-group">
                <button
                    type="button"
                    class="button range-picker__button"
                    data-testid="range"
                    aria-haspopup="dialog"
                    aria-expanded={is_open.to_string()}
                    onclick={toggle}
                    title={texts.own(Text::RangeTitle)}
                >
                    <Glyph icon={Icon::Clock} />
                    <span class="range-picker__label">{ label }</span>
                    <Glyph icon={Icon::Chevron} />
                </button>
                <button
                    type="button"
                    class="button button--icon"
                    data-testid="zoom-out"
                    aria-label={texts.own(Text::ZoomOut)}
                    title={texts.own(Text::ZoomOut)}
                    onclick={props.on_zoom_out.reform(|_| ())}
                >
                    <Glyph icon={Icon::ZoomOut} />
                </button>
                <button
                    type="button"
                    class="button button--icon"
                    data-testid="back"
                    aria-label={texts.own(Text::RangeBack)}
                    title={texts.own(Text::RangeBack)}
                    disabled={!props.can_go_back}
                    onclick={props.on_back.reform(|_| ())}
                >
                    <Glyph icon={Icon::Back} />
                </button>
            </div>
            if is_open {
                <Popover label={texts.own(Text::RangeTitle)} on_close={close}>
                    <RangeForm
                        range={props.range}
                        resolved={props.resolved}
                        clock={Rc::clone(&props.clock)}
                        zone={props.zone}
                        on_range={choose}
                        on_zone={props.on_zone.clone()}
                    />
                </Popover>
            }
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct FormProps {
    range: Range,
    resolved: TimeRange,
    clock: Rc<Clock>,
    zone: Zone,
    on_range: Callback<Range>,
    on_zone: Callback<Zone>,
}

#[function_component]
fn RangeForm(props: &FormProps) -> Html {
    let texts = use_texts();
    let first = use_node_ref();
    let (from, to) = (use_node_ref(), use_node_ref());
    let wrong = use_state_eq(|| false);
    use_effect_with(first.clone(), |first| {
        if let Some(button) = first.cast::<HtmlElement>() {
            button.focus().ok();
        }
    });
    let onsubmit = {
        let (from, to, clock) = (from.clone(), to.clone(), Rc::clone(&props.clock));
        let (on_range, wrong) = (props.on_range.clone(), wrong.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match (moment(&from, &clock), moment(&to, &clock)) {
                (Some(start), Some(end)) if start < end => {
                    on_range.emit(Range::Between { start, end });
                }
                _ => wrong.set(true),
            }
        })
    };
    let shown = |ns: i64| input_value(ns, props.clock.offset_min(ns));
    html! {
        <>
            <div class="range-form__presets" role="group" aria-label={texts.own(Text::RangeRelative)}>
                { for RELATIVE_NS.iter().enumerate().map(|(at, ns)| {
                    let node = if at == 0 { first.clone() } else { NodeRef::default() };
                    preset(props, &texts, Range::Last(*ns), node)
                }) }
                { preset(props, &texts, Range::All, NodeRef::default()) }
            </div>
            <form class="range-form__absolute" {onsubmit}>
                <label class="range-form__field">
                    <span>{ texts.get(Text::RangeFrom) }</span>
                    <input
                        ref={from}
                        type="datetime-local"
                        step="1"
                        data-testid="range-from"
                        value={shown(props.resolved.start.0)}
                    />
                </label>
                <label class="range-form__field">
                    <span>{ texts.get(Text::RangeTo) }</span>
                    <input
                        ref={to}
                        type="datetime-local"
                        step="1"
                        data-testid="range-to"
                        value={shown(props.resolved.end.0)}
                    />
                </label>
                <p class="range-form__wrong" role="status">
                    if *wrong { { texts.get(Text::RangeWrong) } }
                </p>
                <div class="range-form__foot">
                    <ZoneSwitch zone={props.zone} on_zone={props.on_zone.clone()} />
                    <button type="submit" class="button button--primary" data-testid="range-apply">
                        { texts.get(Text::RangeApply) }
                    </button>
                </div>
            </form>
        </>
    }
}

fn preset(props: &FormProps, texts: &Texts, range: Range, node: NodeRef) -> Html {
    let chosen = props.range == range;
    let (from, _) = range.to_text();
    let name = from.trim_start_matches("now-").to_owned();
    html! {
        <button
            ref={node}
            type="button"
            class={classes!("range-form__preset", chosen.then_some("is-chosen"))}
            data-testid={format!("range-{name}")}
            aria-pressed={chosen.to_string()}
            onclick={props.on_range.reform(move |_| range)}
        >
            { range_label(texts, &props.clock, range) }
        </button>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ZoneProps {
    zone: Zone,
    on_zone: Callback<Zone>,
}

#[function_component]
fn ZoneSwitch(props: &ZoneProps) -> Html {
    let texts = use_texts();
    let choice = |zone: Zone| {
        let chosen = zone == props.zone;
        html! {
            <button
                type="button"
                class={classes!("segmented__item", chosen.then_some("is-chosen"))}
                aria-pressed={chosen.to_string()}
                data-testid={format!("zone-{}", zone.name())}
                onclick={props.on_zone.reform(move |_| zone)}
            >
                { texts.get(zone_text(zone)) }
            </button>
        }
    };
    html! {
        <div class="segmented" role="group" aria-label={texts.own(Text::Zone)}>
            { for Zone::ALL.into_iter().map(choice) }
        </div>
    }
}

/// What a zone is called.
pub fn zone_text(zone: Zone) -> Text {
    match zone {
        Zone::Local => Text::ZoneLocal,
        Zone::Utc => Text::ZoneUtc,
        Zone::Source => Text::ZoneSource,
    }
}

fn moment(node: &NodeRef, clock: &Clock) -> Option<i64> {
    let input: HtmlInputElement = node.cast()?;
    Some(clock.moment(parse_input(&input.value())?))
}
