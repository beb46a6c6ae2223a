//! `nvidia-smi --format=csv`: a line that names the columns, and rows of values with units.

use super::pair;
use crate::Auto;

/// More columns than nvidia-smi has.
const MAX_COLUMNS: usize = 64;

/// The names behind the time in a header line: `timestamp, utilization.gpu [%], memory.used [MiB]`.
pub(crate) fn columns(line: &[u8]) -> Option<Vec<String>> {
    let rest = line.strip_prefix(b"timestamp, ")?;
    let names = std::str::from_utf8(rest).ok()?.split(", ").take(MAX_COLUMNS);
    let plain = |name: &str| {
        let name = name.split(" [").next().unwrap_or(name).trim();
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
    };
    Some(names.map(plain).collect())
}

/// The values of a row, under the names of the header before it; without one nothing is known.
pub(crate) fn row(columns: &[String], message: &[u8], auto: &mut Auto) {
    for (name, value) in columns.iter().zip(message.split(|b| *b == b',')) {
        pair(name, value.trim_ascii(), auto);
    }
}
