//! `patterns`: what kinds of lines there are, found when asked for, in any range.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use insight::{PatternId, Patterns};
use logql::{Direction, QueryKind, Row};
use protocol::loki::{Pattern, Response as Envelope};
use warp::filters::BoxedFilter;
use warp::path;
use warp::reply::Response;

use crate::http::loki::answer::answer;
use crate::http::loki::query::{plan_of_entries, question, work};
use crate::http::loki::request;
use crate::http::params::Params;
use crate::http::{ApiError, App};
use crate::query;

/// The newest lines that are looked at.
const MAX_LINES: usize = 50_000;
/// The most frequent patterns that are told.
const MAX_PATTERNS: usize = 300;
const SECOND_NS: i64 = 1_000_000_000;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    answer(app, path!("loki" / "api" / "v1" / "patterns"), patterns)
}

async fn patterns(app: App, params: Params) -> Result<Envelope<Vec<Pattern>>, ApiError> {
    let limits = &app.config().limits;
    let range = request::limited_range(&params, &app)?;
    let step_ns = request::step(&params, range, limits)?;
    let kind = QueryKind::Range { start: range.start, end: range.end, step_ns };
    let mut asked = question(&app, &params, kind, MAX_LINES)?;
    asked.params.direction = Direction::Backward;
    plan_of_entries(
        &asked,
        "patterns are found in the lines of a log query, this is a metric query",
    )?;
    let (found, _) = work(&app, move |store, cancel, effort| {
        let mut found = Found { step_ns, ..Found::default() };
        let outcome = query::pages(store, &asked, cancel, effort, |rows| Ok(found.learn(rows)))?;
        Ok((found, outcome.warnings))
    })
    .await?;
    let (found, mut warnings) = found;
    if found.num_lines >= MAX_LINES {
        warnings.push(format!("only the newest {} lines were looked at", found.num_lines));
    }
    if found.left_out > 0 {
        warnings.push(format!("{} lines are like too few others for a pattern", found.left_out));
    }
    Ok(Envelope { warnings, ..Envelope::new(found.told()) })
}

#[derive(Debug, Default)]
struct Found {
    step_ns: i64,
    patterns: Patterns,
    /// Lines by pattern and time.
    samples: BTreeMap<PatternId, BTreeMap<i64, u64>>,
    num_lines: usize,
    /// Lines for which there were too many patterns already.
    left_out: u64,
}

impl Found {
    fn learn(&mut self, rows: Vec<Row>) -> ControlFlow<()> {
        self.num_lines += rows.len();
        for row in rows {
            match self.patterns.learn(&row.line) {
                Some(pattern) => {
                    let at = row.timestamp.div_euclid(self.step_ns).saturating_mul(self.step_ns);
                    *self.samples.entry(pattern).or_default().entry(at).or_default() += 1;
                }
                None => self.left_out += 1,
            }
        }
        if self.num_lines < MAX_LINES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    /// The most frequent ones, those first. Patterns that became the same are one.
    fn told(&self) -> Vec<Pattern> {
        let mut by_text: BTreeMap<String, BTreeMap<i64, u64>> = BTreeMap::new();
        for (pattern, samples) in &self.samples {
            let sum = by_text.entry(self.patterns.text(*pattern)).or_default();
            for (at, lines) in samples {
                *sum.entry(*at).or_default() += lines;
            }
        }
        let told = by_text.into_iter().filter(|(text, _)| !text.is_empty());
        let mut told: Vec<(u64, Pattern)> = told
            .map(|(pattern, samples)| {
                let total = samples.values().sum();
                let samples =
                    samples.into_iter().map(|(at, lines)| (at / SECOND_NS, lines)).collect();
                (total, Pattern { pattern, samples })
            })
            .collect();
        told.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.pattern.cmp(&b.1.pattern)));
        told.truncate(MAX_PATTERNS);
        told.into_iter().map(|(_, pattern)| pattern).collect()
    }
}
