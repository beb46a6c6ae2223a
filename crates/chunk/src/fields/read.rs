use std::collections::BTreeMap;

use model::{FieldColumn, Fields, Lines};

use super::{CONSTANT, DICTIONARY, REFERENCES, TEXTS};
use crate::FormatError;
use crate::bytes::{Reader, unzigzag};
use crate::limits::{BLOCK_VALUES, SECTION_BYTES};

/// The values of one name for the entries of one shape, read one after the other.
enum Values<'a> {
    Constant(&'a str),
    Dictionary { values: Vec<&'a str>, positions: Reader<'a> },
    Texts(Reader<'a>),
    References { lengths: Reader<'a>, offsets: Reader<'a>, texts: Reader<'a>, offset: i64 },
}

/// Reads the fields of `count` entries; of those named `only`, if given. `lines` are the lines of
/// the entries, for values that refer to them.
pub(crate) fn read_fields(
    bytes: &[u8],
    count: usize,
    lines: Option<&Lines>,
    only: Option<&[&str]>,
    what: &'static str,
) -> Result<Fields, FormatError> {
    let mut reader = Reader::new(bytes, what);
    let num_names = reader.at_most(BLOCK_VALUES, "names of fields")?;
    let mut names = Vec::with_capacity(num_names.min(reader.len()));
    for _ in 0..num_names {
        let name = reader.text()?;
        if names.last().is_some_and(|last| *last >= name) {
            return Err(reader.malformed("names are not in order"));
        }
        names.push(name);
    }
    let shapes = read_shapes(&mut reader, count, num_names)?;
    let mut row_shapes = Vec::with_capacity(count.min(reader.len()));
    for _ in 0..count {
        row_shapes.push(reader.at_most(shapes.len(), "shape of an entry")?);
    }

    let mut budget = BLOCK_VALUES;
    let mut columns: BTreeMap<usize, FieldColumn> = BTreeMap::new();
    // For each shape the wanted names and a reader of their values.
    let mut wanted: Vec<Vec<(usize, Values<'_>)>> = Vec::with_capacity(shapes.len());
    for shape in &shapes {
        let mut of_shape = Vec::new();
        for name in shape {
            let values = reader.bytes()?;
            let text = names.get(*name).copied().unwrap_or_default();
            if only.is_none_or(|only| only.contains(&text)) {
                of_shape.push((*name, Values::open(values, what, &mut budget)?));
                columns
                    .entry(*name)
                    .or_insert_with(|| FieldColumn { name: text.to_owned(), ..Default::default() });
            }
        }
        wanted.push(of_shape);
    }
    reader.end()?;

    let (mut num_bytes, mut num_values) = (0, 0);
    for (row, shape) in (0_u32..).zip(&row_shapes) {
        let of_shape = shape.checked_sub(1).and_then(|shape| wanted.get_mut(shape));
        for (name, values) in of_shape.into_iter().flatten() {
            let value = values.next(row, lines, what)?;
            num_bytes += value.len();
            num_values += 1;
            // A constant takes no room for each entry, so a few bytes could claim any number.
            for (claimed, limit) in [(num_bytes, SECTION_BYTES), (num_values, BLOCK_VALUES)] {
                if claimed > limit {
                    let (claimed, limit) = (claimed as u64, limit as u64);
                    return Err(FormatError::Limit { what, claimed, limit });
                }
            }
            let Some(column) = columns.get_mut(name) else { continue };
            column.rows.push(row);
            column.values.push_str(value);
            // Below the limit just checked, so within 32 bits.
            column.ends.push(column.values.len() as u32);
        }
    }
    // A shape that no entry has leaves its columns empty.
    Ok(Fields::from_columns(columns.into_values().filter(|c| !c.rows.is_empty()).collect()))
}

fn read_shapes(
    reader: &mut Reader<'_>,
    count: usize,
    num_names: usize,
) -> Result<Vec<Vec<usize>>, FormatError> {
    let num_shapes = reader.at_most(count, "shapes of fields")?;
    let mut shapes = Vec::with_capacity(num_shapes);
    let mut total = 0;
    for _ in 0..num_shapes {
        let num = reader.at_most(num_names.min(BLOCK_VALUES - total), "names of a shape")?;
        total += num;
        let mut shape = Vec::with_capacity(num);
        let mut next = 0;
        for _ in 0..num {
            let name = next + reader.at_most(num_names, "name of a shape")?;
            if name >= num_names {
                return Err(reader.malformed("a shape has a name that is not listed"));
            }
            shape.push(name);
            next = name + 1;
        }
        shapes.push(shape);
    }
    Ok(shapes)
}

impl<'a> Values<'a> {
    /// `budget` is how many dictionary entries may still be held.
    fn open(bytes: &'a [u8], what: &'static str, budget: &mut usize) -> Result<Self, FormatError> {
        let mut reader = Reader::new(bytes, what);
        match reader.u8()? {
            CONSTANT => {
                let value = reader.text()?;
                reader.end()?;
                Ok(Self::Constant(value))
            }
            DICTIONARY => {
                let num = reader.at_most(*budget, "values of a dictionary")?;
                *budget -= num;
                let mut values = Vec::with_capacity(num.min(reader.len()));
                for _ in 0..num {
                    values.push(reader.text()?);
                }
                Ok(Self::Dictionary { values, positions: reader })
            }
            TEXTS => Ok(Self::Texts(reader)),
            REFERENCES => {
                let lengths = Reader::new(reader.bytes()?, what);
                let offsets = Reader::new(reader.bytes()?, what);
                Ok(Self::References { lengths, offsets, texts: reader, offset: 0 })
            }
            _ => Err(reader.malformed("the encoding of values is unknown")),
        }
    }

    fn next<'l: 'v, 'v>(
        &'v mut self,
        row: u32,
        lines: Option<&'l Lines>,
        what: &'static str,
    ) -> Result<&'v str, FormatError> {
        match self {
            Self::Constant(value) => Ok(value),
            Self::Dictionary { values, positions } => {
                let position = positions.varint()?;
                usize::try_from(position)
                    .ok()
                    .and_then(|position| values.get(position).copied())
                    .ok_or_else(|| positions.malformed("a value is not in the dictionary"))
            }
            Self::Texts(texts) => texts.text(),
            Self::References { lengths, offsets, texts, offset } => {
                let Some(len) = lengths.varint()?.checked_sub(1) else { return texts.text() };
                *offset = offset.wrapping_add(unzigzag(offsets.varint()?));
                let lines = lines.ok_or(FormatError::Missing { column: "lines" })?;
                let line = lines.get(row as usize);
                let start = usize::try_from(*offset).ok();
                let len = usize::try_from(len).ok();
                start
                    .zip(len)
                    .and_then(|(start, len)| line.get(start..start.checked_add(len)?))
                    .and_then(|value| std::str::from_utf8(value).ok())
                    .ok_or(FormatError::Malformed {
                        what,
                        problem: "a value refers to text outside its line",
                    })
            }
        }
    }
}
