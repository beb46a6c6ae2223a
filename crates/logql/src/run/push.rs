use model::{Batch, Labels};

use super::Run;
use super::result::too_many_series;
use super::rows::Rows;
use super::state::Gathered;
use crate::ast::RangeOp;
use crate::metric::{Node, Pushed};
use crate::pipeline::{Entry, Funnel, Pipeline, in_range};
use crate::plan::Query;
use crate::{Direction, Flow, Origin, Params, QueryError, Row, Stats};

impl Run {
    /// Feeds entries of one stream that were read for `plan.reads()[read]`. Entries out of the
    /// read's range are ignored. An error ends the query.
    pub fn push(
        &mut self,
        read: usize,
        labels: &Labels,
        batch: &Batch,
    ) -> Result<Flow, QueryError> {
        let plan = self.plan.clone();
        let Some(range) = plan.reads().get(read).map(|read| read.range) else {
            return Ok(Flow::More);
        };
        let pushed = Pushed { labels, batch, sessions: &self.sessions, range };
        count(&mut self.state.stats, pushed);
        let flow = match (plan.query(), &mut self.state.gathered) {
            (Query::Log(pipeline), Gathered::Rows(rows)) => {
                push_rows(pipeline, rows, plan.params(), pushed, &mut self.state.stats);
                rows.flow(plan.params().limit, plan.params().direction)
            }
            (Query::Funnel(funnel), Gathered::Counts(counts)) => {
                funnel.push(counts, labels, batch, &self.sessions, range);
                self.state.stats.matched = counts.last().copied().unwrap_or_default();
                Flow::More
            }
            (Query::Metric(metric), Gathered::Leaves(states)) => {
                if let (Some(leaf), Some(state)) = (metric.leaves.get(read), states.get_mut(read)) {
                    let before = self.state.stats.matched;
                    leaf.push(state, &metric.steps, pushed, &mut self.state.stats)?;
                    if leaf.keeps_samples() {
                        let more = self.state.stats.matched - before;
                        let more = usize::try_from(more).unwrap_or(usize::MAX);
                        self.state.num_samples = self.state.num_samples.saturating_add(more);
                    }
                    // Nothing above makes them fewer: the memory for the rest is saved.
                    if matches!(metric.root, Node::Leaf(_))
                        && leaf.op != RangeOp::AbsentOverTime
                        && state.len() > plan.params().max_series
                    {
                        return Err(too_many_series(&plan));
                    }
                }
                Flow::More
            }
            _ => Flow::More,
        };
        self.state.check(&plan)?;
        Ok(flow)
    }
}

impl Run {
    /// As [`push`](Self::push), for a plan with a [`sieve`](crate::Plan::sieve): entries of which
    /// `left_out` are not pushed, since they do not hold its text; all of them lie in the read's
    /// range. Gives those of `batch` that hold it, where they are fewer than half, so that they can
    /// be pushed in place of all for a longer text.
    pub fn sift(
        &mut self,
        read: usize,
        labels: &Labels,
        batch: &Batch,
        left_out: &Stats,
    ) -> Result<Option<Batch>, QueryError> {
        let plan = self.plan.clone();
        let (Query::Funnel(funnel), Some(read)) = (plan.query(), plan.reads().get(read)) else {
            return Ok(None);
        };
        count(
            &mut self.state.stats,
            Pushed { labels, batch, sessions: &self.sessions, range: read.range },
        );
        self.state.stats.merge(left_out);
        let Gathered::Counts(counts) = &mut self.state.gathered else { return Ok(None) };
        Funnel::push_left_out(counts, left_out.entries);
        let sifted = funnel.push(counts, labels, batch, &self.sessions, read.range);
        self.state.stats.matched = counts.last().copied().unwrap_or_default();
        self.state.check(&plan)?;
        Ok(sifted)
    }
}

/// Notes what is looked at.
fn count(stats: &mut Stats, pushed: Pushed<'_>) {
    let looked_at = in_range(pushed.batch, pushed.range);
    let (Some(first), Some(last)) = (looked_at.first(), looked_at.last()) else { return };
    let batch = pushed.batch;
    let line_bytes: usize = match &batch.lines {
        Some(lines) => {
            let end = lines.ends.get(last).map_or(0, |end| *end as usize);
            end - lines.start(first).min(end) - (last - first)
        }
        None => batch
            .lengths
            .get(first..=last)
            .map_or(0, |lengths| lengths.iter().map(|length| *length as usize).sum()),
    };
    stats.merge(&Stats {
        entries: looked_at.len() as u64,
        matched: 0,
        line_bytes: line_bytes as u64,
        first: batch.timestamps.get(first).copied(),
        last: batch.timestamps.get(last).copied(),
    });
}

fn push_rows(
    pipeline: &Pipeline,
    rows: &mut Rows,
    params: &Params,
    pushed: Pushed<'_>,
    stats: &mut Stats,
) {
    let Pushed { labels, batch, sessions, range } = pushed;
    let selection = pipeline.select(batch, range);
    let mut entry = Entry::new(labels, batch, sessions);
    let Params { limit, direction, cursor, .. } = *params;
    let mut take = |row: usize| {
        let timestamp = batch.timestamps.get(row).copied().unwrap_or_default();
        let arrival = batch.arrivals.get(row).copied().unwrap_or_default();
        if !is_beyond(cursor, direction, (timestamp, arrival)) {
            return;
        }
        let wanted = rows.wants(timestamp, arrival, limit, direction);
        if !wanted && pipeline.is_done() {
            stats.matched += 1;
            return;
        }
        entry.load(row);
        if !pipeline.run(&mut entry) {
            return;
        }
        stats.matched += 1;
        if wanted {
            rows.push(row_of(&entry), limit, direction);
        }
    };
    // The best first, so that the others need not be made into rows only to be thrown out.
    match direction {
        Direction::Backward => selection.iter().rev().for_each(&mut take),
        Direction::Forward => selection.iter().for_each(&mut take),
    }
}

fn is_beyond(cursor: Option<(i64, u64)>, direction: Direction, entry: (i64, u64)) -> bool {
    match (cursor, direction) {
        (None, _) => true,
        (Some(cursor), Direction::Backward) => entry < cursor,
        (Some(cursor), Direction::Forward) => entry > cursor,
    }
}

fn row_of(entry: &Entry<'_>) -> Row {
    let batch = entry.batch();
    let at = u32::try_from(entry.row()).unwrap_or(u32::MAX);
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let mut auto: Vec<_> = batch.auto.row(at).map(owned).collect();
    if let Some(session) = entry.session() {
        for (name, value) in &session.fields {
            if !auto.iter().any(|(known, _)| known == name) {
                auto.push((name.clone(), value.clone()));
            }
        }
        auto.sort_unstable();
    }
    let labels: Labels = entry.labels().into_iter().collect();
    let mut origins: Vec<Origin> = labels.iter().map(|(name, _)| entry.origin(name)).collect();
    if origins.iter().all(|origin| *origin == Origin::Stream) {
        origins.clear();
    }
    Row {
        timestamp: entry.timestamp(),
        arrival: entry.arrival(),
        line: entry.line().to_vec(),
        original: entry.line_changed().then(|| batch.line(entry.row()).to_vec()),
        stream: entry.stream().clone(),
        labels,
        origins,
        metadata: batch.metadata.row(at).map(owned).collect(),
        auto,
    }
}
