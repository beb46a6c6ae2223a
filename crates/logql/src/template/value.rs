use std::collections::BTreeMap;

use super::number;
use super::time::Time;

/// A value in a template.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Self>),
    Map(BTreeMap<String, Self>),
    Time(Time),
    /// All labels of the entry: the dot outside of `with` and `range`.
    Labels,
}

impl Value {
    /// Whether an `if` goes on: not nothing, zero or empty.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(list) => !list.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Time(_) | Self::Labels => true,
        }
    }

    /// The name Go has for its type, as error messages and `printf` say it.
    pub(crate) const fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::Time(_) => "time.Time",
            Self::Labels => "map[string]string",
        }
    }

    /// What moving it takes, roughly.
    pub(crate) fn num_bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::List(list) => list.iter().map(|item| item.num_bytes() + size_of::<Self>()).sum(),
            Self::Map(map) => map
                .iter()
                .map(|(key, item)| key.len() + item.num_bytes() + 2 * size_of::<Self>())
                .sum(),
            Self::Nil
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Time(_)
            | Self::Labels => 0,
        }
    }

    /// As an action prints it.
    pub(crate) fn print(&self, out: &mut String) {
        match self {
            Self::Nil => out.push_str("<no value>"),
            other => other.print_inner(out),
        }
    }

    /// As it is printed within another value.
    pub(crate) fn print_inner(&self, out: &mut String) {
        match self {
            Self::Nil => out.push_str("<nil>"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => out.push_str(&value.to_string()),
            Self::Float(value) => out.push_str(&number::shortest(*value)),
            Self::Text(text) => out.push_str(text),
            Self::List(list) => {
                out.push('[');
                for (at, value) in list.iter().enumerate() {
                    if at > 0 {
                        out.push(' ');
                    }
                    value.print_inner(out);
                }
                out.push(']');
            }
            Self::Map(map) => {
                out.push_str("map[");
                for (at, (key, value)) in map.iter().enumerate() {
                    if at > 0 {
                        out.push(' ');
                    }
                    out.push_str(key);
                    out.push(':');
                    value.print_inner(out);
                }
                out.push(']');
            }
            Self::Time(time) => out.push_str(&time.to_string()),
            Self::Labels => out.push_str("map[]"),
        }
    }

    pub(crate) fn to_text(&self) -> String {
        let mut out = String::new();
        self.print_inner(&mut out);
        out
    }
}
