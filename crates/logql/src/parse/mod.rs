//! Text to tree: a lexer and a grammar over its tokens, both of nom's combinators.

mod advice;
mod input;
mod inside;
mod json_path;
mod label_filter;
mod label_stage;
mod lexer;
mod line_pattern;
mod literal;
mod metric;
mod mistake;
mod mixed;
mod query;
mod range;
mod regex;
mod selector;
mod stage;
mod template;
mod token;
mod vector;
mod words;

pub(crate) use json_path::{PathStep, json_path};
pub(crate) use lexer::{is_name, lex};
pub(crate) use line_pattern::{PatternPart, stage_pattern};
pub use query::{parse, parse_selector};
pub(crate) use token::{Kind, Token as Word};
pub(crate) use words::{compares, is_function, stands_alone};
pub use words::{function_names, stage_names};
