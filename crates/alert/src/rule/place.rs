use yaml::Mark;

/// Where byte `offset` of a value stands in its file. The value is found again by its letters:
/// quotes, escapes, the marks of block scalars, indents and folded lines are all of the file, and
/// none of them changes the order of what is no white space.
pub(super) fn within(file: &str, start: Mark, value: &str, offset: usize) -> Mark {
    let lines = file.split('\n').enumerate().skip(start.line.saturating_sub(1));
    let chars = lines.flat_map(|(at, line)| {
        let skip = if at + 1 == start.line { start.column.saturating_sub(1) } else { 0 };
        line.chars()
            .enumerate()
            .skip(skip)
            .map(move |(column, c)| (Mark { line: at + 1, column: column + 1 }, c))
    });
    let mut written = chars.filter(|(_, c)| !c.is_whitespace()).peekable();
    // A block scalar begins with its mark, `|` or `>-`, a quoted one with its quote.
    let opens = written.peek().map(|(_, c)| *c).filter(|c| matches!(c, '|' | '>' | '"' | '\''));
    let first_line = start.line;
    if opens.is_some_and(|c| !value.trim_start().starts_with(c) || matches!(c, '"' | '\'')) {
        if opens.is_some_and(|c| matches!(c, '|' | '>')) {
            while written.next_if(|(mark, _)| mark.line == first_line).is_some() {}
        } else {
            written.next();
        }
    }
    let mut last = start;
    for (at, wanted) in value.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let mut found = written.next();
        // What an escape begins with.
        if let Some((_, c)) = found
            && c != wanted
            && matches!(c, '\\' | '\'')
        {
            found = written.next();
        } else if matches!((found, opens), (Some((_, '\'')), Some('\''))) {
            written.next_if(|(_, c)| *c == '\'');
        }
        let Some((mark, _)) = found.filter(|(_, c)| *c == wanted) else { return start };
        if at >= offset {
            return mark;
        }
        last = Mark { line: mark.line, column: mark.column + 1 };
    }
    last
}
