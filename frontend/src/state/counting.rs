use logql::Output;

use crate::engine::message::{Event, Id};

/// A number of lines that is counted beside an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counting {
    pub id: Id,
    /// None as long as it is counted.
    pub found: Option<u64>,
}

impl Counting {
    pub const fn new(id: Id) -> Self {
        Self { id, found: None }
    }

    pub fn take(&mut self, event: Event) {
        match event {
            Event::Output { output: Output::Vector(samples), .. } => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a count"
                )]
                let found = samples.iter().map(|sample| sample.value.max(0.0) as u64).sum();
                self.found = Some(found);
            }
            // Nothing is said then; asked again it would fail again.
            Event::Failed { .. } => self.found = Some(0),
            _ => {}
        }
    }
}
