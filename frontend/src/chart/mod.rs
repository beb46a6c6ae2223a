//! A metric query's result as a chart: what is drawn is worked out here, uPlot draws it.

mod colour;
mod plot;
mod unit;
mod uplot;

pub use colour::colour;
pub use plot::{Plot, Shown, name, samples};
pub use unit::Unit;
pub use uplot::{Chart, Options};
