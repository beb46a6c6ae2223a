use std::rc::Rc;

use logql::Output;
use model::TimeRange;
use yew::{Callback, Html, Properties, function_component, html, use_memo};

use super::chart_view::ChartView;
use super::metric_table::MetricTable;
use super::use_texts;
use crate::chart::{Plot, Shown, Unit};
use crate::format::Clock;
use crate::i18n::Text;
use crate::state::{Asked, ChartKind};
use crate::words::length;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub asked: Rc<Asked>,
    pub output: Rc<Output>,
    pub kind: ChartKind,
    pub table: bool,
    pub clock: Rc<Clock>,
    pub dark: bool,
    pub on_zoom: Callback<TimeRange>,
}

/// The result of a metric query: a chart or its numbers.
#[function_component]
pub fn MetricView(props: &Props) -> Html {
    let texts = use_texts();
    let asked = &props.asked;
    let plot = use_memo((Rc::clone(&props.output), Rc::clone(asked)), |(output, asked)| {
        Plot::new(output, asked.range, asked.step_ns).map(Shown::new)
    });
    let unit = Unit::of(&asked.expr);
    // A number that no line gives is the same at every time.
    let chart = (*plot).clone().filter(|_| !props.table && asked.reads_lines());
    let step = length(&texts, asked.step_ns);
    let empty = plot.as_ref().as_ref().is_some_and(|plot| plot.lines.is_empty());
    html! {
        <section class="metric-view">
            <p class="metric-view__step">
                if let Some(window) = asked.sparse_ns {
                    { texts.with(Text::StepSparse, &[("step", &step), ("window", &length(&texts, window))]) }
                } else {
                    { texts.with(Text::Step, &[("step", &step)]) }
                }
            </p>
            if empty {
                <div class="empty" data-testid="empty" role="status">
                    <h2 class="empty__title">{ texts.get(Text::EmptyMetricTitle) }</h2>
                    <p class="empty__text">{ texts.get(Text::EmptyMetric) }</p>
                </div>
            } else if let Some(plot) = chart {
                <ChartView
                    {plot}
                    kind={props.kind}
                    {unit}
                    clock={Rc::clone(&props.clock)}
                    dark={props.dark}
                    on_zoom={props.on_zoom.clone()}
                />
            } else {
                <MetricTable
                    output={Rc::clone(&props.output)}
                    plot={(*plot).clone()}
                    {unit}
                    clock={Rc::clone(&props.clock)}
                />
            }
        </section>
    }
}
