//! The functions that templates know, one family a file.

mod alert;
mod args;
mod collection;
mod compare;
mod encode;
mod json;
mod math;
mod pattern;
mod printf;
mod text;
mod time;
mod units;

use super::regexes::Regexes;
use super::scope::Scope;
use super::value::Value;
use crate::limits::MAX_TEMPLATE_BYTES;

pub(crate) use args::Args;

/// What a function sees besides its arguments.
#[derive(Clone, Copy)]
pub(crate) struct Context<'t> {
    pub(crate) scope: &'t dyn Scope,
    pub(crate) regexes: &'t Regexes,
}

/// A function of a template.
#[derive(Clone, Copy)]
pub(crate) struct Function(fn(&Args<'_>) -> Result<Value, String>);

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Function")
    }
}

impl Function {
    pub(crate) fn call(
        self,
        name: &str,
        context: &Context<'_>,
        values: &[Value],
    ) -> Result<Value, String> {
        (self.0)(&Args { name, values, context })
    }
}

/// The names of all functions.
pub(crate) const NAMES: [&str; 86] = [
    "Replace",
    "ToLower",
    "ToUpper",
    "Trim",
    "TrimLeft",
    "TrimPrefix",
    "TrimRight",
    "TrimSpace",
    "TrimSuffix",
    "__line__",
    "__timestamp__",
    "add",
    "addf",
    "alignLeft",
    "alignRight",
    "and",
    "b64dec",
    "b64enc",
    "bytes",
    "call",
    "ceil",
    "contains",
    "count",
    "date",
    "default",
    "div",
    "divf",
    "duration",
    "duration_seconds",
    "eq",
    "float64",
    "floor",
    "fromJson",
    "ge",
    "gt",
    "hasPrefix",
    "hasSuffix",
    "html",
    "indent",
    "index",
    "int",
    "js",
    "le",
    "len",
    "lower",
    "lt",
    "max",
    "maxf",
    "min",
    "minf",
    "mod",
    "mul",
    "mulf",
    "ne",
    "nindent",
    "not",
    "now",
    "or",
    "print",
    "printf",
    "println",
    "regexReplaceAll",
    "regexReplaceAllLiteral",
    "repeat",
    "replace",
    "round",
    "slice",
    "sub",
    "subf",
    "substr",
    "title",
    "toDate",
    "toDateInZone",
    "trim",
    "trimAll",
    "trimPrefix",
    "trimSuffix",
    "trunc",
    "unixEpoch",
    "unixEpochMillis",
    "unixEpochNanos",
    "unixToTime",
    "upper",
    "urldecode",
    "urlencode",
    "urlquery",
];

/// The function of this name.
pub(crate) fn find(name: &str) -> Option<Function> {
    let function = text::find(name)
        .or_else(|| compare::find(name))
        .or_else(|| math::find(name))
        .or_else(|| units::find(name))
        .or_else(|| pattern::find(name))
        .or_else(|| encode::find(name))
        .or_else(|| time::find(name))
        .or_else(|| json::find(name))
        .or_else(|| collection::find(name))
        .or_else(|| printf::find(name))?;
    Some(Function(function))
}

/// Which functions a template may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Loki's.
    Line,
    /// Prometheus', in the texts of rules.
    Alert,
}

impl Known {
    pub(crate) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Line => &NAMES,
            Self::Alert => &alert::NAMES,
        }
    }

    pub(crate) fn find(self, name: &str) -> Option<Function> {
        match self {
            Self::Line => find(name),
            Self::Alert => alert::find(name)
                .map(Function)
                .or_else(|| alert::NAMES.contains(&name).then(|| find(name)).flatten()),
        }
    }

    /// Why there is no such function, where that can be said better than that it is not known.
    pub(crate) fn refused(self, name: &str) -> Option<String> {
        match self {
            Self::Line => None,
            Self::Alert => alert::refused(name),
        }
    }
}

/// Refuses to make a text that nobody reads.
pub(crate) fn check_len(num_bytes: usize) -> Result<(), String> {
    if num_bytes > MAX_TEMPLATE_BYTES { Err("the text grows too long".to_owned()) } else { Ok(()) }
}

/// How each family keeps its functions.
pub(crate) type Body = fn(&Args<'_>) -> Result<Value, String>;
