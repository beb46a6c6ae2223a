use std::fmt;

use logql::template::{AlertScope, FIELDS, Template, parse_alert};

/// The text of a label or an annotation: what was written, ready to be filled in.
#[derive(Clone, Debug)]
pub struct Text {
    source: String,
    template: Template,
}

/// Where a text is wrong, in bytes, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    pub offset: usize,
    pub message: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TextError {}

impl Text {
    /// Reads a text. Unknown functions, variables and fields are errors here.
    pub fn parse(source: &str) -> Result<Self, TextError> {
        let error = |offset, message| TextError { offset, message };
        let template = parse_alert(source).map_err(|e| error(e.offset, e.message))?;
        // Within these the dot may be something else.
        let dot_stays = !["range", "with", "template"].iter().any(|word| source.contains(word));
        let unknown = template.names().iter().find(|name| !FIELDS.contains(&name.as_str()));
        if let Some(name) = unknown.filter(|_| dot_stays && !source.contains("$.")) {
            let offset = source.find(&format!(".{name}")).unwrap_or(0);
            let near = model::nearest(name, &["labels", "value", "externallabels", "externalurl"]);
            let message = match near {
                Some("labels") => format!("there is no .{name}, did you mean `.Labels`?"),
                Some("value") => format!("there is no .{name}, did you mean `.Value`?"),
                _ => format!("there is no .{name}; a label is {{{{ $labels.{name} }}}}"),
            };
            return Err(error(offset, message));
        }
        Ok(Self { source: source.to_owned(), template })
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Filled in; where that fails, the text says so, as Prometheus does it.
    pub fn fill(&self, scope: &AlertScope<'_>) -> String {
        self.template
            .fill_alert(scope)
            .unwrap_or_else(|error| format!("<error expanding template: {error}>"))
    }
}
