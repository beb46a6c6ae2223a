//! Sizes and durations out of texts.

use super::{Args, Body};
use crate::template::value::Value;
use crate::units;

pub(super) fn find(name: &str) -> Option<Body> {
    Some(match name {
        "bytes" => |a| {
            a.expect(1)?;
            #[expect(clippy::cast_precision_loss, reason = "a size is a float in templates")]
            let bytes = units::parse_bytes(a.text(0)?)? as f64;
            Ok(Value::Float(bytes))
        },
        "duration" | "duration_seconds" => |a: &Args<'_>| {
            a.expect(1)?;
            #[expect(clippy::cast_precision_loss, reason = "seconds are a float in templates")]
            let secs = units::parse_duration(a.text(0)?)? as f64 / 1e9;
            Ok(Value::Float(secs))
        },
        _ => return None,
    })
}
