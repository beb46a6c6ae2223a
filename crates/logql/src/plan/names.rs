//! The label names a pipeline says.

use crate::FieldNeeds;
use crate::ast::{LabelFilter, LabelFormatValue, LabelPick, Stage, StageKind, Unwrap};
use crate::pipeline::{ERROR, ERROR_DETAILS};

/// The label names that stages of a pipeline read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) named: Vec<String>,
    /// A stage may read any label (a template that walks over all of them).
    pub(crate) any: bool,
}

impl Names {
    pub(crate) fn of(stages: &[Stage]) -> Self {
        let mut names = Self::default();
        for stage in stages {
            names.add_stage(&stage.kind);
        }
        names
    }

    fn add_stage(&mut self, stage: &StageKind) {
        match stage {
            StageKind::LabelFilter(filter) => self.add_filter(filter),
            StageKind::LineFormat(template) => self.add_template(template),
            StageKind::LabelFormat(formats) => {
                for format in formats {
                    match &format.value {
                        LabelFormatValue::Rename(from) => self.add(from),
                        LabelFormatValue::Template(template) => self.add_template(template),
                    }
                }
            }
            StageKind::Drop(picks) | StageKind::Keep(picks) => {
                for pick in picks {
                    // A label that only goes or stays need not be known.
                    if let LabelPick::Match(matcher) = pick {
                        self.add(&matcher.name);
                    }
                }
            }
            StageKind::LineFilter { .. }
            | StageKind::Json(_)
            | StageKind::Logfmt { .. }
            | StageKind::Pattern(_)
            | StageKind::Regexp(_)
            | StageKind::Unpack
            | StageKind::Decolorize => {}
        }
    }

    pub(crate) fn add_unwrap(&mut self, unwrap: &Unwrap) {
        self.add(&unwrap.name);
        for filter in &unwrap.filters {
            self.add_filter(filter);
        }
    }

    fn add_filter(&mut self, filter: &LabelFilter) {
        match filter {
            LabelFilter::And(left, right) | LabelFilter::Or(left, right) => {
                self.add_filter(left);
                self.add_filter(right);
            }
            LabelFilter::Match(matcher) => self.add(&matcher.name),
            LabelFilter::Number { name, .. }
            | LabelFilter::Duration { name, .. }
            | LabelFilter::Bytes { name, .. }
            | LabelFilter::Ip { name, .. } => self.add(name),
        }
    }

    fn add_template(&mut self, template: &str) {
        // A template that cannot be read is an error elsewhere.
        let Ok(template) = crate::template::parse(template) else { return };
        for name in template.names() {
            self.add(name);
        }
        self.any |= template.uses_all();
    }

    /// The auto fields that may be used.
    pub(crate) fn fields(&self) -> FieldNeeds {
        let internal = |name: &&String| !matches!(name.as_str(), ERROR | ERROR_DETAILS);
        let named: Vec<String> = self.named.iter().filter(internal).cloned().collect();
        // A template that walks over all labels sees no fields: it does not name them.
        if named.is_empty() { FieldNeeds::None } else { FieldNeeds::Named(named) }
    }

    pub(crate) fn add(&mut self, name: &str) {
        if !self.named.iter().any(|known| known == name) {
            self.named.push(name.to_owned());
        }
    }
}
