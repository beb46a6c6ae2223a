use std::collections::BTreeSet;

use logql::Output;
use logql::hint::{self, Hint, HintKind};
use model::Labels;

use super::{Asked, Counting, Rows};

/// The same search ignoring case, while it is counted and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseSearch {
    pub count: Counting,
    /// What was looked for.
    pub words: String,
    /// The same query ignoring case.
    pub text: String,
}

impl CaseSearch {
    /// What to say to somebody whose exact search found so many lines.
    pub fn hint(&self, exact: u64) -> Option<Hint> {
        let kind = HintKind::of_counts(&self.words, exact, self.count.found?)?;
        Some(Hint { kind, query: Some(self.text.clone()) })
    }
}

/// Whether the hints about an answer need to know the streams there are.
pub fn needs_streams(rows: &Rows, output: Option<&Output>) -> bool {
    match output {
        Some(Output::Scalar(_)) => false,
        Some(_) => true,
        None => rows.is_empty(),
    }
}

/// What to say beside an answer of these rows or samples.
pub fn hints(asked: &Asked, rows: &Rows, output: Option<&Output>, streams: &[Labels]) -> Vec<Hint> {
    let is_empty = output.map_or_else(|| rows.is_empty(), Output::is_empty);
    let mut names = BTreeSet::new();
    for entry in rows.iter() {
        names.extend(entry.labels.iter().map(|(name, _)| name));
        names.extend(entry.auto.iter().map(|(name, _)| name.as_str()));
    }
    hint::of_answer(&asked.text, &asked.expr, is_empty, &names, streams)
}

#[cfg(test)]
mod tests {
    use logql::{Row, Sample};
    use model::TimeRange;

    use super::*;
    use crate::line::Interner;
    use crate::state::Edges;

    /// The queries that are offered for an answer.
    fn offered(query: &str, rows: &[Row], output: Option<&Output>) -> Vec<String> {
        let streams =
            [Labels::from([("job", "a"), ("level", "info")]), Labels::from([("job", "a")])];
        let asked = Asked::new(query, TimeRange::new(0, 1_000_000_000), Edges::Exact).unwrap();
        let mut list = Rows::default();
        list.replace_from(
            0,
            rows.iter().cloned().map(Into::into).collect(),
            &mut Interner::default(),
        );
        let hints = hints(&asked, &list, output, &streams);
        hints.into_iter().filter_map(|hint| hint.query).collect()
    }

    #[test]
    fn an_answer_has_the_hints_that_fit_it() {
        let row = Row { labels: Labels::from([("seed", "1")]), ..Row::default() };
        let count = Output::Vector(vec![Sample { value: 9.0, ..Sample::default() }]);
        let none = Output::Matrix(Vec::new());
        let format = r#"{job="a"} | line_format "{{.sead}}""#;
        let threshold = r#"count_over_time({job="a"}[5m]) > 5"#;
        for (query, rows, output, expected) in [
            (r#"{job="a"}"#, vec![row.clone()], None, None),
            (r#"{jobs="a"}"#, vec![], None, Some(r#"{job="a"}"#)),
            // There are lines, so the selector is right.
            (r#"{jobs="a"}"#, vec![row.clone()], None, None),
            (format, vec![row], None, Some(r#"{job="a"} | line_format "{{.seed}}""#)),
            (threshold, vec![], Some(&count), Some(r#"sum(count_over_time({job="a"}[5m])) > 5"#)),
            (r#"rate({jobs="a"}[5m])"#, vec![], Some(&none), Some(r#"rate({job="a"}[5m])"#)),
        ] {
            let offered = offered(query, &rows, output);
            assert_eq!(offered.first().map(String::as_str), expected, "{query}");
        }
    }
}
