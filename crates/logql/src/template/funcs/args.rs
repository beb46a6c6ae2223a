use super::Context;
use crate::template::value::Value;

/// The arguments of a call.
pub(crate) struct Args<'c> {
    pub(crate) name: &'c str,
    pub(crate) values: &'c [Value],
    pub(crate) context: &'c Context<'c>,
}

impl Args<'_> {
    /// Whether there are exactly `count`.
    pub(crate) fn expect(&self, count: usize) -> Result<(), String> {
        if self.values.len() == count {
            return Ok(());
        }
        Err(format!("{} takes {count} arguments, not {}", self.name, self.values.len()))
    }

    /// Whether there are at least `count`.
    pub(crate) fn expect_from(&self, count: usize) -> Result<(), String> {
        if self.values.len() >= count {
            return Ok(());
        }
        Err(format!("{} takes at least {count} arguments, not {}", self.name, self.values.len()))
    }

    pub(crate) fn get(&self, at: usize) -> &Value {
        self.values.get(at).unwrap_or(&Value::Nil)
    }

    fn wrong(&self, at: usize, expected: &str) -> String {
        format!(
            "argument {} of {} is a {}, expected {expected}",
            at + 1,
            self.name,
            self.get(at).type_name()
        )
    }

    pub(crate) fn text(&self, at: usize) -> Result<&str, String> {
        match self.get(at) {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong(at, "a text")),
        }
    }

    pub(crate) fn int(&self, at: usize) -> Result<i64, String> {
        match self.get(at) {
            Value::Int(value) => Ok(*value),
            #[expect(clippy::cast_possible_truncation, reason = "it has no fraction")]
            Value::Float(value) if value.fract() == 0.0 && value.abs() < 9e18 => Ok(*value as i64),
            _ => Err(self.wrong(at, "a whole number")),
        }
    }

    /// A whole number from whatever it is; 0 from what is none.
    pub(crate) fn to_int(&self, at: usize) -> i64 {
        match self.get(at) {
            Value::Int(value) => *value,
            #[expect(clippy::cast_possible_truncation, reason = "it is cut off on purpose")]
            Value::Float(value) => *value as i64,
            Value::Bool(value) => i64::from(*value),
            Value::Text(text) => text_to_int(text),
            _ => 0,
        }
    }

    /// A number from whatever it is; 0 from what is none.
    pub(crate) fn to_float(&self, at: usize) -> f64 {
        match self.get(at) {
            #[expect(clippy::cast_precision_loss, reason = "floats are what was asked for")]
            Value::Int(value) => *value as f64,
            Value::Float(value) => *value,
            Value::Bool(value) => f64::from(u8::from(*value)),
            Value::Text(text) => crate::number::parse_number(text).unwrap_or(0.0),
            _ => 0.0,
        }
    }
}

fn text_to_int(text: &str) -> i64 {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        return i64::from_str_radix(hex, 16).map_or(0, |value| sign * value);
    }
    match digits.parse::<i64>() {
        Ok(value) => sign * value,
        #[expect(clippy::cast_possible_truncation, reason = "it is cut off on purpose")]
        Err(_) => crate::number::parse_number(text).map_or(0, |value| value as i64),
    }
}
