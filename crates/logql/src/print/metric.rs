use std::fmt;

use super::quote;
use super::scalar::{fixed, go_duration, go_float, range};
use crate::ast::{
    Binary, BinaryOp, Conversion, Expr, GroupSide, Grouping, LabelReplace, MetricExpr, MetricKind,
    RangeAggregation, Unwrap, VectorAggregation, VectorMatching,
};

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log(log) => log.fmt(f),
            Self::Metric(metric) => metric.fmt(f),
        }
    }
}

impl fmt::Display for MetricExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range(aggregation) => aggregation.fmt(f),
            Self::Vector(aggregation) => aggregation.fmt(f),
            Self::Binary(binary) => binary.fmt(f),
            Self::Number(value) => f.write_str(&go_float(*value)),
            Self::VectorLiteral(value) => write!(f, "vector({})", fixed(*value)),
            Self::LabelReplace(replace) => replace.fmt(f),
        }
    }
}

impl fmt::Display for RangeAggregation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.op.as_str())?;
        if let Some(parameter) = self.parameter {
            write!(f, "{parameter},")?;
        }
        self.log.fmt(f)?;
        if let Some(unwrap) = &self.unwrap {
            unwrap.fmt(f)?;
        }
        write!(f, "[{}]", range(self.range_ns))?;
        if self.offset_ns != 0 {
            write!(f, " offset {}", go_duration(self.offset_ns))?;
        }
        f.write_str(")")?;
        match &self.grouping {
            Some(grouping) => write!(f, " {grouping}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Unwrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.conversion {
            None => write!(f, " | unwrap {}", self.name)?,
            Some(conversion) => write!(f, " | unwrap {}({})", conversion.as_str(), self.name)?,
        }
        for filter in &self.filters {
            write!(f, " | {filter}")?;
        }
        Ok(())
    }
}

impl Conversion {
    /// As it is written in a query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Duration => "duration",
            Self::DurationSeconds => "duration_seconds",
        }
    }
}

impl fmt::Display for Grouping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.without { "without" } else { "by" };
        write!(f, "{word} ({})", self.labels.join(","))
    }
}

impl fmt::Display for VectorAggregation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.op.as_str())?;
        if let Some(grouping) = &self.grouping {
            write!(f, " {grouping}")?;
        }
        f.write_str("(")?;
        if let Some(parameter) = self.parameter {
            write!(f, "{parameter},")?;
        }
        write!(f, "{})", self.inner)
    }
}

impl BinaryOp {
    /// As it is written in a query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Unless => "unless",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Power => "^",
            Self::Compare(op) => op.as_str(),
        }
    }
}

impl fmt::Display for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} {}", self.left, self.op.as_str())?;
        f.write_str(if self.return_bool { " bool" } else { "" })?;
        if let Some(matching) = &self.matching {
            write!(f, " {matching}")?;
        }
        write!(f, " {})", self.right)
    }
}

impl fmt::Display for VectorMatching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&matching(self, ","))
    }
}

/// `on (a,b) group_left (c)`
pub(super) fn matching(matching: &VectorMatching, between: &str) -> String {
    let word = if matching.on { "on" } else { "ignoring" };
    let mut out = format!("{word} ({})", matching.labels.join(between));
    let Some(group) = &matching.group else { return out };
    out.push_str(match group.side {
        GroupSide::Left => " group_left",
        GroupSide::Right => " group_right",
    });
    if !group.include.is_empty() {
        out.push_str(&format!(" ({})", group.include.join(",")));
    }
    out
}

impl fmt::Display for LabelReplace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [dst, replacement, src, regex] =
            [&self.dst, &self.replacement, &self.src, &self.regex].map(|text| quote(text));
        write!(f, "label_replace({},{dst},{replacement},{src},{regex})", self.inner)
    }
}
