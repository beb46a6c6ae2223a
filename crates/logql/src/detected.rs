//! What a field of a log line is, from its name and its text alone.

use model::{parse_value_bytes, parse_value_duration};
use serde::{Deserialize, Serialize};

use crate::number::parse_number;
use crate::stages::push_nested_name;

/// The most special reading of a label's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueKind {
    Int,
    Float,
    Boolean,
    Duration,
    Bytes,
    String,
}

impl ValueKind {
    /// What `value` can be read as, by the rules of label filters.
    pub fn of(value: &str) -> Self {
        const BOOLEANS: [&str; 10] =
            ["t", "T", "true", "TRUE", "True", "f", "F", "false", "FALSE", "False"];
        if value.parse::<i64>().is_ok() {
            Self::Int
        } else if parse_number(value).is_ok() {
            Self::Float
        } else if BOOLEANS.contains(&value) {
            Self::Boolean
        } else if parse_value_duration(value).is_ok() {
            Self::Duration
        } else if parse_value_bytes(value).is_ok() {
            Self::Bytes
        } else {
            Self::String
        }
    }

    /// As Loki's API names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Duration => "duration",
            Self::Bytes => "bytes",
            Self::String => "string",
        }
    }
}

/// The label that `| json` makes of what stands at this path of a document.
pub fn json_label(path: &[&str]) -> String {
    let mut name = String::new();
    for key in path {
        push_nested_name(key, &mut name);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_of_the_most_special_kind() {
        for (value, expected) in [
            ("5", ValueKind::Int),
            ("-12", ValueKind::Int),
            ("1e2", ValueKind::Float),
            ("0.25", ValueKind::Float),
            ("true", ValueKind::Boolean),
            ("999ns", ValueKind::Duration),
            ("1m0.5s", ValueKind::Duration),
            ("17B", ValueKind::Bytes),
            ("1.2MiB", ValueKind::Bytes),
            ("1d", ValueKind::String),
            ("nope", ValueKind::String),
            ("", ValueKind::String),
        ] {
            assert_eq!(ValueKind::of(value), expected, "{value:?}");
        }
    }

    #[test]
    fn a_path_gives_the_label_of_the_json_stage() {
        for (path, expected) in [
            (&["took"][..], "took"),
            (&["req", "headers", "User-Agent"], "req_headers_User_Agent"),
            (&["1st-key"], "_1st_key"),
            (&["a.b-c d"], "a_b_c_d"),
            (&["键"], "_"),
            (&["a", " "], "a"),
        ] {
            assert_eq!(json_label(path), expected, "{path:?}");
        }
    }
}
