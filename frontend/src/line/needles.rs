use logql::ast::{Expr, LineOp, LineValue, StageKind};
use regex::Regex;

/// What the line filters of a query look for, so that the list can mark it.
#[derive(Clone, Debug, Default)]
pub struct Needles {
    texts: Vec<String>,
    regexes: Vec<Regex>,
}

impl PartialEq for Needles {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
            && self.regexes.iter().map(Regex::as_str).eq(other.regexes.iter().map(Regex::as_str))
    }
}

impl Needles {
    /// The needles of a log query; none for anything else. A `line_format` makes a new line:
    /// what was looked for before it no longer stands there.
    pub fn of(expr: &Expr) -> Self {
        let mut needles = Self::default();
        let Expr::Log(log) = expr else { return needles };
        for stage in &log.pipeline {
            match &stage.kind {
                StageKind::LineFilter { op: LineOp::Contains, values } => {
                    needles.texts.extend(values.iter().filter_map(|value| match value {
                        LineValue::Text(text) if !text.is_empty() => Some(text.clone()),
                        LineValue::Text(_) | LineValue::Ip(_) => None,
                    }));
                }
                StageKind::LineFilter { op: LineOp::Matches, values } => {
                    needles.regexes.extend(values.iter().filter_map(|value| match value {
                        LineValue::Text(text) if !text.is_empty() => Regex::new(text).ok(),
                        LineValue::Text(_) | LineValue::Ip(_) => None,
                    }));
                }
                StageKind::LineFormat(_) => needles = Self::default(),
                _ => {}
            }
        }
        needles
    }

    pub const fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.regexes.is_empty()
    }

    /// Where they stand in `text`: byte ranges in order, none touching the next.
    pub fn find(&self, text: &str) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for needle in &self.texts {
            found.extend(text.match_indices(needle.as_str()).map(|(at, hit)| (at, at + hit.len())));
        }
        for regex in &self.regexes {
            found.extend(regex.find_iter(text).map(|hit| (hit.start(), hit.end())));
        }
        found.retain(|(start, end)| start < end);
        found.sort_unstable();
        let mut merged: Vec<(usize, usize)> = Vec::with_capacity(found.len());
        for (start, end) in found {
            match merged.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        merged
    }

    /// Whether any of them stands in `text`.
    pub fn hit(&self, text: &str) -> bool {
        self.texts.iter().any(|needle| text.contains(needle.as_str()))
            || self.regexes.iter().any(|regex| regex.is_match(text))
    }

    #[cfg(test)]
    pub fn literal(texts: &[&str]) -> Self {
        Self { texts: texts.iter().map(|&text| text.to_owned()).collect(), regexes: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_come_in_order_and_merged() {
        let mut needles = Needles::literal(&["ab", "bc", "你"]);
        assert_eq!(needles.find("abc 你 ab"), [(0, 3), (4, 7), (8, 10)]);
        needles.regexes.push(Regex::new("(?i)X*").unwrap());
        assert_eq!(needles.find("xX ab"), [(0, 2), (3, 5)]);
        assert!(needles.hit("ab"));
        assert_eq!(Needles::default().find("ab"), []);
    }
}
