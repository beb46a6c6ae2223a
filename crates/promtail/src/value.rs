/// What a stage took out of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Number(f64),
    Bool(bool),
    Null,
}

impl Value {
    /// As a label or a line has it; None for nothing.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            // The shortest digits that give the same number back, never with an exponent.
            Self::Number(number) => Some(number.to_string()),
            Self::Bool(truth) => Some(truth.to_string()),
            Self::Null => None,
        }
    }

    /// As a metric counts it.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Text(text) => text.trim().parse().ok().or_else(|| {
                let ns = model::parse_duration(text.trim()).ok()?;
                #[expect(clippy::cast_precision_loss, reason = "a metric is a double anyway")]
                let seconds = ns as f64 / 1e9;
                Some(seconds)
            }),
            Self::Number(number) => Some(*number),
            Self::Bool(truth) => Some(f64::from(u8::from(*truth))),
            Self::Null => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
