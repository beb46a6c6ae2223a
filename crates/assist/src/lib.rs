//! What helps a person write a query and take it elsewhere. Pure: the caller says what there is.
//!
//! ```
//! use assist::{Known, complete, explain};
//! use model::Labels;
//!
//! let streams = [Labels::from([("job", "comfyui")])];
//! let known = Known { streams: &streams, ..Known::default() };
//! let completion = complete("{job=\"co", 8, &known).unwrap();
//! assert_eq!(completion.offers[0].text, "\"comfyui\"");
//!
//! let steps = explain(&logql::parse("{job=\"comfyui\"} |= \"OOM\"").unwrap());
//! assert_eq!(steps[1].text, "Keep lines that contain \"OOM\"");
//! ```

mod complete;
mod explain;
mod links;

pub use complete::{Completion, Known, Offer, OfferKind, complete};
pub use explain::{Step, explain};
pub use links::{Asked, GrafanaView, Shell, command, grafana_link, read_grafana_link};
