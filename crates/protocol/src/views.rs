//! Views that were given a name: what `/api/views` lists and takes.

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Body of `POST /api/views`. A view of the same name is replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewView {
    pub name: String,
    /// The fragment of the page's address.
    pub view: String,
}

/// A view as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedView {
    pub id: String,
    pub name: String,
    pub view: String,
    pub saved: Timestamp,
}

/// Answer of `GET /api/views` and of `POST /api/views`, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedViews {
    pub views: Vec<NamedView>,
}
