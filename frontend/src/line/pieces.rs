use super::{Needles, ansi};

/// A stretch of a line that looks the same all through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    /// Classes of its colours; empty for plain text.
    pub classes: String,
    /// A match of the query's line filters.
    pub hit: bool,
}

/// The pieces of `text`, colours taken apart and the first `marks` matches marked.
pub fn pieces(text: &str, needles: &Needles, marks: usize) -> Vec<Piece> {
    let (plain, styles) = ansi::strip(text);
    let mut hits = needles.find(&plain);
    hits.truncate(marks);
    // Where anything changes.
    let mut cuts: Vec<usize> = vec![0, plain.len()];
    cuts.extend(styles.iter().map(|(at, _)| *at));
    cuts.extend(hits.iter().flat_map(|(start, end)| [*start, *end]));
    cuts.sort_unstable();
    cuts.dedup();
    let mut styles = styles.into_iter().peekable();
    let mut hits = hits.into_iter().peekable();
    let mut classes = String::new();
    let mut pieces = Vec::with_capacity(cuts.len());
    for pair in cuts.windows(2) {
        let &[start, end] = pair else { continue };
        while styles.peek().is_some_and(|(at, _)| *at <= start) {
            classes = styles.next().map_or_else(String::new, |(_, style)| style.classes());
        }
        while hits.peek().is_some_and(|(_, until)| *until <= start) {
            hits.next();
        }
        let hit = hits.peek().is_some_and(|(from, _)| *from <= start);
        let text = plain.get(start..end).unwrap_or_default().to_owned();
        pieces.push(Piece { text, classes: classes.clone(), hit });
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, needles: &[&str], expected: &[(&str, &str, bool)]) {
        let got = pieces(text, &Needles::literal(needles), 2);
        let got: Vec<(&str, &str, bool)> =
            got.iter().map(|p| (p.text.as_str(), p.classes.as_str(), p.hit)).collect();
        assert_eq!(got, expected, "{text:?}");
    }

    #[test]
    fn colours_and_matches_cross_each_other() {
        check("", &["x"], &[]);
        check("plain", &[], &[("plain", "", false)]);
        check(
            "a error b",
            &["error"],
            &[("a ", "", false), ("error", "", true), (" b", "", false)],
        );
        check(
            "\u{1b}[31mer\u{1b}[0mror",
            &["error"],
            &[("er", "ansi-fg-1", true), ("ror", "", true)],
        );
        check("xx", &["x"], &[("xx", "", true)]);
        check(
            "x.x.x",
            &["x"],
            &[("x", "", true), (".", "", false), ("x", "", true), (".x", "", false)],
        );
        check("你好 x", &["好"], &[("你", "", false), ("好", "", true), (" x", "", false)]);
    }
}
