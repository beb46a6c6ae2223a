use crate::{Kind, Node};

/// The text of a value as a block, each line indented by as many spaces; anchors are written out.
pub fn print(node: &Node, indent: usize) -> String {
    let mut out = String::new();
    block(node, indent, &mut out);
    out
}

/// A scalar as it has to be written to be read as this text.
pub fn quoted(text: &str) -> String {
    let is_plain =
        text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || "/_.".contains(c))
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "/_.-+".contains(c));
    let is_word = !matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "null"
    );
    if is_plain && is_word {
        return text.to_owned();
    }
    if text.contains(|c: char| c.is_control()) {
        return escaped(text);
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// In double quotes, for what cannot stand in single ones.
fn escaped(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn scalar(text: &str, is_plain: bool) -> String {
    if is_plain { text.to_owned() } else { quoted(text) }
}

fn block(node: &Node, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match &node.kind {
        Kind::Scalar { text, is_plain } => {
            out.push_str(&pad);
            out.push_str(&scalar(text, *is_plain));
            out.push('\n');
        }
        Kind::List(items) if items.is_empty() => out.push_str(&format!("{pad}[]\n")),
        Kind::Map(pairs) if pairs.is_empty() => out.push_str(&format!("{pad}{{}}\n")),
        Kind::List(items) => {
            for item in items {
                let mut inner = String::new();
                block(item, indent + 2, &mut inner);
                // The dash takes the place of the first line's indent.
                let rest = inner.get(indent + 2..).unwrap_or_default();
                out.push_str(&format!("{pad}- {rest}"));
            }
        }
        Kind::Map(pairs) => {
            for (key, value) in pairs {
                let name = match &key.kind {
                    Kind::Scalar { text, is_plain } => scalar(text, *is_plain),
                    Kind::List(_) | Kind::Map(_) => continue,
                };
                out.push_str(&format!("{pad}{name}:"));
                match &value.kind {
                    Kind::Scalar { text, is_plain } => {
                        let text = scalar(text, *is_plain);
                        let space = if text.is_empty() { "" } else { " " };
                        out.push_str(&format!("{space}{text}\n"));
                    }
                    Kind::List(items) if items.is_empty() => out.push_str(" []\n"),
                    Kind::Map(pairs) if pairs.is_empty() => out.push_str(" {}\n"),
                    Kind::List(_) | Kind::Map(_) => {
                        out.push('\n');
                        block(value, indent + 2, out);
                    }
                }
            }
        }
    }
}
