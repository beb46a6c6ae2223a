//! Finding one of many things by a few letters of its name.

/// The numbers of the names that hold every word of `typed`, the best first: where the words begin
/// a word of the name, and what was listed before.
pub fn found<'a>(names: impl IntoIterator<Item = &'a str>, typed: &str) -> Vec<usize> {
    let typed = typed.to_lowercase();
    let words: Vec<&str> = typed.split_whitespace().collect();
    let mut found: Vec<(usize, usize)> = names
        .into_iter()
        .enumerate()
        .filter_map(|(at, name)| Some((far(&name.to_lowercase(), &words)?, at)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, at)| at).collect()
}

/// How far the words are from beginning the words of the name; None where one is missing.
fn far(name: &str, words: &[&str]) -> Option<usize> {
    words.iter().try_fold(0, |sum, word| {
        let is_start = |at: usize| {
            let before = name.get(..at).and_then(|before| before.chars().next_back());
            before.is_none_or(|before| !before.is_alphanumeric())
        };
        let mut places = name.match_indices(word).map(|(at, _)| at).peekable();
        places.peek()?;
        Some(sum + usize::from(!places.any(is_start)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_they_stand() {
        let names =
            ["Wrap long lines", "The lines around it", "To the query bar", "显存不足", "cline"];
        for (typed, expected) in [
            ("", vec![0, 1, 2, 3, 4]),
            ("line", vec![0, 1, 4]),
            ("LINES wr", vec![0]),
            ("the", vec![1, 2]),
            ("显存", vec![3]),
            ("存", vec![3]),
            ("bar nothing", vec![]),
        ] {
            assert_eq!(found(names, typed), expected, "{typed:?}");
        }
    }
}
