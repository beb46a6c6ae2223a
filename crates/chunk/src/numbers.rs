//! The columns of plain numbers. Before packing:
//!
//! ```text
//! timestamps  unit: u8, a power of ten; zigzag(first / unit); then (ts - ts before) / unit
//! arrivals    first; then zigzag(arrival - arrival before), wrapping
//! lengths     bytes of the line, without its line feed
//! ```
//!
//! All numbers are varints. The unit is the largest power of 1000 that divides every timestamp:
//! most logs have milliseconds or seconds, and the zeros need not be stored.

use crate::FormatError;
use crate::bytes::{Reader, put_varint, unzigzag, zigzag};

pub(crate) fn write_timestamps(timestamps: &[i64]) -> Vec<u8> {
    let exponent = [9_u8, 6, 3]
        .into_iter()
        .find(|exponent| timestamps.iter().all(|ts| ts % unit(*exponent) == 0))
        .unwrap_or(0);
    let mut out = Vec::with_capacity(timestamps.len() * 2 + 10);
    out.push(exponent);
    let mut before = None;
    for timestamp in timestamps {
        let scaled = timestamp / unit(exponent);
        let number = match before {
            None => zigzag(scaled),
            // The difference of any two ordered i64 fits an u64.
            Some(before) => scaled.wrapping_sub(before) as u64,
        };
        put_varint(&mut out, number);
        before = Some(scaled);
    }
    out
}

const fn unit(exponent: u8) -> i64 {
    10_i64.pow(exponent as u32)
}

pub(crate) fn read_timestamps(bytes: &[u8], count: usize) -> Result<Vec<i64>, FormatError> {
    let mut reader = Reader::new(bytes, "timestamps");
    let exponent = reader.u8()?;
    if !matches!(exponent, 0 | 3 | 6 | 9) {
        return Err(reader.malformed("the unit is none of 1, 1000, 1000000 and 1000000000"));
    }
    let mut timestamps = Vec::with_capacity(count.min(reader.len()));
    let mut scaled = 0_i64;
    for row in 0..count {
        let number = reader.varint()?;
        let next =
            if row == 0 { Some(unzigzag(number)) } else { scaled.checked_add_unsigned(number) };
        let timestamp = next.and_then(|next| next.checked_mul(unit(exponent)));
        let (Some(next), Some(timestamp)) = (next, timestamp) else {
            return Err(reader.malformed("a timestamp is beyond 64 bits"));
        };
        scaled = next;
        timestamps.push(timestamp);
    }
    reader.end()?;
    Ok(timestamps)
}

pub(crate) fn write_arrivals(arrivals: &[u64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(arrivals.len() + 10);
    let mut before = None;
    for arrival in arrivals {
        let number = match before {
            None => *arrival,
            Some(before) => zigzag(arrival.wrapping_sub(before) as i64),
        };
        put_varint(&mut out, number);
        before = Some(*arrival);
    }
    out
}

pub(crate) fn read_arrivals(bytes: &[u8], count: usize) -> Result<Vec<u64>, FormatError> {
    let mut reader = Reader::new(bytes, "arrivals");
    let mut arrivals = Vec::with_capacity(count.min(reader.len()));
    let mut arrival = 0_u64;
    for row in 0..count {
        let number = reader.varint()?;
        arrival = if row == 0 { number } else { arrival.wrapping_add(unzigzag(number) as u64) };
        arrivals.push(arrival);
    }
    reader.end()?;
    Ok(arrivals)
}

pub(crate) fn write_lengths(lengths: impl Iterator<Item = usize>) -> Vec<u8> {
    let mut out = Vec::new();
    lengths.for_each(|len| put_varint(&mut out, len as u64));
    out
}

pub(crate) fn read_lengths(bytes: &[u8], count: usize) -> Result<Vec<u32>, FormatError> {
    let mut reader = Reader::new(bytes, "lengths");
    let mut lengths = Vec::with_capacity(count.min(reader.len()));
    for _ in 0..count {
        let len = u32::try_from(reader.varint()?);
        lengths.push(len.map_err(|_| reader.malformed("a length is beyond 32 bits"))?);
    }
    reader.end()?;
    Ok(lengths)
}
