use logql::LineTest;
use yaml::Problem;

use crate::config;
use crate::metrics::Series;
use crate::pipeline::{self, Change, Flow, Hold, Stage, Until, Verdict};
use crate::{Entry, Environment};

/// `match`: what it says is done with the lines it means, the others go by.
pub(super) fn build(config: &config::Match, environment: &Environment) -> Result<Stage, Problem> {
    let selector = &config.selector;
    let test = LineTest::new(selector).map_err(|error| selector.problem(error.to_string()))?;
    let action = config.action.as_ref();
    match action.map_or("keep", |action| action.value.as_str()) {
        "keep" => {
            if config.stages.is_empty() {
                return Err(selector.problem("match needs stages, or action: drop"));
            }
            let stages = config.stages.iter().map(|stage| super::build(stage, environment));
            let stages: Vec<Vec<Stage>> = stages.collect::<Result<_, _>>()?;
            let stages = stages.into_iter().flatten().collect();
            Ok(Stage::Hold(Box::new(Inner { test, stages })))
        }
        "drop" => {
            if let Some(stage) = config.stages.first() {
                return Err(stage.problem("with action: drop there can be no stages"));
            }
            let reason = config.drop_counter_reason.clone();
            let reason = reason.unwrap_or_else(|| "match_stage".to_owned());
            Ok(Stage::Change(Box::new(DropMatching { test, reason })))
        }
        other => {
            let message = format!("unknown action {other:?}, expected keep or drop");
            Err(action.map_or_else(|| selector.problem(&*message), |a| a.problem(&*message)))
        }
    }
}

struct DropMatching {
    test: LineTest,
    reason: String,
}

struct Inner {
    test: LineTest,
    stages: Vec<Stage>,
}

impl Change for DropMatching {
    fn change(&mut self, entry: &mut Entry, _: i64) -> Verdict {
        match self.test.matches(&entry.labels, &entry.line) {
            true => Verdict::Drop(self.reason.clone()),
            false => Verdict::Keep,
        }
    }
}

impl Hold for Inner {
    fn take(&mut self, entry: Entry, now: i64, flow: &mut Flow) {
        if self.test.matches(&entry.labels, &entry.line) {
            pipeline::run(&mut self.stages, entry, now, flow);
        } else {
            flow.passed.push(entry);
        }
    }

    fn release(&mut self, now: i64, until: Until, flow: &mut Flow) {
        pipeline::release(&mut self.stages, now, until, flow);
    }

    fn due(&self) -> Option<i64> {
        pipeline::due(&self.stages)
    }

    fn metrics(&self, series: &mut Vec<Series>) {
        pipeline::metrics(&self.stages, series);
    }
}
