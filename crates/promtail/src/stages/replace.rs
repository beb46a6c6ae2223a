use model::go_regex::text_regex;
use yaml::Problem;

use super::build::search;
use super::template::{Scope, parse};
use crate::config;
use crate::pipeline::{Change, Verdict};
use crate::{Entry, Value};

/// `replace`: what the groups of an expression captured is written anew; without groups, all that
/// it matched.
pub(super) struct Replace {
    regex: regex::Regex,
    template: logql::template::Template,
    source: Option<String>,
}

impl Replace {
    pub(super) fn new(config: &config::Replace) -> Result<Self, Problem> {
        // Says what is wrong with the expression in the words of the other stages.
        search(&config.expression)?;
        let regex = text_regex(&config.expression)
            .map_err(|error| config.expression.problem(error.to_string()))?;
        let template = parse(&config.replace)?;
        Ok(Self { regex, template, source: config.source.clone().filter(|s| !s.is_empty()) })
    }
}

impl Change for Replace {
    fn change(&mut self, entry: &mut Entry, now: i64) -> Verdict {
        let Some(input) = entry.input(self.source.as_deref()) else { return Verdict::Keep };
        let text = String::from_utf8_lossy(&input).into_owned();
        drop(input);
        let mut scope = Scope::new(entry, None, now);
        let (mut out, mut done) = (String::new(), 0);
        let mut groups: Vec<(String, String)> = Vec::new();
        for captures in self.regex.captures_iter(&text) {
            let first = usize::from(captures.len() > 1);
            for (group, name) in captures.iter().zip(self.regex.capture_names()).skip(first) {
                let Some(group) = group.filter(|group| group.start() >= done) else { continue };
                scope.set_value(group.as_str().to_owned());
                let Ok(new) = self.template.fill(&scope) else { return Verdict::Keep };
                out.push_str(text.get(done..group.start()).unwrap_or_default());
                out.push_str(&new);
                done = group.end();
                groups.extend(name.map(|name| (name.to_owned(), new)));
            }
        }
        if done == 0 && out.is_empty() {
            return Verdict::Keep;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        for (name, value) in groups {
            entry.extract(&name, Value::Text(value));
        }
        match &self.source {
            Some(source) => entry.extract(source, Value::Text(out)),
            None => entry.line = out.into_bytes(),
        }
        Verdict::Keep
    }
}
