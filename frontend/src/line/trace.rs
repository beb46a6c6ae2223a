//! A traceback as its frames: one's own code, and that of libraries.

/// Part of a text, whole lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section<'a> {
    pub text: &'a str,
    pub kind: SectionKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// What is no frame: the words before and after.
    Plain,
    Own,
    /// So many frames of libraries that follow each other.
    Library(usize),
}

/// The sections of a text, which put together are the text; one if it has no Python frames.
pub fn sections(text: &str) -> Vec<Section<'_>> {
    let mut found: Vec<Section<'_>> = Vec::new();
    let (mut start, mut at) = (0, 0);
    // Of the frame that the lines are in: how far it is indented, and what it is.
    let mut frame: Option<(usize, SectionKind)> = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t', '|']).len();
        let head = frame_of(line);
        let next = match (head, frame) {
            (Some(kind), _) => Some((indent, kind)),
            // The code of a frame stands deeper than its head.
            (None, Some((depth, kind))) if indent > depth && !line.trim().is_empty() => {
                Some((depth, kind))
            }
            _ => None,
        };
        if (head.is_some() || next.map(|(_, kind)| kind) != frame.map(|(_, kind)| kind))
            && at > start
        {
            push(&mut found, text.get(start..at).unwrap_or_default(), frame);
            start = at;
        }
        frame = next;
        at += line.len();
    }
    push(&mut found, text.get(start..).unwrap_or_default(), frame);
    merged(text, found)
}

fn push<'a>(found: &mut Vec<Section<'a>>, text: &'a str, frame: Option<(usize, SectionKind)>) {
    if !text.is_empty() {
        found.push(Section { text, kind: frame.map_or(SectionKind::Plain, |(_, kind)| kind) });
    }
}

/// Neighbours of one kind as one section.
fn merged<'a>(text: &'a str, found: Vec<Section<'a>>) -> Vec<Section<'a>> {
    let mut merged: Vec<Section<'a>> = Vec::with_capacity(found.len());
    let mut at = 0;
    for section in found {
        let end = at + section.text.len();
        match merged.last_mut() {
            Some(last) if both(last.kind, section.kind).is_some() => {
                let start = at - last.text.len();
                last.text = text.get(start..end).unwrap_or_default();
                last.kind = both(last.kind, section.kind).unwrap_or(last.kind);
            }
            _ => merged.push(section),
        }
        at = end;
    }
    merged
}

const fn both(a: SectionKind, b: SectionKind) -> Option<SectionKind> {
    match (a, b) {
        (SectionKind::Plain, SectionKind::Plain) => Some(SectionKind::Plain),
        (SectionKind::Own, SectionKind::Own) => Some(SectionKind::Own),
        (SectionKind::Library(a), SectionKind::Library(b)) => Some(SectionKind::Library(a + b)),
        _ => None,
    }
}

/// What the head of a frame leads to: `  File "/app/webui.py", line 12, in run`.
fn frame_of(line: &str) -> Option<SectionKind> {
    let head = line.trim_start_matches([' ', '\t', '|']).strip_prefix("File \"")?;
    let (path, rest) = head.split_once('"')?;
    if !rest.starts_with(", line ") {
        return None;
    }
    const LIBRARIES: [&str; 4] = ["site-packages", "dist-packages", "/lib/python", "\\Lib\\"];
    let is_library = path.starts_with("<frozen ") || LIBRARIES.iter().any(|of| path.contains(of));
    Some(if is_library { SectionKind::Library(1) } else { SectionKind::Own })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(SectionKind, &str)]) {
        let found = sections(text);
        let found: Vec<_> = found.iter().map(|section| (section.kind, section.text)).collect();
        assert_eq!(found, expected);
        assert_eq!(found.iter().map(|(_, text)| *text).collect::<String>(), text);
    }

    #[test]
    fn frames_of_libraries_stand_apart() {
        use SectionKind::{Library, Own, Plain};
        check("no frames\n  at all", &[(Plain, "no frames\n  at all")]);
        check("", &[]);
        check(
            "ERROR failed\nTraceback (most recent call last):\n  File \"/app/webui.py\", line 12, in run\n    model(x)\n    ^^^^^\n  File \"/venv/lib/python3.10/site-packages/torch/nn.py\", line 1, in call\n    return f()\n  File \"<frozen importlib>\", line 2, in load\n  File \"/app/b.py\", line 3, in g\n    y\nValueError: no\n",
            &[
                (Plain, "ERROR failed\nTraceback (most recent call last):\n"),
                (Own, "  File \"/app/webui.py\", line 12, in run\n    model(x)\n    ^^^^^\n"),
                (
                    Library(2),
                    "  File \"/venv/lib/python3.10/site-packages/torch/nn.py\", line 1, in call\n    return f()\n  File \"<frozen importlib>\", line 2, in load\n",
                ),
                (Own, "  File \"/app/b.py\", line 3, in g\n    y\n"),
                (Plain, "ValueError: no\n"),
            ],
        );
        // Of a group of exceptions.
        check(
            "  | Traceback\n  |   File \"/usr/lib/python3.11/asyncio/x.py\", line 1, in y\n  |     z\n  | E: a",
            &[
                (Plain, "  | Traceback\n"),
                (
                    Library(1),
                    "  |   File \"/usr/lib/python3.11/asyncio/x.py\", line 1, in y\n  |     z\n",
                ),
                (Plain, "  | E: a"),
            ],
        );
        check("File \"x\" is missing", &[(Plain, "File \"x\" is missing")]);
    }
}
