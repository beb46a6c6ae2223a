//! LogQL: the language and its evaluator, pure.
//!
//! The caller does the reading, the engine is fed:
//!
//! ```text
//! let expr = logql::parse(text)?;              // an error has a span and says what was expected
//! let plan = logql::plan(&expr, &params)?;     // regexes compiled, limits fixed, steps laid out
//! for (at, read) in plan.reads().iter().enumerate() {
//!     // fetch what `read` asks for, and no more: matchers, range, columns, literals, fields
//!     run.push(at, &labels, &batch)?;          // Flow::More, or Flow::Enough
//! }
//! run.merge(other);                            // partial states of parallel workers fold together
//! run.partial();                               // what there is so far
//! run.finish()?;                               // the result, its statistics and warnings
//! ```

pub mod ast;
mod detected;
pub mod edit;
mod error;
mod highlight;
pub mod hint;
mod ip;
pub mod limits;
mod line;
mod line_test;
mod metric;
mod number;
mod output;
mod params;
mod parse;
mod pipeline;
mod plan;
mod print;
mod render;
mod run;
mod span;
mod stages;
pub mod template;

pub use detected::{ValueKind, json_label};
pub use error::{Fix, QueryError};
pub use highlight::{Token, highlight};
pub use limits::Limits;
pub use line_test::{LineTest, LineTestError};
pub use output::{Origin, Outcome, Output, Row, Sample, Series, Stats};
pub use params::{Direction, FieldNeeds, Flow, Params, QueryKind, Read};
pub use parse::{function_names, parse, parse_selector, stage_names};
pub use plan::{Plan, plan, plan_funnel, plan_within};
pub use print::format;
pub use run::{Run, State};
pub use span::Span;
pub use stages::strip_escapes;
