use jmespath::Variable;
use yaml::Problem;

use crate::config;
use crate::pipeline::{Change, Verdict};
use crate::{Entry, Value};

/// `json`: JMESPath expressions over an object.
pub(super) struct Json {
    expressions: Vec<(String, Expression)>,
    source: Option<String>,
    drop_malformed: bool,
}

/// Nearly all expressions are keys, which need no interpreter.
enum Expression {
    Key(String),
    Path(Box<jmespath::Expression<'static>>),
}

impl Json {
    pub(super) fn new(config: &config::Json) -> Result<Self, Problem> {
        let expressions = config.expressions.iter().map(|(name, path)| {
            let text = path.as_ref().map_or("", |path| path.as_str());
            let expression = expression(if text.is_empty() { name } else { text });
            match (expression, path) {
                (Some(expression), _) => Ok((name.clone(), expression)),
                (None, Some(path)) => {
                    Err(path.problem(format!("{text:?} is no JMESPath expression")))
                }
                (None, None) => Ok((name.clone(), Expression::Key(name.clone()))),
            }
        });
        let expressions = expressions.collect::<Result<_, _>>()?;
        let drop_malformed = config.drop_malformed;
        Ok(Self { expressions, source: config.source.clone(), drop_malformed })
    }

    /// Of keys of the line.
    pub(super) fn of(keys: &[(&str, &str)]) -> Result<Self, Problem> {
        let key =
            |(name, key): &(&str, &str)| ((*name).to_owned(), Expression::Key((*key).to_owned()));
        let expressions = keys.iter().map(key).collect();
        Ok(Self { expressions, source: None, drop_malformed: false })
    }
}

fn expression(text: &str) -> Option<Expression> {
    let is_key = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !text.starts_with(|c: char| c.is_ascii_digit());
    if is_key {
        return Some(Expression::Key(text.to_owned()));
    }
    jmespath::compile(text).ok().map(|path| Expression::Path(Box::new(path)))
}

impl Change for Json {
    fn change(&mut self, entry: &mut Entry, _: i64) -> Verdict {
        let Some(input) = entry.input(self.source.as_deref()) else { return Verdict::Keep };
        let object = match serde_json::from_slice(&input) {
            Ok(serde_json::Value::Object(object)) => object,
            _ if self.drop_malformed => return Verdict::Drop("malformed_json".to_owned()),
            _ => return Verdict::Keep,
        };
        drop(input);
        let mut whole: Option<jmespath::Rcvar> = None;
        for (name, expression) in &self.expressions {
            let value = match expression {
                Expression::Key(key) => object.get(key).map_or(Value::Null, value),
                Expression::Path(path) => {
                    if whole.is_none() {
                        whole = Variable::from_serializable(&object).ok().map(jmespath::Rcvar::new);
                    }
                    let Some(whole) = &whole else { continue };
                    match path.search(whole.clone()).map(serde_json::to_value) {
                        Ok(Ok(found)) => value(&found),
                        _ => continue,
                    }
                }
            };
            entry.extract(name, value);
        }
        Verdict::Keep
    }
}

/// Numbers are doubles; lists and objects are written as JSON again.
fn value(found: &serde_json::Value) -> Value {
    match found {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(number) => number.as_f64().map_or(Value::Null, Value::Number),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        other => Value::Text(other.to_string()),
    }
}
