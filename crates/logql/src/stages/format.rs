//! `| line_format "…"` and `| label_format a=b, c="…"`

use crate::ast;
use crate::pipeline::{Entry, Failure};
use crate::template::{Scope, Template, parse};

/// `line_format`, ready to run.
#[derive(Debug)]
pub(crate) struct LineFormat {
    template: Template,
}

/// `label_format`, ready to run.
#[derive(Debug)]
pub(crate) struct LabelFormat {
    formats: Vec<(String, Format)>,
}

#[derive(Debug)]
enum Format {
    Rename(String),
    Template(Template),
}

impl LineFormat {
    /// An error is a sentence about the template.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        Ok(Self { template: parse(text).map_err(|error| error.message)? })
    }

    /// A template that fails leaves the line as it is.
    pub(crate) fn run(&self, entry: &mut Entry<'_>, now: i64) {
        let mut line = String::new();
        match render(&self.template, entry, now, &mut line) {
            Ok(()) => entry.swap_line(&mut line.into_bytes()),
            Err(details) => entry.fail(Failure::Template, &details),
        }
    }
}

impl LabelFormat {
    /// An error is a sentence about the stage.
    pub(crate) fn new(formats: &[ast::LabelFormat]) -> Result<Self, String> {
        let mut ready: Vec<(String, Format)> = Vec::with_capacity(formats.len());
        for format in formats {
            if ready.iter().any(|(name, _)| *name == format.name) {
                return Err(format!("the label {} is set twice", format.name));
            }
            let value = match &format.value {
                ast::LabelFormatValue::Rename(from) => Format::Rename(from.clone()),
                ast::LabelFormatValue::Template(text) => {
                    Format::Template(parse(text).map_err(|error| error.message)?)
                }
            };
            ready.push((format.name.clone(), value));
        }
        Ok(Self { formats: ready })
    }

    /// One after the other: a later one sees what an earlier one did.
    pub(crate) fn run(&self, entry: &mut Entry<'_>, now: i64) {
        let mut text = String::new();
        for (name, format) in &self.formats {
            match format {
                Format::Rename(from) => {
                    if let Some(value) = entry.value(from) {
                        let value = value.to_owned();
                        entry.remove(from);
                        entry.set(name, &value);
                    }
                }
                Format::Template(template) => {
                    text.clear();
                    match render(template, entry, now, &mut text) {
                        Ok(()) => entry.set(name, &text),
                        Err(details) => entry.fail(Failure::Template, &details),
                    }
                }
            }
        }
    }
}

fn render(
    template: &Template,
    entry: &mut Entry<'_>,
    now: i64,
    out: &mut String,
) -> Result<(), String> {
    let mut work = entry.template_work;
    let result = template.render(&EntryScope { entry, now }, out, &mut work);
    entry.template_work = work;
    result
}

/// An entry as a template sees it.
struct EntryScope<'e, 'a> {
    entry: &'e Entry<'a>,
    now: i64,
}

impl Scope for EntryScope<'_, '_> {
    fn label(&self, name: &str) -> Option<&str> {
        self.entry.value(name)
    }

    fn labels(&self) -> Vec<(String, String)> {
        let labels = self.entry.labels();
        labels.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn line(&self) -> String {
        self.entry.text().into_owned()
    }

    fn timestamp(&self) -> i64 {
        self.entry.timestamp()
    }

    fn now(&self) -> i64 {
        self.now
    }
}
