use std::collections::BTreeMap;
use std::rc::Rc;

use assist::{Completion, Known};
use model::Labels;

use super::Rows;
use crate::line::Entry;

/// Rows that are looked at for the names their entries carry.
const MAX_ROWS: usize = 300;
/// Values that are remembered of each name.
const MAX_VALUES: usize = 20;
/// Longer values are texts, which nobody picks from a list.
const MAX_VALUE_BYTES: usize = 80;

/// The names and values a query can speak of: those of the relay's streams and of the rows shown.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    pub streams: Rc<Vec<Labels>>,
    pub rows: Rows,
}

impl PartialEq for Vocabulary {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.streams, &other.streams) && self.rows == other.rows
    }
}

impl Vocabulary {
    /// What can be written at byte `cursor` of `text`.
    pub fn complete(&self, text: &str, cursor: usize) -> Option<Completion> {
        let fields = fields(self.rows.iter().take(MAX_ROWS));
        let known = Known { streams: &self.streams, fields: Some(&fields) };
        assist::complete(text, cursor, &known)
    }
}

/// What entries carry besides the labels of their streams.
fn fields<'a>(rows: impl Iterator<Item = &'a Rc<Entry>>) -> BTreeMap<String, Vec<String>> {
    let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in rows {
        let own = entry.labels.iter().filter(|(name, _)| entry.stream.get(name).is_none());
        let pushed = entry.auto.iter().chain(&entry.metadata);
        for (name, value) in pushed.map(|(name, value)| (name.as_str(), value.as_str())).chain(own)
        {
            // An error of a stage is nothing that a line carries.
            if name.starts_with("__") {
                continue;
            }
            if !fields.contains_key(name) {
                fields.insert(name.to_owned(), Vec::new());
            }
            if let Some(values) = fields.get_mut(name)
                && values.len() < MAX_VALUES
                && value.len() <= MAX_VALUE_BYTES
                && !values.iter().any(|known| known == value)
            {
                values.push(value.to_owned());
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use logql::Row;

    use super::*;
    use crate::line::Interner;

    #[test]
    fn the_fields_of_the_rows_are_offered_with_their_values() {
        let labels = |pairs: &[(&str, &str)]| Labels::from_iter(pairs.iter().copied());
        let row = |rtf: &str| Row {
            stream: labels(&[("job", "a")]),
            labels: labels(&[("job", "a"), ("status", "200"), ("__error__", "x")]),
            auto: vec![("rtf".to_owned(), rtf.to_owned())],
            ..Row::default()
        };
        let mut rows = Rows::default();
        let listed = ["0.5", "0.7", "0.5"].map(|rtf| row(rtf).into()).to_vec();
        rows.replace_from(0, listed, &mut Interner::default());
        let vocabulary = Vocabulary { streams: Rc::default(), rows };
        for (text, names) in [
            ("{job=\"a\"} | unwrap ", &["rtf", "status"][..]),
            ("{job=\"a\"} | rtf>", &["0.5", "0.7"]),
        ] {
            let completion = vocabulary.complete(text, text.len()).unwrap();
            let found: Vec<&str> = completion.offers.iter().map(|o| o.name.as_str()).collect();
            assert_eq!(found.get(..names.len()), Some(names), "{text}");
        }
    }
}
