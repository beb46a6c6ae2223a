//! `| unwrap duration(took)`: the number an entry stands for.

use model::{parse_value_bytes, parse_value_duration};

use crate::ast;
use crate::ast::Conversion;
use crate::number::parse_number;
use crate::pipeline::{Entry, Failure};

/// An unwrap, ready to run.
#[derive(Debug)]
pub(crate) struct Unwrap {
    pub(crate) name: String,
    conversion: Option<Conversion>,
}

impl Unwrap {
    pub(crate) fn new(unwrap: &ast::Unwrap) -> Self {
        Self { name: unwrap.name.clone(), conversion: unwrap.conversion }
    }

    /// The value of the label as a number; None when the entry has no such label. A value that
    /// is no number is 0 and an error.
    pub(crate) fn value(&self, entry: &mut Entry<'_>) -> Option<f64> {
        let text = entry.value(&self.name)?;
        #[expect(clippy::cast_precision_loss, reason = "sample values are floats")]
        let value = match self.conversion {
            None => parse_number(text),
            Some(Conversion::Bytes) => {
                parse_value_bytes(text).map(|bytes| bytes as f64).map_err(|error| error.to_string())
            }
            Some(Conversion::Duration | Conversion::DurationSeconds) => parse_value_duration(text)
                .map(|ns| ns as f64 / 1e9)
                .map_err(|error| error.to_string()),
        };
        Some(value.unwrap_or_else(|details| {
            entry.fail(Failure::SampleExtraction, &details);
            0.0
        }))
    }
}
