use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;
use model::{FieldColumn, Fields, Lines};

use super::{CONSTANT, DICTIONARY, REFERENCES, TEXTS};
use crate::bytes::{put_bytes, put_varint, zigzag};

/// Whether values may refer to the text of their lines, which then must be read with them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LineText<'a> {
    Refer(&'a Lines),
    Ignore,
}

impl LineText<'_> {
    /// How many different values are worth a dictionary. With more of them their positions are
    /// as irregular as the values, and a reference to the line is smaller.
    const fn max_dictionary(self) -> usize {
        match self {
            Self::Refer(_) => 32,
            Self::Ignore => usize::MAX,
        }
    }
}

/// The entries of one shape: which names they carry, and where their values are.
struct Shape<'a> {
    /// Positions in the names, ascending.
    names: &'a [u32],
    rows: Vec<u32>,
}

/// The fields of the entries `rows`; empty when they have none.
pub(crate) fn write_fields(fields: &Fields, rows: Range<u32>, text: LineText<'_>) -> Vec<u8> {
    let columns: Vec<(&FieldColumn, Range<usize>)> = fields
        .columns()
        .iter()
        .map(|column| {
            let at = |row| column.rows.partition_point(|r| *r < row);
            (column, at(rows.start)..at(rows.end))
        })
        .filter(|(_, within)| !within.is_empty())
        .collect();
    if columns.is_empty() {
        return Vec::new();
    }

    let num_rows = (rows.end - rows.start) as usize;
    let mut names_of_row: Vec<Vec<u32>> = vec![Vec::new(); num_rows];
    for (name, (column, within)) in (0_u32..).zip(&columns) {
        for row in &column.rows[within.clone()] {
            names_of_row[(row - rows.start) as usize].push(name);
        }
    }
    let mut shapes: Vec<Shape<'_>> = Vec::new();
    let mut shape_of_names: HashMap<&[u32], usize> = HashMap::new();
    let mut row_shapes = Vec::with_capacity(num_rows);
    for (row, names) in (rows.start..).zip(&names_of_row) {
        if names.is_empty() {
            put_varint(&mut row_shapes, 0);
            continue;
        }
        let shape = *shape_of_names.entry(names).or_insert_with(|| {
            shapes.push(Shape { names, rows: Vec::new() });
            shapes.len() - 1
        });
        shapes[shape].rows.push(row);
        put_varint(&mut row_shapes, shape as u64 + 1);
    }

    let mut out = Vec::new();
    put_varint(&mut out, columns.len() as u64);
    for (column, _) in &columns {
        put_bytes(&mut out, column.name.as_bytes());
    }
    put_varint(&mut out, shapes.len() as u64);
    for shape in &shapes {
        put_varint(&mut out, shape.names.len() as u64);
        let mut next = 0;
        for name in shape.names {
            put_varint(&mut out, u64::from(name - next));
            next = name + 1;
        }
    }
    out.append(&mut row_shapes);
    // Where each column's next value is: a shape's rows lie scattered over the column's.
    for shape in &shapes {
        for name in shape.names {
            let column = columns[*name as usize].0;
            put_bytes(&mut out, &write_values(column, &shape.rows, text));
        }
    }
    out
}

/// The values of `column` for `rows`, which all have one, in the encoding that fits them.
fn write_values(column: &FieldColumn, rows: &[u32], text: LineText<'_>) -> Vec<u8> {
    let values: Vec<&str> = values_of(column, rows);
    let mut out = Vec::new();
    if let Some(only) = values.first().filter(|first| values.iter().all(|v| v == *first)) {
        out.push(CONSTANT);
        put_bytes(&mut out, only.as_bytes());
    } else if let Some(dictionary) =
        Dictionary::of(&values, text.max_dictionary().min(values.len() / 4))
    {
        out.push(DICTIONARY);
        put_varint(&mut out, dictionary.distinct.len() as u64);
        dictionary.distinct.iter().for_each(|value| put_bytes(&mut out, value.as_bytes()));
        dictionary.positions.iter().for_each(|position| put_varint(&mut out, *position));
    } else if let LineText::Refer(lines) = text {
        out.push(REFERENCES);
        write_references(&mut out, &column.name, &values, rows, lines);
    } else {
        out.push(TEXTS);
        values.iter().for_each(|value| put_bytes(&mut out, value.as_bytes()));
    }
    out
}

/// The different values, and for each value its position among them.
struct Dictionary<'a> {
    distinct: Vec<&'a str>,
    positions: Vec<u64>,
}

impl<'a> Dictionary<'a> {
    /// None as soon as there are more than `limit` different values.
    fn of(values: &[&'a str], limit: usize) -> Option<Self> {
        let mut position_of: HashMap<&str, u64> = HashMap::new();
        let mut dictionary = Self { distinct: Vec::new(), positions: Vec::new() };
        for value in values {
            let next = dictionary.distinct.len() as u64;
            let position = *position_of.entry(value).or_insert(next);
            if position == next {
                if dictionary.distinct.len() == limit {
                    return None;
                }
                dictionary.distinct.push(value);
            }
            dictionary.positions.push(position);
        }
        Some(dictionary)
    }
}

fn values_of<'a>(column: &'a FieldColumn, rows: &[u32]) -> Vec<&'a str> {
    let mut at = 0;
    rows.iter()
        .map(|row| {
            // Both are ascending: go on from the last one found.
            let rest = column.rows.get(at..).unwrap_or_default();
            at += rest.partition_point(|r| r < row);
            column.value(at)
        })
        .collect()
}

fn write_references(out: &mut Vec<u8>, name: &str, values: &[&str], rows: &[u32], lines: &Lines) {
    let finder = memmem::Finder::new(name);
    let (mut lengths, mut offsets, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    let mut before = 0;
    for (value, row) in values.iter().zip(rows) {
        match place_of(value, lines.get(*row as usize), before, &finder) {
            Some(offset) => {
                put_varint(&mut lengths, value.len() as u64 + 1);
                put_varint(&mut offsets, zigzag(offset as i64 - before as i64));
                before = offset;
            }
            None => {
                put_varint(&mut lengths, 0);
                put_bytes(&mut texts, value.as_bytes());
            }
        }
    }
    put_bytes(out, &lengths);
    put_bytes(out, &offsets);
    out.append(&mut texts);
}

/// Where `value` stands in `line`. Of several places the one that is like the entry before is
/// the cheapest, and the one right after the field's name the likeliest to be alike.
fn place_of(value: &str, line: &[u8], before: usize, name: &memmem::Finder<'_>) -> Option<usize> {
    let value = value.as_bytes();
    if value.is_empty() {
        return None;
    }
    if line.get(before..).is_some_and(|rest| rest.starts_with(value)) {
        return Some(before);
    }
    let after_name = name.find(line).map_or(0, |at| at + name.needle().len());
    // Behind `=`, `="`, `": ` or `": "`: not worth a search.
    let near = (1..=4).map(|gap| after_name + gap);
    for place in near {
        if line.get(place..).is_some_and(|rest| rest.starts_with(value)) {
            return Some(place);
        }
    }
    let from = |start: usize| Some(start + memmem::find(line.get(start..)?, value)?);
    from(after_name).or_else(|| from(0))
}
