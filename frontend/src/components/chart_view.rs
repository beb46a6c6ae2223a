use std::rc::Rc;

use model::TimeRange;
use web_sys::{Element, KeyboardEvent, MouseEvent};
use yew::{
    Callback, Html, Properties, classes, function_component, html, use_effect_with, use_mut_ref,
    use_node_ref, use_state_eq,
};

use super::use_texts;
use crate::chart::{Chart, Options, Shown, Unit, colour};
use crate::format::{Clock, Parts};
use crate::hooks::use_width;
use crate::i18n::Text;
use crate::state::{ChartKind, Pressed, Selection};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub plot: Shown,
    pub kind: ChartKind,
    pub unit: Unit,
    pub clock: Rc<Clock>,
    /// Whether the page is dark: the chart's colours are read when it is made.
    pub dark: bool,
    pub on_zoom: Callback<TimeRange>,
}

/// A chart with its legend. Dragging zooms; arrow keys move the crosshair, with Shift they
/// select, Enter zooms.
#[function_component]
pub fn ChartView(props: &Props) -> Html {
    let texts = use_texts();
    let host = use_node_ref();
    let (width, height) = use_width(&host);
    let chart = use_mut_ref(|| None::<Chart>);
    let at = use_state_eq(|| None::<usize>);
    let from = use_state_eq(|| None::<usize>);
    // The series that alone is shown.
    let alone = use_state_eq(|| None::<String>);
    let shown: Vec<usize> = (0..props.plot.lines.len())
        .filter(|line| {
            let name = props.plot.lines.get(*line).map(|line| &line.name);
            alone.is_none() || alone.as_ref() == name
                // Of another query: its series are all shown.
                || !props.plot.lines.iter().any(|line| Some(&line.name) == alone.as_ref())
        })
        .collect();
    let times = Rc::new(props.plot.times.clone());

    let zoom = {
        let (times, on_zoom) = (Rc::clone(&times), props.on_zoom.clone());
        Callback::from(move |(start, end): (f64, f64)| {
            if let Some(range) = span(&times, start, end) {
                on_zoom.emit(range);
            }
        })
    };
    use_effect_with(
        (
            props.plot.clone(),
            shown.clone(),
            (props.kind, props.unit, props.dark, props.clock.zone_name()),
            width > 0,
        ),
        {
            let (host, chart) = (host.clone(), Rc::clone(&chart));
            let at = at.setter();
            move |(plot, shown, (kind, unit, _, zone), _)| {
                chart.replace(None);
                if let Some(element) = host.cast::<Element>() {
                    let hidden: Vec<bool> =
                        (0..plot.lines.len()).map(|line| !shown.contains(&line)).collect();
                    let drawn = plot.drawn(*kind == ChartKind::Stacked, &hidden);
                    let pick = |line: &usize| drawn.get(*line).cloned();
                    let options = Options {
                        kind: *kind,
                        names: shown
                            .iter()
                            .filter_map(|line| Some(plot.lines.get(*line)?.name.clone()))
                            .collect(),
                        colours: shown
                            .iter()
                            .map(|line| format!("--{}", colour(plot, *line)))
                            .collect(),
                        zone: Rc::clone(zone),
                        unit: *unit,
                    };
                    let values: Vec<Vec<f64>> = shown.iter().filter_map(pick).collect();
                    let on_point = Callback::from(move |point| at.set(point));
                    let made = Chart::new(&element, &options, &plot.times, &values, zoom, on_point);
                    chart.replace(Some(made));
                }
                move || {
                    chart.replace(None);
                }
            }
        },
    );
    use_effect_with((width, height), {
        let chart = Rc::clone(&chart);
        move |(width, height)| {
            if let Some(chart) = chart.borrow().as_ref().filter(|_| *width > 0) {
                chart.resize(*width, *height);
            }
        }
    });
    // While the pointer selects, uPlot shades by itself.
    use_effect_with((*from).zip(*at), {
        let chart = Rc::clone(&chart);
        move |span| {
            if let Some(chart) = &*chart.borrow() {
                chart.shade(*span);
            }
        }
    });

    let onkeydown = {
        let (at, from, chart) = (at.clone(), from.clone(), Rc::clone(&chart));
        let (times, on_zoom) = (Rc::clone(&times), props.on_zoom.clone());
        Callback::from(move |event: KeyboardEvent| {
            let selection = Selection { at: *at, from: *from };
            let Some(pressed) = selection.press(&event.key(), event.shift_key(), times.len())
            else {
                return;
            };
            event.prevent_default();
            let next = match pressed {
                Pressed::Moved(next) => next,
                Pressed::Chosen(first, last) => {
                    let seconds = |point: usize| times.get(point).copied();
                    if let (Some(start), Some(end)) = (seconds(first), seconds(last))
                        && let Some(range) = span(&times, start, end)
                    {
                        on_zoom.emit(range);
                    }
                    Selection { from: None, ..selection }
                }
            };
            from.set(next.from);
            at.set(next.at);
            if let Some(chart) = &*chart.borrow() {
                chart.point(next.at);
            }
        })
    };
    let pick = {
        let alone = alone.clone();
        Callback::from(move |name: String| {
            let same = alone.as_ref() == Some(&name);
            alone.set((!same).then_some(name));
        })
    };
    let time = at.and_then(|point| props.plot.times.get(point)).map(|seconds| {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of our time")]
        let ns = ((seconds * 1_000.0) as i64).saturating_mul(1_000_000);
        props.clock.stamp(ns, Parts::DateSecond)
    });
    let told = at.map(|point| {
        let values = shown.iter().take(8).filter_map(|line| {
            let line = props.plot.lines.get(*line)?;
            let value = line.values.get(point).filter(|value| !value.is_nan())?;
            Some(format!("{}: {}", line.name, props.unit.show(*value)))
        });
        format!("{} {}", time.clone().unwrap_or_default(), values.collect::<Vec<_>>().join(", "))
    });
    html! {
        <div class="chart" data-testid="chart">
            <div
                class="chart__plot"
                ref={host}
                role="slider"
                tabindex="0"
                aria-label={texts.own(Text::ChartKeys)}
                aria-valuemin="0"
                aria-valuemax={props.plot.times.len().saturating_sub(1).to_string()}
                aria-valuenow={at.unwrap_or(0).to_string()}
                aria-valuetext={told}
                {onkeydown}
            ></div>
            <div class="chart__legend">
                <p class="chart__time">{ time.unwrap_or_else(|| texts.own(Text::LegendLast)) }</p>
                <ul class="legend">
                    { for props.plot.lines.iter().enumerate().map(|(number, line)| {
                        let name = line.name.clone();
                        let is_shown = shown.contains(&number);
                        let swatch = classes!(
                            "legend__swatch",
                            format!("legend__swatch--{}", colour(&props.plot, number)),
                        );
                        let value = match *at {
                            Some(point) => line.values.get(point).copied().filter(|v| !v.is_nan()),
                            None => line.statistics.last,
                        };
                        html! {
                            <li key={name.clone()}>
                                <button
                                    type="button"
                                    class={classes!("legend__item", (!is_shown).then_some("is-hidden"))}
                                    data-testid="legend"
                                    aria-pressed={(alone.as_ref() == Some(&name)).to_string()}
                                    title={line.labels.to_string()}
                                    onclick={pick.reform({
                                        let name = name.clone();
                                        move |_: MouseEvent| name.clone()
                                    })}
                                >
                                    <span class={swatch} aria-hidden="true"></span>
                                    <span class="legend__name">{ name }</span>
                                    <span class="legend__value">
                                        { value.map_or_else(|| "–".to_owned(), |value| props.unit.show(value)) }
                                    </span>
                                </button>
                            </li>
                        }
                    }) }
                </ul>
            </div>
        </div>
    }
}

/// The moments between two places of the chart, in whole steps.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds of our time")]
fn span(times: &[f64], start: f64, end: f64) -> Option<TimeRange> {
    let (first, step) = match times {
        [first, second, ..] => (*first, second - first),
        _ => return None,
    };
    let start = first + ((start - first) / step).floor() * step;
    let end = first + ((end - first) / step).ceil() * step;
    let ns = |seconds: f64| ((seconds * 1_000.0) as i64).saturating_mul(1_000_000);
    Some(TimeRange::new(ns(start), ns(end.max(start + step))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zoom_keeps_whole_steps() {
        let times = [60.0, 120.0, 180.0];
        let seconds =
            |from: i64, to: i64| Some(TimeRange::new(from * 1_000_000_000, to * 1_000_000_000));
        assert_eq!(span(&times, 61.0, 130.0), seconds(60, 180));
        assert_eq!(span(&times, 120.0, 120.0), seconds(120, 180));
        assert_eq!(span(&[60.0], 0.0, 1.0), None);
    }
}
