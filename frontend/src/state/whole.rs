use super::RowId;
use crate::engine::message::{Failure, Id};

/// The texts of one row that was cut on its way, when somebody wants to see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whole {
    /// The query for them, and the row.
    pub(super) running: Option<(Id, RowId)>,
    /// Why they did not come; None: the row is not there any more.
    pub(super) failed: Option<(RowId, Option<Failure>)>,
}

impl Whole {
    /// Why the texts of this row did not come, if they did not.
    pub fn failure_of(&self, row: RowId) -> Option<Option<&Failure>> {
        let (_, failure) = self.failed.as_ref().filter(|(failed, _)| *failed == row)?;
        Some(failure.as_ref())
    }
}
