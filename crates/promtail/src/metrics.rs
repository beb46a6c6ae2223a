use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::Labels;

/// What a `metrics` stage or a dropping stage counted for one set of labels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    pub name: String,
    pub help: String,
    pub labels: Labels,
    pub sample: Sample,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sample {
    Counter(f64),
    Gauge(f64),
    /// Upper bounds with how many were not above, in order; their number and sum.
    Histogram {
        buckets: Vec<(f64, u64)>,
        count: u64,
        sum: f64,
    },
}

impl Sample {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Counter(_) => "counter",
            Self::Gauge(_) => "gauge",
            Self::Histogram { .. } => "histogram",
        }
    }
}

/// The text format of Prometheus.
pub(crate) fn text(series: Vec<Series>) -> String {
    let mut families: BTreeMap<String, Vec<Series>> = BTreeMap::new();
    for series in series {
        families.entry(series.name.clone()).or_default().push(series);
    }
    let mut out = String::new();
    for (name, family) in families {
        let Some(first) = family.first() else { continue };
        let (help, kind) = (escaped(&first.help, false), first.sample.kind());
        // Writing to a String cannot fail.
        write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n").ok();
        for Series { labels, sample, .. } in family {
            match sample {
                Sample::Counter(value) | Sample::Gauge(value) => {
                    line(&mut out, &name, &labels, None, value);
                }
                Sample::Histogram { buckets, count, sum } => {
                    let bucket = format!("{name}_bucket");
                    for (bound, within) in buckets {
                        line(&mut out, &bucket, &labels, Some(&bound.to_string()), whole(within));
                    }
                    line(&mut out, &bucket, &labels, Some("+Inf"), whole(count));
                    line(&mut out, &format!("{name}_sum"), &labels, None, sum);
                    line(&mut out, &format!("{name}_count"), &labels, None, whole(count));
                }
            }
        }
    }
    out
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 lines")]
const fn whole(count: u64) -> f64 {
    count as f64
}

fn line(out: &mut String, name: &str, labels: &Labels, bound: Option<&str>, value: f64) {
    let mut pairs: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value, true))).collect();
    pairs.extend(bound.map(|bound| format!("le=\"{bound}\"")));
    let pairs = if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) };
    writeln!(out, "{name}{pairs} {value}").ok();
}

fn escaped(text: &str, is_quoted: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if is_quoted { text.replace('"', "\\\"") } else { text }
}
