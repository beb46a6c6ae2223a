//! What the page knows, as reducers in plain Rust: tested natively, without a browser.

mod asked;
mod derive;
mod explore;
mod fields;
mod hint;
mod histogram;
mod live;
mod range;
mod results;
mod rows;
mod selection;
mod settings;
mod share;
mod sources;
mod view;
mod whole;

pub use asked::{Asked, Edges, Kind, written_out};
pub use derive::is_words;
pub use explore::{Explore, ExploreAction};
pub use fields::{FieldGroups, Place, narrowed, to_json};
pub use hint::{CaseSearch, needs_streams};
pub use histogram::{Bars, Histogram};
pub use live::{Connection, Live};
pub use range::{Extent, RELATIVE_NS, Range, round_step, short};
pub use results::{Phase, Results, ResultsAction};
pub use rows::Rows;
pub use selection::{Pressed, Selection};
pub use settings::{Language, Settings, Theme};
pub use share::{first_view, scope_of, share_range};
pub use sources::Summary;
pub use view::{ChartKind, RowId, View, Zone};
pub use whole::Missing;
