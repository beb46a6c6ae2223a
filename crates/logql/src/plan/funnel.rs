use std::sync::Arc;

use model::{Columns, TimeRange};

use super::names::Names;
use super::{Inner, Plan, Query};
use crate::ast::LogExpr;
use crate::limits::Limits;
use crate::pipeline::{Funnel, counted_part};
use crate::stages::Wanted;
use crate::{Direction, FieldNeeds, Params, QueryError, QueryKind, Read};

/// Makes a log query ready to be counted instead of listed: how many entries of `range` are alive
/// after the selector and after each stage that drops some. A run of it gives
/// [`survivors`](crate::Run::survivors) and no rows. Without a stage that looks at lines no lines
/// are read.
pub fn plan_funnel(log: &LogExpr, range: TimeRange) -> Result<Plan, QueryError> {
    let names = Names::of(counted_part(&log.pipeline));
    let mut funnel = Funnel::new(&log.pipeline, range.end.0)?;
    // What no filter and no template names need not be extracted.
    if !names.any {
        funnel.want(&Wanted::Only(names.named.clone()));
    }
    let fields = names.fields();
    let asks_fields = fields != FieldNeeds::None;
    let read = Read {
        matchers: log.selector.clone(),
        range,
        columns: Columns {
            // The arrival decides which session an entry belongs to.
            arrivals: asks_fields,
            lines: funnel.touches_line(),
            lengths: false,
            metadata: asks_fields,
            auto: asks_fields,
            places: false,
        },
        literals: funnel.literals(),
        fields,
        order: None,
    };
    let params = Params {
        kind: QueryKind::Range { start: range.start.0, end: range.end.0, step_ns: 1 },
        limit: 1,
        direction: Direction::Backward,
        max_series: 0,
        cursor: None,
    };
    Ok(Plan {
        inner: Arc::new(Inner {
            params,
            limits: Limits::default(),
            span: log.selector_span,
            reads: vec![read],
            query: Query::Funnel(funnel),
        }),
    })
}
