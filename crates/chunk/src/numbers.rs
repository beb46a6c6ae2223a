//! The columns of plain numbers. Before packing:
//!
//! ```text
//! timestamps  unit: u8, a power of ten; zigzag(first / unit); then (ts - ts before) / unit
//! times       unit: u8, a power of ten; zigzag(first); width: u8; then, for all entries but the
//!             first, the lowest byte of each (ts - ts before) / unit, then the second of each, up
//!             to `width` bytes
//! arrivals    first; then zigzag(arrival - arrival before), wrapping
//! lengths     bytes of the line, without its line feed
//! ```
//!
//! All other numbers are varints. The unit is the largest power of 1000 that divides every
//! timestamp or, for times, every difference: most logs have milliseconds or seconds, and the zeros
//! need not be stored.
//!
//! `times` is what is written; `timestamps` was before and is read. The low bytes of differences
//! are noise and the high ones are not: apart they take a third less than woven together as
//! varints are.

use crate::FormatError;
use crate::bytes::{Reader, put_varint, unzigzag, zigzag};

/// `timestamps` are in order.
pub(crate) fn write_times(timestamps: &[i64]) -> Vec<u8> {
    // The difference of any two ordered i64 fits an u64.
    let pairs = timestamps.iter().zip(timestamps.iter().skip(1));
    let mut steps: Vec<u64> = pairs.map(|(a, b)| b.wrapping_sub(*a) as u64).collect();
    let exponent = [9_u8, 6, 3]
        .into_iter()
        .find(|exponent| steps.iter().all(|step| step.is_multiple_of(unit(*exponent) as u64)))
        .unwrap_or(0);
    steps.iter_mut().for_each(|step| *step /= unit(exponent) as u64);
    let bits = steps.iter().fold(0, |all, step| all | step);
    let width = (u64::BITS - bits.leading_zeros()).div_ceil(8) as u8;
    let mut out = Vec::with_capacity(steps.len() * usize::from(width) + 12);
    out.push(exponent);
    put_varint(&mut out, zigzag(timestamps.first().copied().unwrap_or_default()));
    out.push(width);
    for plane in 0..width {
        out.extend(steps.iter().map(|step| (step >> (8 * plane)) as u8));
    }
    out
}

pub(crate) fn read_times(bytes: &[u8], count: usize) -> Result<Vec<i64>, FormatError> {
    let mut reader = Reader::new(bytes, "times");
    let unit = read_unit(&mut reader)? as u64;
    let mut timestamp = unzigzag(reader.varint()?);
    let width = reader.u8()?;
    if width > 8 {
        return Err(reader.malformed("a difference has more than 64 bits"));
    }
    let num_steps = count.saturating_sub(1);
    let mut planes = Vec::new();
    for _ in 0..width {
        planes.push(reader.take(num_steps)?);
    }
    reader.end()?;
    let mut timestamps = Vec::with_capacity(count);
    timestamps.push(timestamp);
    for at in 0..num_steps {
        // The highest byte first.
        let byte = |step, plane: &&[u8]| step << 8 | u64::from(plane.get(at).copied().unwrap_or(0));
        let step = planes.iter().rev().fold(0_u64, byte).checked_mul(unit);
        let next = step.and_then(|step| timestamp.checked_add_unsigned(step));
        timestamp = next.ok_or_else(|| reader.malformed("a timestamp is beyond 64 bits"))?;
        timestamps.push(timestamp);
    }
    timestamps.truncate(count);
    Ok(timestamps)
}

const fn unit(exponent: u8) -> i64 {
    10_i64.pow(exponent as u32)
}

fn read_unit(reader: &mut Reader<'_>) -> Result<i64, FormatError> {
    match reader.u8()? {
        exponent @ (0 | 3 | 6 | 9) => Ok(unit(exponent)),
        _ => Err(reader.malformed("the unit is none of 1, 1000, 1000000 and 1000000000")),
    }
}

pub(crate) fn read_timestamps(bytes: &[u8], count: usize) -> Result<Vec<i64>, FormatError> {
    let mut reader = Reader::new(bytes, "timestamps");
    let unit = read_unit(&mut reader)?;
    let mut timestamps = Vec::with_capacity(count.min(reader.len()));
    let mut scaled = 0_i64;
    for row in 0..count {
        let number = reader.varint()?;
        let next =
            if row == 0 { Some(unzigzag(number)) } else { scaled.checked_add_unsigned(number) };
        let timestamp = next.and_then(|next| next.checked_mul(unit));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(timestamps: &[i64], num_bytes: usize) {
        let bytes = write_times(timestamps);
        assert_eq!(read_times(&bytes, timestamps.len()).as_deref(), Ok(timestamps));
        assert_eq!(bytes.len(), num_bytes, "{timestamps:?}");
        for cut in 0..bytes.len() {
            let cut = bytes.get(..cut).unwrap_or_default();
            assert!(read_times(cut, timestamps.len()).is_err(), "{cut:?} of {timestamps:?}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(read_times(&longer, timestamps.len()).is_err());
    }

    #[test]
    fn times_come_back() {
        check(&[0], 3);
        check(&[-1; 300], 3);
        // Seconds, though none of the stamps is a whole one.
        check(&[7, 1_000_000_007, 256_000_000_007], 1 + 1 + 1 + 2);
        check(&[7, 1_000_000_007, 257_000_000_007], 1 + 1 + 1 + 4);
        check(&[1, 2, 3_000_000_002], 1 + 1 + 1 + 2 * 4);
        check(&[i64::MIN, i64::MAX], 1 + 10 + 1 + 8);
    }

    #[test]
    fn times_that_nobody_wrote_are_refused() {
        for (bytes, count) in [
            (&[1, 0, 0][..], 1),
            (&[0, 0, 9], 1),
            (&[0, 0, 1], 2),
            (&[9, 0, 8, 255, 255, 255, 255, 255, 255, 255, 255], 2),
            (&[0, 254, 255, 255, 255, 255, 255, 255, 255, 255, 1, 1, 1], 2),
        ] {
            assert!(read_times(bytes, count).is_err(), "{bytes:?}");
        }
    }
}
