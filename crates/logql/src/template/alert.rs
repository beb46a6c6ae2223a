//! The texts of alerts: Go's templates with Prometheus' functions and names.

use std::collections::BTreeMap;

use model::Labels;

use super::exec::Start;
use super::funcs::Known;
use super::parse::{Template, TemplateError, parse_with};
use super::scope::Scope;
use super::value::Value;
use crate::limits::MAX_TEMPLATE_WORK;

/// What the text of an alert is filled in with.
#[derive(Clone, Copy, Debug)]
pub struct AlertScope<'a> {
    pub labels: &'a Labels,
    /// Of the value that broke the limit.
    pub value: f64,
    pub external_labels: &'a Labels,
    pub external_url: &'a str,
    /// Nanoseconds since 1970.
    pub now: i64,
}

/// Declared in front of each text.
const VARIABLES: [&str; 4] = ["labels", "value", "externalLabels", "externalURL"];
/// The same as parts of the dot.
pub const FIELDS: [&str; 4] = ["Labels", "Value", "ExternalLabels", "ExternalURL"];

/// Reads the text of a label or an annotation of a rule.
pub fn parse_alert(text: &str) -> Result<Template, TemplateError> {
    parse_with(text, Known::Alert, &VARIABLES)
}

impl Template {
    /// The text of an alert. An error says what went wrong.
    pub fn fill_alert(&self, scope: &AlertScope<'_>) -> Result<String, String> {
        let map = |labels: &Labels| {
            let pairs = labels.iter();
            let values =
                pairs.map(|(name, value)| (name.to_owned(), Value::Text(value.to_owned())));
            Value::Map(values.collect())
        };
        let values = [
            map(scope.labels),
            Value::Float(scope.value),
            map(scope.external_labels),
            Value::Text(scope.external_url.to_owned()),
        ];
        let fields: BTreeMap<String, Value> =
            FIELDS.iter().map(|name| (*name).to_owned()).zip(values.iter().cloned()).collect();
        let variables = VARIABLES.iter().map(|name| (*name).to_owned()).zip(values).collect();
        // A label that is not there is empty, as Go's `missingkey=zero` has it.
        let missing = Value::Text(String::new());
        let start = Start { dot: Value::Map(fields), variables, missing };
        let (mut text, mut work) = (String::new(), MAX_TEMPLATE_WORK);
        self.render_from(start, scope, &mut text, &mut work)?;
        Ok(text)
    }
}

impl Scope for AlertScope<'_> {
    fn label(&self, name: &str) -> Option<&str> {
        self.labels.get(name)
    }

    fn labels(&self) -> Vec<(String, String)> {
        self.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// There is no line; `externalURL` asks for this.
    fn line(&self) -> String {
        self.external_url.to_owned()
    }

    fn timestamp(&self) -> i64 {
        self.now
    }

    fn now(&self) -> i64 {
        self.now
    }
}
