use std::collections::BTreeSet;

use logql::ast::Expr;
use logql::{Outcome, Output, QueryError, hint, parse};
use model::Labels;

use super::case::Case;
use super::data::Stream;
use super::evaluate;

/// Every hint there is for a query on these streams, and what its repair gives.
pub fn shown(case: &Case, streams: &[Stream]) -> String {
    let query = &case.query;
    let expr = parse(query).expect(query);
    let all: Vec<Labels> = streams.iter().map(|stream| stream.labels.clone()).collect();
    let outcome = match evaluate::run(case, streams) {
        Ok(outcome) => outcome,
        Err(error) => return repaired(case, streams, &error),
    };
    let mut lines = Vec::new();
    let hints = [
        hint::of_selector(query, &expr, &all),
        hint::of_fields(query, &expr, &names(&outcome)),
        hint::of_series(query, &expr, &all),
    ];
    for hint in hints.into_iter().flatten() {
        lines.push(hint.kind.to_string());
        if let Some(meant) = hint.query {
            parse(&meant).expect(&meant);
            lines.push(format!("→ {meant}"));
        }
    }
    if let Expr::Log(log) = &expr
        && let Some(other) = hint::ignoring_case(query, log)
    {
        parse(&other.query).expect(&other.query);
        lines.push(format!("{} in any case: {}", other.words, other.query));
    }
    lines.join("\n")
}

/// The labels and fields of the lines.
fn names(outcome: &Outcome) -> BTreeSet<&str> {
    let Output::Rows(rows) = &outcome.output else { return BTreeSet::new() };
    let labels = rows.iter().flat_map(|row| row.labels.iter().map(|(name, _)| name));
    let auto = rows.iter().flat_map(|row| row.auto.iter().map(|(name, _)| name.as_str()));
    labels.chain(auto).collect()
}

/// An error while running may offer a repair, and with that the query has to run.
fn repaired(case: &Case, streams: &[Stream], error: &QueryError) -> String {
    let Some(fix) = &error.fix else { return error.render(&case.query) };
    let meant = fix.apply(&case.query);
    let mut repaired = case.clone();
    repaired.query.clone_from(&meant);
    let result = evaluate::run(&repaired, streams);
    let ends = if result.is_ok() { "runs" } else { "fails again" };
    format!("{}\n→ {meant}\n{ends}", fix.title)
}
