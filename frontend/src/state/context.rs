//! A line among those around it: the filter is gone, the line stays.

use model::Labels;

use super::{RowId, Rows};
use crate::engine::message::{Done, Event, Failure, Gap, Id, Listed};
use crate::line::Interner;

/// The line, and what led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    pub around: RowId,
    /// The query to go back to, as it was typed.
    pub query: String,
}

/// What selects all that was written where an entry was, whatever its file or level.
pub fn run_of(stream: &Labels) -> String {
    const OF_A_LINE: [&str; 5] = ["detected_level", "filename", "level", "service_name", "stream"];
    let is_named = stream.get("job").is_some();
    let matchers: Vec<String> = stream
        .iter()
        .filter(|(name, _)| match is_named {
            true => matches!(*name, "job" | "instance"),
            false => !OF_A_LINE.contains(name),
        })
        .map(|(name, value)| format!("{name}={}", logql::edit::literal(value)))
        .collect();
    match matchers.is_empty() {
        // A stream whose only labels are those.
        true => super::derive::everything(),
        false => format!("{{{}}}", matchers.join(", ")),
    }
}

/// What is above a context's first line, and how both sides of the line come together.
#[derive(Clone, Debug, Default)]
pub struct Newer {
    pub running: Option<Id>,
    /// There is nothing newer.
    pub exhausted: bool,
    pub failed: Option<Failure>,
    /// What has come; the list moves once, when all of it is there.
    arrived: Rows,
    gaps: Vec<Gap>,
    /// The line and what is older, waiting for these.
    below: Rows,
    below_done: Option<Done>,
}

impl Newer {
    pub fn started(id: Id) -> Self {
        Self { running: Some(id), ..Self::default() }
    }

    pub fn take(&mut self, event: Event, interner: &mut Interner) {
        match event {
            Event::Rows { from, rows, .. } => self.arrived.replace_from(from, rows, interner),
            Event::Done { done, .. } => {
                self.running = None;
                self.exhausted = done.coverage.stopped_at.is_none();
                self.gaps = done.coverage.gaps;
            }
            Event::Failed { failure, .. } => {
                self.running = None;
                self.failed = Some(failure);
            }
            _ => {}
        }
    }

    pub fn take_below(&mut self, from: usize, rows: Vec<Listed>, interner: &mut Interner) {
        self.below.replace_from(from, rows, interner);
    }

    pub fn end_below(&mut self, done: Done) {
        self.below_done = Some(done);
    }

    /// Both sides, once both are there.
    pub fn joined(&mut self) -> Option<(Rows, Done)> {
        let mut done = self.below_done.take_if(|_| self.running.is_none())?;
        let mut rows = self.above();
        rows.edit(|rows| rows.extend(std::mem::take(&mut self.below).iter().cloned()));
        for gap in std::mem::take(&mut self.gaps) {
            if !done.coverage.gaps.contains(&gap) {
                done.coverage.gaps.push(gap);
            }
        }
        Some((rows, done))
    }

    /// What has come since, newest first.
    pub fn above(&mut self) -> Rows {
        std::mem::take(&mut self.arrived).reversed()
    }
}

#[cfg(test)]
mod tests {
    use logql::Row;

    use super::*;
    use crate::engine::message::Coverage;

    #[test]
    fn a_run_is_all_that_one_program_wrote() {
        for (labels, expected) in [
            (
                &[("filename", "/a.log"), ("instance", "gpu0"), ("job", "tts"), ("level", "error")]
                    [..],
                r#"{instance="gpu0", job="tts"}"#,
            ),
            (&[("app", "web"), ("env", "x"), ("level", "info")], r#"{app="web", env="x"}"#),
            (&[("level", "info")], r#"{job=~".+"}"#),
            (&[("job", "a\"b")], "{job=`a\"b`}"),
        ] {
            let labels: Labels = labels.iter().copied().collect();
            assert_eq!(run_of(&labels), expected);
        }
    }

    #[test]
    fn the_sides_come_together_in_whatever_order_they_end() {
        let row = |arrival| Listed::from(Row { arrival, ..Row::default() });
        let gap = Gap::Cancelled { done: 1, total: 2 };
        for newer_first in [true, false] {
            let mut interner = Interner::default();
            let mut newer = Newer::started(7);
            newer.take_below(0, vec![row(5), row(4)], &mut interner);
            newer.take(
                Event::Rows { id: 7, from: 0, rows: vec![row(6), row(8)], total: 2 },
                &mut interner,
            );
            let coverage = Coverage { gaps: vec![gap.clone()], ..Coverage::default() };
            let end = Event::Done { id: 7, done: Done { coverage, ..Done::default() } };
            if newer_first {
                newer.take(end, &mut interner);
                assert!(newer.joined().is_none());
                newer.end_below(Done::default());
            } else {
                newer.end_below(Done::default());
                assert!(newer.joined().is_none());
                newer.take(end, &mut interner);
            }
            let (rows, done) = newer.joined().unwrap();
            assert_eq!(rows.iter().map(|row| row.arrival).collect::<Vec<_>>(), [8, 6, 5, 4]);
            assert_eq!(done.coverage.gaps, std::slice::from_ref(&gap));
            assert!(newer.exhausted && newer.joined().is_none());
        }
    }
}
