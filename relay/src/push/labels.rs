use model::{Labels, MatchOp};

use super::limits::{MAX_LABELS, MAX_NAME_BYTES, MAX_VALUE_BYTES};
use crate::config::is_label_name;

/// Labels that may name a stream, or what is wrong with them. An empty value is no label.
pub(super) fn checked(pairs: Vec<(String, String)>) -> Result<Labels, String> {
    for (name, value) in &pairs {
        if name.len() > MAX_NAME_BYTES || !is_label_name(name) {
            return Err(format!(
                "label name {:?}, expected letters, digits and _, not starting with a digit, at \
                 most {MAX_NAME_BYTES} bytes",
                shown(name)
            ));
        }
        if value.len() > MAX_VALUE_BYTES {
            return Err(format!(
                "the value of label {:?} has {} bytes, expected at most {MAX_VALUE_BYTES}",
                shown(name),
                value.len()
            ));
        }
    }
    let labels: Labels = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    if labels.is_empty() {
        return Err("no labels, expected at least one to name the stream, such as job".to_owned());
    }
    if labels.len() > MAX_LABELS {
        return Err(format!(
            "{} labels, expected at most {MAX_LABELS}; what differs from line to line belongs \
             into the line or its structured metadata",
            labels.len()
        ));
    }
    Ok(labels)
}

/// Labels as text: all that may be there, with every byte escaped.
const MAX_TEXT_BYTES: usize = 4 * MAX_LABELS * (MAX_NAME_BYTES + MAX_VALUE_BYTES);

/// `{job="a", level="info"}` as text.
pub(super) fn parse(text: &str) -> Result<Labels, String> {
    const EXPECTED: &str = "expected {name=\"value\", …}";
    if text.len() > MAX_TEXT_BYTES {
        let len = text.len();
        return Err(format!("labels of {len} bytes, expected at most {MAX_TEXT_BYTES}"));
    }
    let bare: String = text.chars().take(3).filter(|c| !c.is_whitespace()).collect();
    if bare.is_empty() || bare == "{}" {
        return checked(Vec::new());
    }
    let matchers = match logql::parse_selector(text) {
        Ok(Some(matchers)) => matchers,
        Ok(None) => {
            return Err(format!("labels {:?}, {EXPECTED} and nothing after it", shown(text)));
        }
        Err(error) => {
            let (at, message) = (error.span.start, start_of(&error.message, MAX_MESSAGE));
            return Err(format!("labels {:?}, {EXPECTED}: byte {at}: {message}", shown(text)));
        }
    };
    if let Some(matcher) = matchers.iter().find(|matcher| matcher.op != MatchOp::Equal) {
        let (name, op) = (shown(&matcher.name), matcher.op.as_str());
        return Err(format!("labels with {name}{op}…, {EXPECTED}"));
    }
    let mut names: Vec<&str> = matchers.iter().map(|matcher| matcher.name.as_str()).collect();
    names.sort_unstable();
    if let Some([name, _]) = names.array_windows().find(|[a, b]| a == b) {
        return Err(format!("label {:?} is there twice, expected once", shown(name)));
    }
    checked(matchers.into_iter().map(|matcher| (matcher.name, matcher.value)).collect())
}

/// Makes a name that labels and metadata may have, as Loki does: `k8s.pod.name` is
/// `k8s_pod_name`.
pub(super) fn normalize(name: &mut String) {
    if is_label_name(name) {
        return;
    }
    let ours = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut normal: String = name.chars().map(ours).collect();
    if normal.starts_with(|c: char| c.is_ascii_digit()) {
        normal.insert_str(0, "key_");
    }
    if normal.is_empty() {
        normal.push('_');
    }
    *name = normal;
}

/// The start of what a client sent, for a message.
pub(super) fn shown(text: &str) -> String {
    start_of(text, 80)
}

/// Of what others say about a body, which may quote all of it.
pub(super) const MAX_MESSAGE: usize = 300;

pub(super) fn start_of(text: &str, num_chars: usize) -> String {
    match text.char_indices().nth(num_chars) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_from_text() {
        let long = format!("{{a=\"{}\"}}", "x".repeat(3000));
        let many: Vec<String> = (0..16).map(|n| format!("l{n}=\"x\"")).collect();
        let many = format!("{{{}}}", many.join(","));
        for (text, expected) in [
            (r#"{job="a",level="info"}"#, Ok(r#"{job="a", level="info"}"#)),
            (r#"{ job = "a \"b\" \\ é", none="" }"#, Ok(r#"{job="a \"b\" \\ é"}"#)),
            ("{job=`a\\b`}", Ok(r#"{job="a\\b"}"#)),
            ("", Err("no labels")),
            ("{}", Err("no labels")),
            (r#"{a=""}"#, Err("labels \"{a=\\\"\\\"}\", expected {name=\"value\", …}: byte 0")),
            (r#"{a="x", a="y"}"#, Err("label \"a\" is there twice")),
            (r#"{a=~"x"}"#, Err("labels with a=~")),
            (r#"{a="x"} |= "y""#, Err("labels \"{a=\\\"x\\\"} |= \\\"y\\\"\", expected")),
            (r#"{a="x""#, Err("labels \"{a=\\\"x\\\"\", expected {name=\"value\", …}: byte 0")),
            (r#"{a.b="x"}"#, Err("labels \"{a.b=\\\"x\\\"}\", expected")),
            ("rate({a=\"x\"}[5m])", Err("labels \"rate(")),
            (&long, Err("the value of label \"a\" has 3000 bytes, expected at most 2048")),
            (&many, Err("16 labels, expected at most 15")),
        ] {
            match (parse(text), expected) {
                (Ok(labels), Ok(expected)) => assert_eq!(labels.to_string(), expected),
                (Err(error), Err(start)) => assert!(error.starts_with(start), "{text}: {error}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn names_become_label_names() {
        for (name, expected) in [
            ("service.name", "service_name"),
            ("a-b/c d", "a_b_c_d"),
            ("1st", "key_1st"),
            ("_x", "_x"),
            ("größe", "gr__e"),
            ("", "_"),
        ] {
            let mut found = name.to_owned();
            normalize(&mut found);
            assert_eq!(found, expected);
        }
    }
}
