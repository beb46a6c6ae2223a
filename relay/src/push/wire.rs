//! Reading and writing protobuf fields, without building messages.
//!
//! ```text
//! field  = varint(number << 3 | type) value
//! value  = type 0: varint · 1: 8 bytes · 2: varint length, bytes · 5: 4 bytes
//! varint = 7 bits a byte, lowest first, the high bit says that more follow; at most 10 bytes
//! ```

use super::PushError;

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    /// A string, bytes or a message.
    Bytes(&'a [u8]),
}

/// The fields of a message in the order they come. Ends after the first error.
#[derive(Clone, Debug)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) const fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn read(&mut self) -> Option<(u32, Value<'a>)> {
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).ok().filter(|number| *number > 0)?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(*self.take()?)),
            2 => {
                let len = usize::try_from(self.varint()?).ok()?;
                let (bytes, rest) = self.rest.split_at_checked(len)?;
                self.rest = rest;
                Value::Bytes(bytes)
            }
            5 => Value::Fixed32(u32::from_le_bytes(*self.take()?)),
            // 3 and 4 are groups, which no message of ours has ever had.
            _ => return None,
        };
        Some((number, value))
    }

    fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(bytes)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for at in 0..10 {
            let [byte] = *self.take()?;
            // Of the tenth byte only one bit fits.
            if at == 9 && byte > 1 {
                return None;
            }
            value |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), PushError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let left = self.rest.len();
        Some(self.read().ok_or_else(|| {
            self.rest = &[];
            PushError::malformed(format!(
                "the body is not valid protobuf: a field that starts {left} bytes before the end \
                 of its message is cut off or of no known type"
            ))
        }))
    }
}

impl<'a> Value<'a> {
    /// The value as bytes; `what` names the field for the error.
    pub(super) fn bytes(self, what: &str) -> Result<&'a [u8], PushError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            other => Err(other.unexpected(what, "bytes")),
        }
    }

    pub(super) fn text(self, what: &str) -> Result<String, PushError> {
        Ok(String::from_utf8_lossy(self.bytes(what)?).into_owned())
    }

    /// A number of any width.
    pub(super) fn number(self, what: &str) -> Result<u64, PushError> {
        match self {
            Self::Varint(number) | Self::Fixed64(number) => Ok(number),
            Self::Fixed32(number) => Ok(number.into()),
            other @ Self::Bytes(_) => Err(other.unexpected(what, "a number")),
        }
    }

    fn unexpected(self, what: &str, expected: &str) -> PushError {
        let found = match self {
            Self::Varint(_) => "a varint",
            Self::Fixed64(_) => "8 bytes",
            Self::Fixed32(_) => "4 bytes",
            Self::Bytes(_) => "bytes",
        };
        PushError::malformed(format!(
            "the body is not the protobuf message expected here: {what} is {found}, expected \
             {expected}"
        ))
    }
}

/// Appends a number; zero is what an absent field means.
pub(super) fn put_number(message: &mut Vec<u8>, field: u32, number: u64) {
    if number != 0 {
        put_varint(message, u64::from(field) << 3);
        put_varint(message, number);
    }
}

pub(super) fn put_bytes(message: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    put_varint(message, u64::from(field) << 3 | 2);
    put_varint(message, bytes.len() as u64);
    message.extend_from_slice(bytes);
}

fn put_varint(message: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            message.push(low);
            return;
        }
        message.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_one_by_one() {
        let mut message = Vec::new();
        put_number(&mut message, 1, 300);
        put_bytes(&mut message, 2, b"ab");
        put_number(&mut message, 16, u64::MAX);
        message.extend([0x1d, 1, 0, 0, 0, 0x21, 2, 0, 0, 0, 0, 0, 0, 0]);
        let fields: Vec<_> = Fields::of(&message).map(Result::unwrap).collect();
        assert_eq!(
            fields,
            [
                (1, Value::Varint(300)),
                (2, Value::Bytes(b"ab")),
                (16, Value::Varint(u64::MAX)),
                (3, Value::Fixed32(1)),
                (4, Value::Fixed64(2)),
            ]
        );
    }

    #[test]
    fn a_broken_message_ends_with_an_error() {
        for (message, name) in [
            (&[0x08][..], "no value"),
            (&[0x0a, 5, 1], "bytes are missing"),
            (&[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "a length beyond"),
            (&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2], "65 bits"),
            (&[0x0b, 1], "a group"),
            (&[0x00, 1], "number 0"),
            (&[0x0d, 1, 2], "4 bytes, cut off"),
        ] {
            let found: Vec<_> = Fields::of(message).collect();
            assert!(matches!(found[..], [Err(_)]), "{name}: {found:?}");
        }
    }
}
