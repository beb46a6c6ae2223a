//! Sizes and durations out of texts.

use model::{parse_value_bytes, parse_value_duration};

use super::{Args, Body};
use crate::template::value::Value;

pub(super) fn find(name: &str) -> Option<Body> {
    Some(match name {
        "bytes" => |a| {
            a.expect(1)?;
            #[expect(clippy::cast_precision_loss, reason = "a size is a float in templates")]
            let bytes = parse_value_bytes(a.text(0)?).map_err(|e| e.to_string())? as f64;
            Ok(Value::Float(bytes))
        },
        "duration" | "duration_seconds" => |a: &Args<'_>| {
            a.expect(1)?;
            #[expect(clippy::cast_precision_loss, reason = "seconds are a float in templates")]
            let secs = parse_value_duration(a.text(0)?).map_err(|e| e.to_string())? as f64 / 1e9;
            Ok(Value::Float(secs))
        },
        _ => return None,
    })
}
