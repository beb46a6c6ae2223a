use std::collections::BTreeSet;
use std::ops::Deref;
use std::rc::Rc;

use logql::{Output, Sample, Series};
use model::{Labels, TimeRange};

use crate::format::file_name;
use crate::line::Level;

/// A result on one grid of times, so that series can be stacked and read across.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// Seconds since 1970, ascending, one step apart.
    pub times: Vec<f64>,
    pub lines: Vec<Line>,
}

/// A plot that is shown: equal only to itself, since gaps are NaN and never equal.
#[derive(Clone, Debug)]
pub struct Shown(Rc<Plot>);

impl Shown {
    pub fn new(plot: Plot) -> Self {
        Self(Rc::new(plot))
    }
}

impl Deref for Shown {
    type Target = Plot;

    fn deref(&self) -> &Plot {
        &self.0
    }
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// One series of a plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    pub labels: Labels,
    /// What tells it from the others.
    pub name: String,
    /// The level it stands for, where nothing else tells it from the others.
    pub level: Option<Level>,
    /// One for each time; NaN where there is none.
    pub values: Vec<f64>,
    pub statistics: Statistics,
}

/// A series in a few numbers; None without a value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Statistics {
    pub last: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub mean: Option<f64>,
    /// Values there are.
    pub count: usize,
}

impl Plot {
    /// `None` for what has no time axis.
    pub fn new(output: &Output, range: TimeRange, step_ns: i64) -> Option<Self> {
        let Output::Matrix(series) = output else { return None };
        let step_ns = step_ns.max(1);
        let length = range.end.0.saturating_sub(range.start.0);
        let steps = usize::try_from(length / step_ns).unwrap_or(0).min(20_000) + 1;
        let time = |step: usize| {
            let ns = i64::try_from(step).unwrap_or(0).saturating_mul(step_ns);
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of our time fit")]
            let ms = ((range.start.0.saturating_add(ns)) / 1_000_000) as f64;
            ms / 1_000.0
        };
        let names = names(series);
        let lines = series
            .iter()
            .zip(names)
            .map(|(series, (name, level))| {
                let mut values = vec![f64::NAN; steps];
                for (at, value) in &series.samples {
                    let step = usize::try_from((at - range.start.0) / step_ns).ok();
                    if let Some(slot) = step.and_then(|step| values.get_mut(step)) {
                        *slot = *value;
                    }
                }
                let statistics = Statistics::of(&values);
                Line { labels: series.labels.clone(), name, level, values, statistics }
            })
            .collect();
        Some(Self { times: (0..steps).map(time).collect(), lines })
    }

    /// The values to draw: as they are, or each on top of those below it. The first line is the
    /// topmost of a stack, so that it is drawn first and those after it over it.
    pub fn drawn(&self, stacked: bool, hidden: &[bool]) -> Vec<Vec<f64>> {
        let is_hidden = |at: usize| hidden.get(at).copied().unwrap_or(false);
        if !stacked {
            return self.lines.iter().map(|line| line.values.clone()).collect();
        }
        let mut below = vec![0.0; self.times.len()];
        let mut drawn: Vec<Vec<f64>> = Vec::with_capacity(self.lines.len());
        for (at, line) in self.lines.iter().enumerate().rev() {
            if !is_hidden(at) {
                for (sum, value) in below.iter_mut().zip(&line.values) {
                    if value.is_finite() {
                        *sum += value;
                    }
                }
            }
            drawn.push(below.clone());
        }
        drawn.reverse();
        drawn
    }
}

impl Statistics {
    pub fn of(values: &[f64]) -> Self {
        let there = || values.iter().copied().filter(|value| !value.is_nan());
        let count = there().count();
        #[expect(clippy::cast_precision_loss, reason = "a mean")]
        let divisor = count as f64;
        Self {
            last: there().next_back(),
            min: there().reduce(f64::min),
            max: there().reduce(f64::max),
            mean: (count > 0).then(|| there().sum::<f64>() / divisor),
            count,
        }
    }
}

/// The names of series beside each other, and the levels they stand for: what all have in common
/// says nothing.
fn names(series: &[Series]) -> Vec<(String, Option<Level>)> {
    let is_common = |name: &str, value: &str| {
        series.len() > 1 && series.iter().all(|other| other.labels.get(name) == Some(value))
    };
    let mut own: Vec<Labels> = series
        .iter()
        .map(|series| {
            series.labels.iter().filter(|(name, value)| !is_common(name, value)).collect()
        })
        .collect();
    shorten_paths(&mut own);
    let mut keys = own.iter().flat_map(|labels| labels.iter().map(|(name, _)| name));
    let first = keys.next();
    let is_one = keys.all(|name| Some(name) == first);
    own.iter()
        .map(|labels| match labels.get("level") {
            Some(level) if is_one => {
                let known = Some(Level::named(level)).filter(|level| *level != Level::None);
                (name(labels), known)
            }
            _ if is_one => (name(labels), None),
            _ => (labels.to_string(), None),
        })
        .collect()
}

/// Files by their own names, where those tell them apart: of a path, a legend shows the folder.
fn shorten_paths(all: &mut [Labels]) {
    let path = |labels: &Labels| labels.get("filename").map(str::to_owned);
    let paths: BTreeSet<String> = all.iter().filter_map(path).collect();
    let files: BTreeSet<&str> = paths.iter().map(|path| file_name(path)).collect();
    if files.len() == paths.len() {
        for labels in all {
            if let Some(path) = path(labels) {
                labels.set("filename", file_name(&path));
            }
        }
    }
}

/// A lone label by its value, several as LogQL writes them, none as `{}`.
pub fn name(labels: &Labels) -> String {
    let mut pairs = labels.iter();
    match (pairs.next(), pairs.next()) {
        (Some((_, value)), None) if !value.is_empty() => value.to_owned(),
        _ => labels.to_string(),
    }
}

/// Rows of a table for what has no time axis.
pub fn samples(output: &Output) -> Vec<Sample> {
    match output {
        Output::Vector(samples) => samples.clone(),
        Output::Scalar(value) => vec![Sample { value: *value, ..Sample::default() }],
        Output::Matrix(series) => series.iter().filter_map(last).collect(),
        Output::Rows(_) => Vec::new(),
    }
}

fn last(series: &Series) -> Option<Sample> {
    let (timestamp, value) = series.samples.last().copied()?;
    Some(Sample { labels: series.labels.clone(), timestamp, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn plot() -> Plot {
        let series = |level: &str, samples: &[(i64, f64)]| Series {
            labels: Labels::from([("level", level)]),
            samples: samples.iter().map(|(at, value)| (at * SECOND, *value)).collect(),
        };
        let output = Output::Matrix(vec![
            series("error", &[(10, 1.0), (30, 3.0)]),
            series("info", &[(10, 4.0), (20, 5.0)]),
        ]);
        Plot::new(&output, TimeRange::new(10 * SECOND, 30 * SECOND), 10 * SECOND).unwrap()
    }

    #[test]
    fn a_step_without_a_value_is_a_gap() {
        let plot = plot();
        assert_eq!(plot.times, [10.0, 20.0, 30.0]);
        let error = &plot.lines[0];
        assert_eq!((error.values[0], error.values[2]), (1.0, 3.0));
        assert!(error.values[1].is_nan());
        assert_eq!((error.name.as_str(), error.level), ("error", Some(Level::Error)));
        let expected = Statistics {
            last: Some(3.0),
            min: Some(1.0),
            max: Some(3.0),
            mean: Some(2.0),
            count: 2,
        };
        assert_eq!(error.statistics, expected);
        assert_eq!(Statistics::of(&[f64::NAN]), Statistics::default());
    }

    #[test]
    fn a_stack_adds_up_what_is_shown() {
        let plot = plot();
        assert_eq!(plot.drawn(true, &[]), [vec![5.0, 5.0, 3.0], vec![4.0, 5.0, 0.0]]);
        assert_eq!(plot.drawn(true, &[false, true]), [vec![1.0, 0.0, 3.0], vec![0.0; 3]]);
    }

    #[test]
    fn a_name_says_what_differs() {
        let series = |pairs: &[(&str, &str)]| Series {
            labels: pairs.iter().copied().collect(),
            samples: Vec::new(),
        };
        let check = |all: &[&[(&str, &str)]], expected: &[(&str, Option<Level>)]| {
            let all: Vec<Series> = all.iter().map(|pairs| series(pairs)).collect();
            let found = names(&all);
            let found: Vec<_> = found.iter().map(|(name, level)| (name.as_str(), *level)).collect();
            assert_eq!(found, expected);
        };
        let job = ("job", "a");
        check(&[], &[]);
        check(&[&[job]], &[("a", None)]);
        check(&[&[]], &[("{}", None)]);
        check(&[&[job, ("level", "info")]], &[(r#"{job="a", level="info"}"#, None)]);
        check(
            &[&[job], &[job, ("level", "info")], &[job, ("level", "loud")]],
            &[("{}", None), ("info", Some(Level::Info)), ("loud", None)],
        );
        check(
            &[&[("file", "x"), job], &[("file", "x"), ("level", "info")]],
            &[(r#"{job="a"}"#, None), (r#"{level="info"}"#, None)],
        );
        let in_file = |path| ("filename", path);
        check(
            &[&[in_file("/x/a.log"), ("level", "info")], &[in_file("/x/b.log")]],
            &[(r#"{filename="a.log", level="info"}"#, None), (r#"{filename="b.log"}"#, None)],
        );
        // Two of the same name are told apart by their folders.
        check(
            &[&[in_file("/x/a.log")], &[in_file("/y/a.log")]],
            &[("/x/a.log", None), ("/y/a.log", None)],
        );
    }
}
