use std::rc::Rc;

use logql::Output;
use yew::{Callback, Html, Properties, function_component, html, use_effect_with, use_state_eq};

use super::use_texts;
use crate::chart::{Plot, Shown, Unit, name, samples};
use crate::format::{Clock, Parts};
use crate::i18n::Text;

/// More rows no page bears; the query itself is limited to fewer series.
const MOST_ROWS: usize = 1_000;
/// Points that are shown at first, and how many more each click brings.
const POINTS: usize = 200;
/// Beyond so many columns nobody reads across.
const MOST_COLUMNS: usize = 24;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub output: Rc<Output>,
    /// None for what has no time axis.
    pub plot: Option<Shown>,
    pub unit: Unit,
    pub clock: Rc<Clock>,
}

/// A chart's numbers: one row a series, then one row a point.
#[function_component]
pub fn MetricTable(props: &Props) -> Html {
    let texts = use_texts();
    let unit = props.unit;
    let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| unit.show(v));
    html! {
        <div class="metric-table" tabindex="0">
            <table data-testid="table">
                if let Some(plot) = &props.plot {
                    <thead>
                        <tr>
                            <th scope="col">{ texts.get(Text::TableSeries) }</th>
                            <th scope="col" class="is-number">{ texts.get(Text::TableLast) }</th>
                            <th scope="col" class="is-number">{ texts.get(Text::TableMin) }</th>
                            <th scope="col" class="is-number">{ texts.get(Text::TableMean) }</th>
                            <th scope="col" class="is-number">{ texts.get(Text::TableMax) }</th>
                            <th scope="col" class="is-number">{ texts.get(Text::TablePoints) }</th>
                        </tr>
                    </thead>
                    <tbody>
                        { for plot.lines.iter().take(MOST_ROWS).map(|line| {
                            let statistics = line.statistics;
                            html! {
                                <tr data-testid="table-row">
                                    <th scope="row">{ line.labels.to_string() }</th>
                                    <td class="is-number" data-value={exact(statistics.last)}>{ show(statistics.last) }</td>
                                    <td class="is-number" data-value={exact(statistics.min)}>{ show(statistics.min) }</td>
                                    <td class="is-number" data-value={exact(statistics.mean)}>{ show(statistics.mean) }</td>
                                    <td class="is-number" data-value={exact(statistics.max)}>{ show(statistics.max) }</td>
                                    <td class="is-number">{ statistics.count }</td>
                                </tr>
                            }
                        }) }
                    </tbody>
                } else {
                    <thead>
                        <tr>
                            <th scope="col">{ texts.get(Text::TableSeries) }</th>
                            <th scope="col" class="is-number">{ texts.get(Text::TableValue) }</th>
                        </tr>
                    </thead>
                    <tbody>
                        { for samples(&props.output).into_iter().take(MOST_ROWS).map(|sample| html! {
                            <tr data-testid="table-row">
                                <th scope="row">{ name(&sample.labels) }</th>
                                <td class="is-number" data-value={exact(Some(sample.value))}>{ unit.show(sample.value) }</td>
                            </tr>
                        }) }
                    </tbody>
                }
            </table>
            if let Some(plot) = props.plot.clone().filter(|plot| plot.lines.len() <= MOST_COLUMNS) {
                <Points {plot} {unit} clock={Rc::clone(&props.clock)} />
            }
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct PointsProps {
    plot: Shown,
    unit: Unit,
    clock: Rc<Clock>,
}

/// Every point that has a value, newest first.
#[function_component]
fn Points(props: &PointsProps) -> Html {
    let texts = use_texts();
    let shown = use_state_eq(|| POINTS);
    use_effect_with(props.plot.clone(), {
        let shown = shown.setter();
        move |_| shown.set(POINTS)
    });
    let Plot { times, lines } = &*props.plot;
    let value = |line: usize, at: usize| {
        lines.get(line)?.values.get(at).copied().filter(|value| !value.is_nan())
    };
    let with_value: Vec<usize> = (0..times.len())
        .rev()
        .filter(|at| (0..lines.len()).any(|line| value(line, *at).is_some()))
        .collect();
    let more = {
        let shown = shown.clone();
        Callback::from(move |_| shown.set(*shown + POINTS * 5))
    };
    html! {
        <>
            <table class="metric-table__points" data-testid="points">
                <thead>
                    <tr>
                        <th scope="col">{ texts.get(Text::TableTime) }</th>
                        { for lines.iter().map(|line| html! {
                            <th scope="col" class="is-number" title={line.labels.to_string()}>{ &line.name }</th>
                        }) }
                    </tr>
                </thead>
                <tbody>
                    { for with_value.iter().take(*shown).map(|at| {
                        let seconds = times.get(*at).copied().unwrap_or_default();
                        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of our time")]
                        let ms = (seconds * 1_000.0) as i64;
                        html! {
                            <tr data-testid="point" data-time={ms.to_string()}>
                                <th scope="row">
                                    { props.clock.stamp(ms.saturating_mul(1_000_000), Parts::DateSecond) }
                                </th>
                                { for (0..lines.len()).map(|line| {
                                    let value = value(line, *at);
                                    html! {
                                        <td class="is-number" data-value={exact(value)}>
                                            { value.map(|value| props.unit.show(value)).unwrap_or_default() }
                                        </td>
                                    }
                                }) }
                            </tr>
                        }
                    }) }
                </tbody>
            </table>
            if with_value.len() > *shown {
                <button type="button" class="button button--small" data-testid="more-points" onclick={more}>
                    { texts.with(Text::MorePoints, &[
                        ("shown", &shown.to_string()),
                        ("all", &with_value.len().to_string()),
                    ]) }
                </button>
            }
        </>
    }
}

/// The value with all its digits, for tools that read the page.
fn exact(value: Option<f64>) -> Option<String> {
    value.map(|value| value.to_string())
}
