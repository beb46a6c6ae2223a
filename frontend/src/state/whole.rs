use super::RowId;
use crate::engine::message::{Failure, Id};

/// The texts of one row that was cut on its way, when somebody wants to see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whole {
    /// The query for them, and the row.
    pub(super) running: Option<(Id, RowId)>,
    /// The row whose texts did not come, and why.
    pub(super) missing: Option<(RowId, Missing)>,
}

/// Why the texts of a row did not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The row is not there any more.
    Gone,
    Failed(Failure),
}

impl Whole {
    /// Why the texts of this row did not come, if they did not.
    pub fn missing_of(&self, row: RowId) -> Option<&Missing> {
        self.missing.as_ref().filter(|(missed, _)| *missed == row).map(|(_, why)| why)
    }
}
