//! Loki's protobuf push:
//!
//! ```text
//! PushRequest  1 streams: Stream…
//! Stream       1 labels: string   2 entries: Entry…   3 hash (not needed)
//! Entry        1 timestamp: { 1 seconds, 2 nanos }   2 line: string   3 metadata: Pair…
//! Pair         1 name: string   2 value: string
//! ```

use model::Entry;

use super::intake::too_much_metadata;
use super::limits::MAX_METADATA_NAMES;
use super::wire::Fields;
use super::{Intake, PushError, Reason, labels};

pub(super) fn read(body: &[u8], intake: &mut Intake) -> Result<(), PushError> {
    for field in Fields::of(body) {
        let (number, value) = field?;
        if number == 1 {
            stream(value.bytes("PushRequest.streams")?, intake)?;
        }
    }
    Ok(())
}

fn stream(message: &[u8], intake: &mut Intake) -> Result<(), PushError> {
    let mut text = String::new();
    for field in Fields::of(message) {
        let (number, value) = field?;
        if number == 1 {
            text = value.text("Stream.labels")?;
        }
    }
    intake.start_stream(labels::parse(&text));
    for field in Fields::of(message) {
        let (number, value) = field?;
        if number == 2 {
            entry(value.bytes("Stream.entries")?, intake)?;
        }
    }
    Ok(())
}

fn entry(message: &[u8], intake: &mut Intake) -> Result<(), PushError> {
    let mut time = None;
    let mut line: &[u8] = b"";
    let mut metadata = Vec::new();
    let mut num_names = 0;
    for field in Fields::of(message) {
        let (number, value) = field?;
        match number {
            1 => time = Some(timestamp(value.bytes("Entry.timestamp")?)?),
            2 => line = value.bytes("Entry.line")?,
            3 => {
                let pair = pair(value.bytes("Entry.structuredMetadata")?)?;
                num_names += 1;
                // One more than may be is enough to see that there are too many.
                if num_names <= MAX_METADATA_NAMES {
                    metadata.push(pair);
                }
            }
            _ => {}
        }
    }
    let Some(timestamp) = time.flatten() else {
        let what = if time.is_none() { "no time" } else { "a time beyond the years 1677 to 2262" };
        intake.refuse(Reason::Timestamp, || format!("{what}, expected nanoseconds since 1970"));
        return Ok(());
    };
    if num_names > MAX_METADATA_NAMES {
        let bytes = metadata.iter().map(|(n, v)| n.len() + v.len()).sum();
        intake.refuse(Reason::Metadata, || too_much_metadata(num_names, bytes));
        return Ok(());
    }
    // A later field of a message overrides an earlier one; an intake keeps the first.
    metadata.reverse();
    intake.take(Entry { timestamp, line: line.to_vec(), metadata, ..Entry::default() })
}

/// None for a time that 64 bits of nanoseconds cannot hold.
fn timestamp(message: &[u8]) -> Result<Option<i64>, PushError> {
    let (mut seconds, mut nanos) = (0, 0);
    for field in Fields::of(message) {
        let (number, value) = field?;
        match number {
            1 => seconds = value.number("Timestamp.seconds")?.cast_signed(),
            2 => nanos = value.number("Timestamp.nanos")?.cast_signed(),
            _ => {}
        }
    }
    Ok(seconds.checked_mul(1_000_000_000).and_then(|ns| ns.checked_add(nanos)))
}

fn pair(message: &[u8]) -> Result<(String, String), PushError> {
    let (mut name, mut text) = (String::new(), String::new());
    for field in Fields::of(message) {
        let (number, value) = field?;
        match number {
            1 => name = value.text("Pair.name")?,
            2 => text = value.text("Pair.value")?,
            _ => {}
        }
    }
    Ok((name, text))
}
