//! JSON read piece by piece: lists are walked, not built, and errors name their place in the body.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::limits::MAX_OBJECT_NAMES;
use super::{PushError, labels};

/// A body of JSON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document<'a> {
    text: &'a str,
}

impl<'a> Document<'a> {
    pub(super) fn new(body: &'a [u8]) -> Result<Self, PushError> {
        let text = std::str::from_utf8(body).map_err(|error| {
            let at = error.valid_up_to();
            PushError::malformed(format!(
                "the body is not UTF-8: byte {at} belongs to no character"
            ))
        })?;
        Ok(Self { text })
    }

    pub(super) fn root<T: Deserialize<'a>>(self, expected: &str) -> Result<T, PushError> {
        serde_json::from_str(self.text).map_err(|error| self.error(self.text, &error, expected))
    }

    /// Reads a piece of the document. The error is a sentence without a full stop.
    pub(super) fn read<T: Deserialize<'a>>(
        self,
        piece: &'a RawValue,
        expected: &str,
    ) -> Result<T, PushError> {
        serde_json::from_str(piece.get()).map_err(|error| self.error(piece.get(), &error, expected))
    }

    /// Walks a list; `null` is an empty one.
    pub(super) fn each(
        self,
        list: &'a RawValue,
        expected: &str,
        take: impl FnMut(&'a RawValue) -> Result<(), PushError>,
    ) -> Result<(), PushError> {
        let mut stopped = None;
        let each = Each { take, stopped: &mut stopped };
        let walked = each.deserialize(&mut serde_json::Deserializer::from_str(list.get()));
        match (stopped, walked) {
            (Some(error), _) => Err(error),
            (None, Ok(())) => Ok(()),
            (None, Err(error)) => Err(self.error(list.get(), &error, expected)),
        }
    }

    /// `piece` is a part of the text.
    pub(super) fn error(self, piece: &str, error: &serde_json::Error, expected: &str) -> PushError {
        let start = (piece.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let before = self.text.get(..start).unwrap_or_default();
        let lines = before.matches('\n').count();
        let (line, column) = match error.line() {
            0 | 1 => {
                let line_start = before.rfind('\n').map_or(0, |at| at + 1);
                (lines + 1, before.len() - line_start + error.column())
            }
            line => (lines + line, error.column()),
        };
        let text = error.to_string();
        let what = text.rfind(" at line ").and_then(|at| text.get(..at)).unwrap_or(&text);
        let what = labels::start_of(what, labels::MAX_MESSAGE);
        PushError::malformed(format!("line {line}, column {column}: {what}; expected {expected}"))
    }
}

/// Hands the elements of a list to `take`, one after the other.
struct Each<'s, F> {
    take: F,
    stopped: &'s mut Option<PushError>,
}

impl<'a, F: FnMut(&'a RawValue) -> Result<(), PushError>> DeserializeSeed<'a> for Each<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a, F: FnMut(&'a RawValue) -> Result<(), PushError>> Visitor<'a> for Each<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<&RawValue>()? {
            if let Err(error) = (self.take)(element) {
                *self.stopped = Some(error);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// An object of strings, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Pairs(pub(super) Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    if pairs.len() >= MAX_OBJECT_NAMES {
                        return Err(A::Error::custom("far too many names"));
                    }
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A string that is borrowed where it has no escapes.
#[derive(Debug, Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);
