//! Go's text templates, as `line_format` and `label_format` use them.

mod ast;
mod decimal;
mod exec;
mod expected;
mod funcs;
mod lex;
mod number;
mod parse;
mod regexes;
mod scope;
mod time;
mod value;

pub use parse::{Template, TemplateError, parse};

pub(crate) use number::shortest;
pub(crate) use scope::Scope;

#[cfg(test)]
mod tests;
