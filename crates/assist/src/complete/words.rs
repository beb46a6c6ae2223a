//! The words of the language, each with what it does.

use super::offer::{Offer, OfferKind};

/// Functions over the lines of a window: name, what it gives, whether it needs `unwrap`.
const OVER_TIME: [(&str, &str, bool); 15] = [
    ("rate", "Lines per second in the window", false),
    ("count_over_time", "How many lines there are in the window", false),
    ("bytes_rate", "Bytes of lines per second in the window", false),
    ("bytes_over_time", "Bytes of lines in the window", false),
    ("absent_over_time", "1 where there is no line in the window", false),
    ("sum_over_time", "The sum of a number in the window", true),
    ("avg_over_time", "The average of a number in the window", true),
    ("max_over_time", "The largest value of a number in the window", true),
    ("min_over_time", "The smallest value of a number in the window", true),
    ("first_over_time", "The first value of a number in the window", true),
    ("last_over_time", "The last value of a number in the window", true),
    ("stdvar_over_time", "The variance of a number in the window", true),
    ("stddev_over_time", "The standard deviation of a number in the window", true),
    ("quantile_over_time", "A quantile of a number in the window, such as 0.95", true),
    ("rate_counter", "The rise per second of a counter, resets taken into account", true),
];

/// Functions over series: name, what it gives, its first argument.
const OVER_SERIES: [(&str, &str, &str); 12] = [
    ("sum", "The sum of the series", ""),
    ("avg", "The average of the series", ""),
    ("min", "The smallest value of the series", ""),
    ("max", "The largest value of the series", ""),
    ("count", "How many series there are", ""),
    ("topk", "The k series with the largest values", "10, "),
    ("bottomk", "The k series with the smallest values", "10, "),
    ("approx_topk", "About the k series with the largest values, in little memory", "10, "),
    ("sort", "The series with the smallest value first", ""),
    ("sort_desc", "The series with the largest value first", ""),
    ("stddev", "The standard deviation of the series", ""),
    ("stdvar", "The variance of the series", ""),
];

const OTHERS: [(&str, &str, &str); 2] = [
    ("vector", "A number as a series without labels", "vector(1)"),
    (
        "label_replace",
        "Makes a label from another one",
        "label_replace(, \"new\", \"$1\", \"old\", \"(.*)\")",
    ),
];

/// What may stand after `|`: name, what it does, what is written, how far back the cursor goes.
const STAGES: [(&str, &str, &str, usize); 11] = [
    ("json", "Reads the line as JSON, its keys become labels", "json", 0),
    ("logfmt", "Reads key=value pairs, the keys become labels", "logfmt", 0),
    ("pattern", "Cuts the line by a pattern into labels", "pattern `<_> <name>`", 1),
    ("regexp", "Takes named groups of a regular expression as labels", "regexp `(?P<name>)`", 2),
    ("unpack", "Unpacks what a pack stage has packed", "unpack", 0),
    ("decolorize", "Removes terminal colours from the line", "decolorize", 0),
    ("line_format", "Writes the line anew from a template", "line_format \"{{.}}\"", 3),
    ("label_format", "Renames a label or sets it from a template", "label_format ", 0),
    ("drop", "Removes labels", "drop ", 0),
    ("keep", "Removes all labels but these", "keep ", 0),
    ("unwrap", "Takes a number from a label, for functions over time", "unwrap ", 0),
];

/// What may follow a selector or a stage.
const PIPES: [(&str, &str, &str, usize); 8] = [
    ("|=", "Keeps lines that contain a text", "|= \"\"", 1),
    ("!=", "Drops lines that contain a text", "!= \"\"", 1),
    ("|~", "Keeps lines that match a regular expression", "|~ \"\"", 1),
    ("!~", "Drops lines that match a regular expression", "!~ \"\"", 1),
    ("|>", "Keeps lines of a form, <_> stands for anything", "|> \"<_>\"", 1),
    ("| json", "Reads the line as JSON, its keys become labels", "| json", 0),
    ("| logfmt", "Reads key=value pairs, the keys become labels", "| logfmt", 0),
    ("|", "A stage or a condition on a label or field", "| ", 0),
];

const LABEL_OPS: [(&str, &str); 4] = [
    ("=", "Is exactly this text"),
    ("!=", "Is another text"),
    ("=~", "Matches a regular expression as a whole"),
    ("!~", "Does not match a regular expression"),
];

const FIELD_OPS: [(&str, &str); 8] = [
    ("=", "Is exactly this"),
    ("!=", "Is something else"),
    ("=~", "Matches a regular expression as a whole"),
    ("!~", "Does not match a regular expression"),
    (">", "Is more than a number, a duration or a size"),
    (">=", "Is at least a number, a duration or a size"),
    ("<", "Is less than a number, a duration or a size"),
    ("<=", "Is at most a number, a duration or a size"),
];

const CONVERSIONS: [(&str, &str); 3] = [
    ("duration", "A duration such as 250ms as seconds"),
    ("duration_seconds", "A duration such as 250ms as seconds"),
    ("bytes", "A size such as 5KB as bytes"),
];

const RANGES: [&str; 8] = ["1m", "5m", "10m", "30m", "1h", "6h", "1d", "7d"];

/// Whether the function joins series, so that `by (…)` may follow.
pub(super) fn is_aggregation(name: &str) -> bool {
    OVER_SERIES.iter().any(|(known, ..)| *known == name)
}

/// What an expression begins with, at the start or as the argument of a function.
pub(super) fn starts(within: Option<&str>) -> Vec<Offer> {
    let selector = Offer {
        name: "{".to_owned(),
        text: "{}".to_owned(),
        back: 1,
        about: "Selects the streams whose lines are read",
        ..Offer::plain(OfferKind::Operator, "{")
    };
    // Functions over time take lines, all others take series.
    if within.is_some_and(|name| OVER_TIME.iter().any(|(known, ..)| *known == name)) {
        return vec![selector];
    }
    let over_time = OVER_TIME.iter().map(|(name, about, unwraps)| {
        let first = if *name == "quantile_over_time" { "0.95, " } else { "" };
        let unwrap = if *unwraps { " | unwrap " } else { " " };
        let tail = format!("}}{unwrap}[5m])");
        function(name, about, format!("{name}({first}{{{tail}"), tail.len())
    });
    let over_series = OVER_SERIES
        .iter()
        .map(|(name, about, first)| function(name, about, format!("{name}({first})"), 1));
    let others = OTHERS.iter().map(|(name, about, text)| {
        let back = text.len() - text.find('(').map_or(text.len(), |at| at + 1);
        function(name, about, (*text).to_owned(), back)
    });
    let mut offers: Vec<_> = over_time.chain(over_series).chain(others).collect();
    if within.is_none() {
        offers.insert(0, selector);
    }
    offers
}

fn function(name: &str, about: &'static str, text: String, back: usize) -> Offer {
    Offer { text, back, about, ..Offer::plain(OfferKind::Function, name) }
}

pub(super) fn stages() -> Vec<Offer> {
    with_texts(&STAGES, OfferKind::Stage)
}

pub(super) fn pipes() -> Vec<Offer> {
    with_texts(&PIPES, OfferKind::Operator)
}

fn with_texts(table: &[(&str, &'static str, &str, usize)], kind: OfferKind) -> Vec<Offer> {
    let offer = |(name, about, text, back): &(&str, &'static str, &str, usize)| Offer {
        text: (*text).to_owned(),
        back: *back,
        about,
        ..Offer::plain(kind, name)
    };
    table.iter().map(offer).collect()
}

pub(super) fn label_ops() -> Vec<Offer> {
    let offer = |(name, about): &(&str, &'static str)| Offer {
        text: format!("{name}\"\""),
        back: 1,
        about,
        ..Offer::plain(OfferKind::Operator, name)
    };
    LABEL_OPS.iter().map(offer).collect()
}

pub(super) fn field_ops() -> Vec<Offer> {
    let offer = |(name, about): &(&str, &'static str)| {
        let number = name.starts_with(['<', '>']);
        let text = if number { format!("{name} ") } else { format!("{name}\"\"") };
        Offer { text, back: usize::from(!number), about, ..Offer::plain(OfferKind::Operator, name) }
    };
    FIELD_OPS.iter().map(offer).collect()
}

pub(super) fn conversions() -> Vec<Offer> {
    let offer =
        |(name, about): &(&str, &'static str)| function(name, about, format!("{name}()"), 1);
    CONVERSIONS.iter().map(offer).collect()
}

pub(super) fn ranges() -> Vec<Offer> {
    RANGES.iter().map(|name| Offer::plain(OfferKind::Duration, name)).collect()
}

pub(super) fn after_call(aggregation: bool) -> Vec<Offer> {
    let groups = [
        ("by", "One value for each combination of these labels", "by ()", 1),
        ("without", "One value for each combination of the other labels", "without ()", 1),
    ];
    if aggregation { with_texts(&groups, OfferKind::Stage) } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_language_is_explained() {
        let functions = OVER_TIME
            .iter()
            .map(|(name, ..)| *name)
            .chain(OVER_SERIES.iter().map(|(name, ..)| *name))
            .chain(OTHERS.iter().map(|(name, ..)| *name));
        let mut functions: Vec<&str> = functions.collect();
        functions.sort_unstable();
        let mut known: Vec<&str> = logql::function_names().collect();
        known.sort_unstable();
        assert_eq!(functions, known);
        let mut stages: Vec<&str> = STAGES.iter().map(|(name, ..)| *name).collect();
        stages.sort_unstable();
        let mut known = logql::stage_names().to_vec();
        known.sort_unstable();
        assert_eq!(stages, known);
    }
}
