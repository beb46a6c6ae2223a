/// The one of `known` that `typed` most likely means.
pub(crate) fn nearest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
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
