use crate::line::Entry;

/// What an entry's details list, group by group; each name once in its group, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldGroups {
    /// The labels of its stream.
    pub labels: Vec<(String, String)>,
    /// What Logpane found in the line, and what its session says.
    pub auto: Vec<(String, String)>,
    /// What a client pushed along.
    pub metadata: Vec<(String, String)>,
    /// What the query's parsers made.
    pub parsed: Vec<(String, String)>,
}

/// Where a value stands, and so how a filter on it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the stream selector.
    Label,
    /// As a filter stage.
    Field,
}

impl FieldGroups {
    pub fn of(entry: &Entry) -> Self {
        let stream = &entry.stream;
        let known = |pairs: &[(String, String)], name: &str, value: &str| {
            pairs.iter().any(|(n, v)| n == name && v == value)
        };
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let sorted = |pairs: &[(String, String)]| {
            let mut pairs = pairs.to_vec();
            pairs.sort();
            pairs.dedup();
            pairs
        };
        Self {
            labels: stream.iter().map(owned).collect(),
            auto: sorted(&entry.auto),
            metadata: sorted(&entry.metadata),
            parsed: entry
                .labels
                .iter()
                .filter(|(name, value)| {
                    stream.get(name) != Some(value)
                        && !known(&entry.metadata, name, value)
                        && !known(&entry.auto, name, value)
                })
                .map(owned)
                .collect(),
        }
    }
}

/// The query narrowed to entries where `name` is `value`, or is not. Plain words are written out
/// first. None where the query cannot be read.
pub fn narrowed(
    query: &str,
    place: Place,
    name: &str,
    value: &str,
    negated: bool,
) -> Option<String> {
    // Who asks for a level wants that one, hidden until now or not.
    let query = match query.trim() {
        "" if name == "level" => super::everything(),
        query => super::written_out(query),
    };
    match place {
        Place::Label => logql::edit::add_label_matcher(&query, name, value, negated).ok(),
        Place::Field => logql::edit::add_label_filter(&query, name, value, negated).ok(),
    }
}

/// An entry as JSON, for the clipboard.
pub fn to_json(entry: &Entry) -> String {
    let groups = FieldGroups::of(entry);
    let object = |pairs: &[(String, String)]| -> serde_json::Value {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let mut json = serde_json::json!({
        "timestamp": entry.timestamp.to_string(),
        "line": String::from_utf8_lossy(&entry.line),
        "labels": object(&groups.labels),
    });
    if let Some(members) = json.as_object_mut() {
        for (name, pairs) in
            [("fields", &groups.auto), ("metadata", &groups.metadata), ("parsed", &groups.parsed)]
        {
            if !pairs.is_empty() {
                members.insert(name.to_owned(), object(pairs));
            }
        }
        if let Some(original) = &entry.original {
            let original = String::from_utf8_lossy(original).into_owned();
            members.insert("original".to_owned(), original.into());
        }
    }
    serde_json::to_string_pretty(&json).unwrap_or_default()
}

/// An entry as Markdown, for an issue or a chat: when and where, then the line as it is.
pub fn to_markdown(entry: &Entry, when: &str) -> String {
    let line = String::from_utf8_lossy(&entry.line);
    let labels: Vec<String> =
        entry.stream.iter().map(|(name, value)| format!("{name}={value}")).collect();
    // The fence is longer than any in the line, so that the line cannot end it.
    let mut longest = 0;
    let mut now = 0;
    for c in line.chars() {
        now = if c == '`' { now + 1 } else { 0 };
        longest = longest.max(now);
    }
    let fence = "`".repeat((longest + 1).max(3));
    let end = if line.ends_with('\n') { "" } else { "\n" };
    format!("**{when}** · {}\n\n{fence}text\n{line}{end}{fence}\n", labels.join(" · "))
}

#[cfg(test)]
mod tests {
    use logql::Row;
    use model::Labels;

    use super::*;
    use crate::line::Interner;

    fn entry() -> Entry {
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect::<Vec<_>>()
        };
        Entry::new(
            Row {
                timestamp: 5,
                line: b"text_len=42".to_vec(),
                stream: Labels::from([("job", "a"), ("level", "info")]),
                labels: Labels::from([("job", "a"), ("level", "info"), ("p", "1"), ("user", "u")]),
                metadata: pairs(&[("user", "u")]),
                auto: pairs(&[("text_len", "42"), ("commit", "abc1234")]),
                ..Row::default()
            },
            &mut Interner::default(),
        )
    }

    #[test]
    fn each_value_stands_in_one_group() {
        let groups = FieldGroups::of(&entry());
        let names = |pairs: &[(String, String)]| {
            pairs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&groups.labels), ["job", "level"]);
        assert_eq!(names(&groups.auto), ["commit", "text_len"]);
        assert_eq!(names(&groups.metadata), ["user"]);
        assert_eq!(names(&groups.parsed), ["p"]);
    }

    #[test]
    fn a_click_writes_logql() {
        for (query, place, negated, expected) in [
            ("", Place::Label, false, r#"{job=~".+", level!="debug", n="v"}"#),
            (r#"{job="a"}"#, Place::Label, true, r#"{job="a", n!="v"}"#),
            (r#"{job="a"} |= "x""#, Place::Field, false, r#"{job="a"} |= "x" | n="v""#),
            ("oops", Place::Field, true, r#"{job=~".+"} |= "oops" | n!="v""#),
        ] {
            assert_eq!(narrowed(query, place, "n", "v", negated).as_deref(), Some(expected));
        }
        assert_eq!(narrowed("{job=", Place::Label, "n", "v", false), None);
    }

    #[test]
    fn no_line_ends_its_fence() {
        let with = |line: &str| {
            let mut entry = entry();
            entry.line = line.into();
            to_markdown(&entry, "noon")
        };
        for (line, fence) in [("x", "```"), ("a ``` b", "````"), ("``````\n", "```````")] {
            let ended = line.trim_end();
            let expected =
                format!("**noon** · job=a · level=info\n\n{fence}text\n{ended}\n{fence}\n");
            assert_eq!(with(line), expected);
        }
    }

    #[test]
    fn json_holds_what_the_details_show() {
        let json: serde_json::Value = serde_json::from_str(&to_json(&entry())).unwrap();
        assert_eq!(json["timestamp"], "5");
        assert_eq!(json["labels"]["job"], "a");
        assert_eq!(json["fields"]["text_len"], "42");
        assert_eq!(json["parsed"]["p"], "1");
    }
}
