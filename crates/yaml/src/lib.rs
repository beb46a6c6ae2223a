//! Configuration files: YAML to values, and every mistake with its line and column.
//!
//! ```
//! #[derive(Debug, serde::Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Relabel {
//!     source_labels: Vec<String>,
//! }
//!
//! let node = yaml::parse("source_labsl: [a]\n").unwrap();
//! let problem = yaml::from_node::<Relabel>(&node).unwrap_err();
//! assert_eq!(problem.to_string(), r#"1:1: unknown key "source_labsl", did you mean "source_labels"?"#);
//! ```
//!
//! A file becomes a tree of [`Node`]s first, and values are made of parts of that tree: one part
//! that is wrong does not keep the others from being used. Scalars are what the reader asks for:
//! `8080` is a fine string, `yes` a fine truth value.

mod de;
mod marked;
mod node;
mod print;
mod problem;
mod read;

pub use de::from_node;
pub use marked::Marked;
pub use node::{Kind, Mark, Node};
pub use print::{print, quoted};
pub use problem::Problem;
pub use read::parse;
