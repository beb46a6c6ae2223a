use super::scan::{Kind, Malformed, Scanner};
use crate::pipeline::{Entry, Failure};
use crate::stages::extract::push_label_name;

/// The field of a packed line that holds the line.
const ENTRY: &str = "_entry";

/// `| unpack`: undoes a shipper's packing: `_entry` becomes the line again, the other texts
/// labels.
pub(crate) fn unpack(entry: &mut Entry<'_>) {
    let inner = entry.with_line(|entry, line| {
        if line.is_empty() {
            return None;
        }
        match read(line) {
            Ok((fields, inner)) if inner.is_some() => {
                for (mut name, value) in fields {
                    entry.dodge(&mut name);
                    entry.set(&name, &value);
                }
                inner
            }
            Ok(_) => None,
            Err(_) => {
                entry.fail(Failure::Json, "the line is no packed entry, which is a JSON object");
                None
            }
        }
    });
    if let Some(inner) = inner {
        entry.set_line(inner.as_bytes());
    }
}

/// The fields that are texts, and the packed line.
type Packed = (Vec<(String, String)>, Option<String>);

fn read(line: &[u8]) -> Result<Packed, Malformed> {
    let mut scanner = Scanner::new(line);
    scanner.open_object()?;
    let mut first = true;
    let mut fields = Vec::new();
    let mut inner = None;
    while let Some(key) = scanner.key(&mut first)? {
        if scanner.kind()? != Kind::String {
            scanner.skip()?;
            continue;
        }
        let value = scanner.string()?.into_owned();
        if key == ENTRY {
            inner = Some(value);
        } else {
            let mut name = String::new();
            push_label_name(&key, &mut name);
            fields.push((name, value));
        }
    }
    Ok((fields, inner))
}
