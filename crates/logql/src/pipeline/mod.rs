//! The way of an entry through the stages of a query.

mod build;
mod entry;
mod funnel;
mod pool;

use model::{Batch, TimeRange};

pub(crate) use crate::stages::Wanted;
pub(crate) use entry::{ERROR, ERROR_DETAILS, Entry, Failure, PRESERVE_ERROR};
pub(crate) use funnel::{Funnel, counted_part};

use crate::line::{LineFilter, Selection};
use crate::stages::{
    Extract, Json, LabelFilter, LabelFormat, LineFormat, Logfmt, Pattern, Pick, PickedJson, Regexp,
    decolorize, unpack,
};

/// The stages of one selector, ready to run.
#[derive(Debug)]
pub(crate) struct Pipeline {
    /// Line filters that see the line as it was stored, wherever they stand in the query.
    filters: Vec<LineFilter>,
    /// The rest, in order.
    steps: Vec<Step>,
    /// What `now` says in a template: the end of the query's time range.
    now: i64,
}

#[derive(Debug)]
enum Step {
    Line(LineFilter),
    Label(LabelFilter),
    Json(Json),
    PickedJson(PickedJson),
    Logfmt(Logfmt),
    Pattern(Pattern),
    Regexp(Regexp),
    Unpack,
    Decolorize,
    Pick(Pick),
    LineFormat(LineFormat),
    LabelFormat(LabelFormat),
}

impl Pipeline {
    /// The entries of a batch that lie in `range` and pass the line filters.
    pub(crate) fn select(&self, batch: &Batch, range: TimeRange) -> Selection {
        let mut selection = in_range(batch, range);
        match &batch.lines {
            Some(lines) => {
                for filter in &self.filters {
                    selection = filter.select(lines, selection);
                }
                selection
            }
            None => selection.retain(|_| self.filters.iter().all(|filter| filter.matches(b""))),
        }
    }

    /// Whether all entries pass that `select` let through, with the labels they came with.
    pub(crate) const fn is_done(&self) -> bool {
        self.steps.is_empty()
    }

    /// Takes a loaded entry through the stages; false when it is dropped.
    pub(crate) fn run<'a>(&'a self, entry: &mut Entry<'a>) -> bool {
        self.steps.iter().all(|step| step.run(entry, self.now))
    }

    /// Tells the parsers what is used of what they extract; those that nobody asks do not run.
    pub(crate) fn want(&mut self, wanted: &Wanted) {
        if *wanted == Wanted::Nothing {
            self.steps.retain(|step| {
                !matches!(
                    step,
                    Step::Json(_) | Step::Logfmt(_) | Step::Pattern(_) | Step::Regexp(_)
                )
            });
        }
        if let Wanted::Only(names) = wanted {
            for extract in self.steps.iter_mut().filter_map(Step::extract) {
                extract.wanted = Some(names.clone());
            }
        }
    }

    /// Whether the lines are needed.
    pub(crate) fn touches_line(&self) -> bool {
        !self.filters.is_empty()
            || self.steps.iter().any(|step| !matches!(step, Step::Label(_) | Step::Pick(_)))
    }

    /// An AND of ORs of byte strings that stand in every line that passes.
    pub(crate) fn literals(&self) -> Vec<Vec<Vec<u8>>> {
        self.filters.iter().filter_map(LineFilter::literals).collect()
    }
}

impl Step {
    fn extract(&mut self) -> Option<&mut Extract> {
        match self {
            Self::Json(json) => Some(&mut json.extract),
            Self::Logfmt(logfmt) => Some(&mut logfmt.extract),
            Self::Pattern(pattern) => Some(&mut pattern.extract),
            Self::Regexp(regexp) => Some(&mut regexp.extract),
            _ => None,
        }
    }

    /// False when the entry is dropped.
    fn run<'a>(&'a self, entry: &mut Entry<'a>, now: i64) -> bool {
        match self {
            Self::Line(filter) => return filter.matches(entry.line()),
            Self::Label(filter) => return filter.passes(entry),
            Self::Json(json) => return json.run(entry),
            Self::Logfmt(logfmt) => return logfmt.run(entry),
            Self::Pattern(pattern) => return pattern.run(entry),
            Self::Regexp(regexp) => return regexp.run(entry),
            Self::PickedJson(json) => json.run(entry),
            Self::Unpack => unpack(entry),
            Self::Decolorize => decolorize(entry),
            Self::Pick(pick) => pick.run(entry),
            Self::LineFormat(format) => format.run(entry, now),
            Self::LabelFormat(format) => format.run(entry, now),
        }
        true
    }
}

/// The rows of a batch in `range`; they are ordered by time.
pub(crate) fn in_range(batch: &Batch, range: TimeRange) -> Selection {
    let timestamps = &batch.timestamps;
    let from = timestamps.partition_point(|ts| *ts < range.start.0);
    let to = timestamps.partition_point(|ts| *ts < range.end.0);
    Selection::Range(from..to.max(from))
}
