/// The one of `known` that `typed` most likely means, however it is capitalised: for the
/// suggestion in an error.
pub fn nearest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let mut best = None;
    for name in known {
        let lower = name.to_lowercase();
        let distance = strsim::osa_distance(&typed, &lower);
        // A third of the letters may differ; a name that only grew longer counts as near.
        let close =
            distance * 3 <= name.len().max(3) || typed.len() >= 3 && lower.starts_with(&typed);
        if close && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, *name));
        }
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[track_caller]
    fn check(typed: &str, expected: Option<&str>) {
        let known = ["count_over_time", "sum", "source_labels", "Replace"];
        assert_eq!(nearest(typed, &known), expected, "{typed}");
    }

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        check("suum", Some("sum"));
        check("source_labsl", Some("source_labels"));
        check("COUNT_over_tim", Some("count_over_time"));
        check("replace", Some("Replace"));
        check("cou", Some("count_over_time"));
        check("co", None);
        check("quantile", None);
        check("", None);
    }
}
