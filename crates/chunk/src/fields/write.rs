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
    /// Of each name, where the values of the rows stand in its column.
    places: Vec<Vec<u32>>,
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
    let names = NamesOfRows::of(&columns, rows.start, num_rows);
    // Of each column the value that comes next.
    let mut next: Vec<u32> = columns.iter().map(|(_, within)| within.start as u32).collect();
    let mut shapes: Vec<Shape<'_>> = Vec::new();
    let mut shape_of_names: HashMap<&[u32], usize> = HashMap::new();
    let mut row_shapes = Vec::with_capacity(num_rows);
    let mut before = 0;
    for (row, names) in (rows.start..).zip(names.iter()) {
        if names.is_empty() {
            put_varint(&mut row_shapes, 0);
            continue;
        }
        // Rows that follow each other are mostly alike.
        if shapes.get(before).is_none_or(|shape| shape.names != names) {
            before = *shape_of_names.entry(names).or_insert_with(|| {
                shapes.push(Shape { names, rows: vec![], places: vec![vec![]; names.len()] });
                shapes.len() - 1
            });
        }
        let shape = &mut shapes[before];
        shape.rows.push(row);
        for (places, name) in shape.places.iter_mut().zip(names) {
            let next = &mut next[*name as usize];
            places.push(*next);
            *next += 1;
        }
        put_varint(&mut row_shapes, before as u64 + 1);
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
    for shape in &shapes {
        for (name, places) in shape.names.iter().zip(&shape.places) {
            let column = columns[*name as usize].0;
            put_bytes(&mut out, &write_values(column, places, &shape.rows, text));
        }
    }
    out
}

/// Which names each row has, by their positions, ascending.
struct NamesOfRows {
    names: Vec<u32>,
    /// Where the names of each row end.
    ends: Vec<u32>,
}

impl NamesOfRows {
    fn of(columns: &[(&FieldColumn, Range<usize>)], first: u32, num_rows: usize) -> Self {
        let rows = || columns.iter().map(|(column, within)| &column.rows[within.clone()]);
        let mut ends = vec![0_u32; num_rows];
        rows().flatten().for_each(|row| ends[(row - first) as usize] += 1);
        let mut sum = 0;
        for end in &mut ends {
            // Where they start; adding them makes it where they end.
            (sum, *end) = (sum + *end, sum);
        }
        let mut names = vec![0; sum as usize];
        for (name, rows) in (0_u32..).zip(rows()) {
            for row in rows {
                let end = &mut ends[(row - first) as usize];
                names[*end as usize] = name;
                *end += 1;
            }
        }
        Self { names, ends }
    }

    fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| &self.names[*start as usize..*end as usize])
    }
}

/// The values of `column` at `places`, one for each of `rows`, in the encoding that fits them.
fn write_values(column: &FieldColumn, places: &[u32], rows: &[u32], text: LineText<'_>) -> Vec<u8> {
    let values: Vec<&str> = places.iter().map(|at| column.value(*at as usize)).collect();
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
    let from = |start: usize| Some(start + find(line.get(start..)?, value)?);
    from(after_name).or_else(|| from(0))
}

/// Where `value` stands first in `text`. In a short text it is found before a search is set up.
fn find(text: &[u8], value: &[u8]) -> Option<usize> {
    const SHORT: usize = 512;
    if text.len() > SHORT {
        return memmem::find(text, value);
    }
    let starts = memchr::memchr_iter(*value.first()?, text);
    starts.into_iter().find(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(value)))
}
