//! The way to uPlot, by way of `static/js/chart.js`: the only place that knows it is JavaScript.

use std::rc::Rc;

use js_sys::{Array, Float64Array, JsString};
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::Element;
use yew::Callback;

use super::Unit;
use crate::state::ChartKind;

#[wasm_bindgen]
extern "C" {
    #[derive(Debug)]
    type LogpaneChart;

    #[wasm_bindgen(constructor)]
    fn new(
        host: &Element,
        kind: &str,
        names: &Array,
        colours: &Array,
        data: &Array,
        zone: &str,
        calls: &Array,
    ) -> LogpaneChart;

    #[wasm_bindgen(method)]
    fn resize(this: &LogpaneChart, width: u32, height: u32);

    /// Puts the crosshair on a point; -1 takes it away.
    #[wasm_bindgen(method)]
    fn point(this: &LogpaneChart, at: i32);

    /// Shades from one point to another; -1 takes it away.
    #[wasm_bindgen(method)]
    fn shade(this: &LogpaneChart, from: i32, to: i32);

    #[wasm_bindgen(method)]
    fn destroy(this: &LogpaneChart);
}

/// What is drawn, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    pub kind: ChartKind,
    pub names: Vec<String>,
    /// Names of custom properties.
    pub colours: Vec<String>,
    /// As `Asia/Shanghai`; empty for the browser's own.
    pub zone: Rc<str>,
    pub unit: Unit,
}

/// Shows a value, zooms, tells the point at the pointer.
type Calls =
    (Closure<dyn FnMut(f64) -> String>, Closure<dyn FnMut(f64, f64)>, Closure<dyn FnMut(i32)>);

/// A chart in an element; gone with it.
#[derive(Debug)]
pub struct Chart {
    inner: LogpaneChart,
    /// Called by it as long as it is there.
    _calls: Calls,
}

impl Chart {
    /// `times` in seconds, one of `values` for each name. `on_zoom` gets seconds, `on_point` the
    /// place under the pointer.
    pub fn new(
        host: &Element,
        options: &Options,
        times: &[f64],
        values: &[Vec<f64>],
        on_zoom: Callback<(f64, f64)>,
        on_point: Callback<Option<usize>>,
    ) -> Self {
        let unit = options.unit;
        let show = Closure::<dyn FnMut(f64) -> String>::new(move |value| unit.show(value));
        let zoom = Closure::<dyn FnMut(f64, f64)>::new(move |from, to| {
            // Once this call is over: zooming replaces the chart, and this closure with it.
            let on_zoom = on_zoom.clone();
            wasm_bindgen_futures::spawn_local(async move { on_zoom.emit((from, to)) });
        });
        let point =
            Closure::<dyn FnMut(i32)>::new(move |at| on_point.emit(usize::try_from(at).ok()));
        let calls = Array::of3(
            show.as_ref().unchecked_ref(),
            zoom.as_ref().unchecked_ref(),
            point.as_ref().unchecked_ref(),
        );
        let strings = |texts: &[String]| -> Array {
            texts.iter().map(|text| JsValue::from(JsString::from(text.as_str()))).collect()
        };
        let data: Array = std::iter::once(times)
            .chain(values.iter().map(Vec::as_slice))
            .map(|column| JsValue::from(Float64Array::from(column)))
            .collect();
        let inner = LogpaneChart::new(
            host,
            options.kind.name(),
            &strings(&options.names),
            &strings(&options.colours),
            &data,
            &options.zone,
            &calls,
        );
        Self { inner, _calls: (show, zoom, point) }
    }

    pub fn resize(&self, width: u32, height: u32) {
        self.inner.resize(width, height);
    }

    pub fn point(&self, at: Option<usize>) {
        self.inner.point(index(at));
    }

    pub fn shade(&self, span: Option<(usize, usize)>) {
        self.inner.shade(index(span.map(|(from, _)| from)), index(span.map(|(_, to)| to)));
    }
}

fn index(at: Option<usize>) -> i32 {
    at.and_then(|at| i32::try_from(at).ok()).unwrap_or(-1)
}

impl Drop for Chart {
    fn drop(&mut self) {
        self.inner.destroy();
    }
}
