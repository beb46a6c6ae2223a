use logql::ast::{
    Extraction, LabelFormat, LabelFormatValue, LabelPick, LineOp, LineValue, StageKind,
};

use super::{condition, listed, named, quoted};

pub(super) fn sentence(stage: &StageKind) -> String {
    match stage {
        StageKind::LineFilter { op, values } => line_filter(*op, values),
        StageKind::LabelFilter(filter) => {
            format!("Keep lines whose {}", condition::filter(filter))
        }
        StageKind::Json(taken) if taken.is_empty() => {
            "Read the line as JSON; its keys become labels".to_owned()
        }
        StageKind::Json(taken) => format!("Read from the line as JSON {}", extracted(taken)),
        StageKind::Logfmt { extractions, .. } if extractions.is_empty() => {
            "Read the key=value pairs of the line; the keys become labels".to_owned()
        }
        StageKind::Logfmt { extractions, .. } => {
            format!("Read from the key=value pairs of the line {}", extracted(extractions))
        }
        StageKind::Pattern(pattern) => {
            format!("Cut the line by the pattern {} into labels", quoted(pattern))
        }
        StageKind::Regexp(regex) => {
            format!("Take labels from the groups of the regular expression {}", quoted(regex))
        }
        StageKind::Unpack => "Unpack the line that a pack stage has packed".to_owned(),
        StageKind::Decolorize => "Remove terminal colours from the line".to_owned(),
        StageKind::LineFormat(template) => format!("Write the line as {}", quoted(template)),
        StageKind::LabelFormat(formats) => listed(formats.iter().map(label_format), "and"),
        StageKind::Drop(picks) => format!("Remove the labels {}", picked(picks)),
        StageKind::Keep(picks) => format!("Remove all labels but {}", picked(picks)),
    }
}

fn line_filter(op: LineOp, values: &[LineValue]) -> String {
    let value = |value: &LineValue| match value {
        LineValue::Text(text) => quoted(text),
        LineValue::Ip(pattern) => format!("an address in {}", quoted(pattern)),
    };
    let values = listed(values.iter().map(value), "or");
    match op {
        LineOp::Contains => format!("Keep lines that contain {values}"),
        LineOp::NotContains => format!("Drop lines that contain {values}"),
        LineOp::Matches => format!("Keep lines that match {values}"),
        LineOp::NotMatches => format!("Drop lines that match {values}"),
        LineOp::Pattern => format!("Keep lines of the form {values}"),
        LineOp::NotPattern => format!("Drop lines of the form {values}"),
    }
}

fn extracted(extractions: &[Extraction]) -> String {
    let one = |extraction: &Extraction| {
        if extraction.name == extraction.path {
            named(&extraction.name)
        } else {
            format!("{} as {}", quoted(&extraction.path), named(&extraction.name))
        }
    };
    listed(extractions.iter().map(one), "and")
}

fn label_format(format: &LabelFormat) -> String {
    let name = named(&format.name);
    match &format.value {
        LabelFormatValue::Rename(from) => format!("rename {} to {name}", named(from)),
        LabelFormatValue::Template(template) => format!("set {name} to {}", quoted(template)),
    }
}

fn picked(picks: &[LabelPick]) -> String {
    let one = |pick: &LabelPick| match pick {
        LabelPick::Name(name) => named(name),
        LabelPick::Match(matcher) => format!("{} where it {}", named(&matcher.name), {
            let whole = condition::matcher(matcher);
            whole.split_once("` ").map_or_else(String::new, |(_, rest)| rest.to_owned())
        }),
    };
    listed(picks.iter().map(one), "and")
}
