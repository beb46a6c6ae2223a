use std::ops::ControlFlow;

use super::scan::{Kind, Malformed, Scanner};
use crate::pipeline::{Entry, Failure};
use crate::stages::extract::{Extract, Extraction, Next, push_nested_name};

/// `| json`: every field, those of nested objects joined by `_`; arrays and nulls are left out.
#[derive(Debug, Default)]
pub(crate) struct Json {
    pub(crate) extract: Extract,
}

impl Json {
    /// False when a filter on one of the fields drops the entry. What was read before a mistake
    /// in the document stays.
    pub(crate) fn run(&self, entry: &mut Entry<'_>) -> bool {
        entry.with_line(|entry, line| {
            let mut extraction = Extraction::new(entry, &self.extract);
            let mut name = String::new();
            match fields(&mut Scanner::new(line), &mut extraction, &mut name, 0) {
                Ok(ControlFlow::Break(keep)) => keep,
                Ok(ControlFlow::Continue(())) => true,
                Err(malformed) => {
                    entry.fail(Failure::Json, &malformed.to_string());
                    true
                }
            }
        })
    }
}

/// Reads an object whose fields' names begin with what stands in `name`.
fn fields(
    scanner: &mut Scanner<'_>,
    extraction: &mut Extraction<'_, '_>,
    name: &mut String,
    depth: usize,
) -> Result<Next, Malformed> {
    scanner.check_depth(depth)?;
    scanner.open_object()?;
    let mut first = true;
    let prefix = name.len();
    while let Some(key) = scanner.key(&mut first)? {
        name.truncate(prefix);
        push_nested_name(&key, name);
        let kind = scanner.kind()?;
        if kind == Kind::Object {
            let (start, mark) = (scanner.position(), extraction.entry.mark());
            match fields(scanner, extraction, name, depth + 1) {
                Ok(ControlFlow::Continue(())) => continue,
                Ok(stop) => return Ok(stop),
                Err(malformed) => {
                    // An object that was cut off has no fields at all.
                    if !scanner.closes(start) {
                        extraction.entry.roll_back(mark);
                    }
                    return Err(malformed);
                }
            }
        }
        let plain = name.len();
        extraction.entry.dodge(name);
        let wanted = plain > 0 && extraction.wants(name);
        let next = match kind {
            Kind::String if wanted => {
                let value = scanner.string()?;
                extraction.set(name, &value)
            }
            Kind::Number | Kind::Bool if wanted => {
                let value = scanner.word()?;
                extraction.set(name, value)
            }
            _ => {
                scanner.skip()?;
                ControlFlow::Continue(())
            }
        };
        if next.is_break() {
            return Ok(next);
        }
    }
    Ok(ControlFlow::Continue(()))
}
