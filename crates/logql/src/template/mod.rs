//! Go's text templates, as `line_format` and `label_format` use them, and the texts of alerts.

mod alert;
mod ast;
mod decimal;
mod exec;
mod expected;
mod funcs;
mod lex;
mod number;
mod outside;
mod parse;
mod regexes;
mod scope;
mod time;
mod value;

pub use alert::{AlertScope, FIELDS, parse_alert};
pub use outside::{WallTime, read_time};
pub use parse::{Template, TemplateError, parse};
pub use scope::Scope;

pub(crate) use number::shortest;

#[cfg(test)]
mod tests;
