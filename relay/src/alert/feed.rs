use std::ops::Range;

use alert::Incremental;
use logql::{FieldNeeds, QueryError, Read, Sample};
use model::{Batch, Labels, TimeRange, Timestamp};

use crate::query::RunError;
use crate::store::{Store, Wanted};

/// More series of one rule are an error: nobody reads as many alerts.
const MAX_SERIES: usize = 500;

/// A rule's running evaluation, fed from the store: entries are taken in order of their arrival
/// numbers, so that each is counted once, whether it is in a head or in a chunk by now.
#[derive(Debug)]
pub(super) struct Feed {
    kept: Incremental,
    /// Entries before this arrival number were taken; None: nothing yet.
    taken: Option<u64>,
}

impl Feed {
    pub(super) fn new(query: &logql::ast::Expr, interval_ns: i64) -> Result<Self, QueryError> {
        Ok(Self { kept: Incremental::new(query.clone(), interval_ns, MAX_SERIES)?, taken: None })
    }

    /// The samples at `at`, over the entries before arrival number `end`. Says what could not be
    /// read.
    pub(super) fn samples(
        &mut self,
        store: &Store,
        at: i64,
        end: u64,
    ) -> Result<(Vec<Sample>, Vec<String>), RunError> {
        let mut gaps = Vec::new();
        self.kept.set_sessions(&store.sessions());
        let taken = self.taken.unwrap_or(end).min(end);
        for missing in self.kept.prepare(at)? {
            let kept = &mut self.kept;
            let fill = |labels: &Labels, batch: &Batch| kept.fill(&missing, labels, batch);
            gaps.extend(visit(store, &missing.wanted, missing.wanted.range, &(0..taken), fill)?);
            self.kept.filled(&missing);
        }
        if taken < end {
            // What comes from the future counts later.
            let start = self.kept.span().map_or(Timestamp(i64::MIN), |span| span.start);
            let span = TimeRange { start, end: Timestamp(i64::MAX) };
            for (at, read) in self.kept.reads().iter().enumerate() {
                let kept = &mut self.kept;
                let push = |labels: &Labels, batch: &Batch| kept.push(at, labels, batch);
                gaps.extend(visit(store, read, span, &(taken..end), push)?);
            }
        }
        self.taken = Some(end);
        Ok((self.kept.evaluate(at)?, gaps))
    }
}

fn visit(
    store: &Store,
    read: &Read,
    range: TimeRange,
    arrivals: &Range<u64>,
    mut take: impl FnMut(&Labels, &Batch) -> Result<(), QueryError>,
) -> Result<Vec<String>, RunError> {
    let named: Vec<&str> = match &read.fields {
        FieldNeeds::Named(names) => names.iter().map(String::as_str).collect(),
        FieldNeeds::None | FieldNeeds::All => Vec::new(),
    };
    let wanted = Wanted {
        matchers: &read.matchers,
        range,
        literals: &read.literals,
        columns: read.columns,
        auto_fields: matches!(read.fields, FieldNeeds::Named(_)).then_some(named.as_slice()),
    };
    store.visit_arrivals(wanted, arrivals, |labels, batch| Ok(take(labels, batch)?))
}
