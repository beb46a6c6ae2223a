use std::sync::Arc;

use serde::de::value::{StrDeserializer, UsizeDeserializer};
use serde::de::{self, DeserializeSeed, IntoDeserializer as _, Unexpected, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use crate::{Kind, Mark, Node, Problem, marked};

/// Makes a value of a part of a file.
pub fn from_node<'de, T: Deserialize<'de>>(node: &'de Node) -> Result<T, Problem> {
    T::deserialize(Reader { node })
}

#[derive(Clone, Copy)]
struct Reader<'de> {
    node: &'de Node,
}

/// A plain scalar as YAML understands it.
enum Plain<'t> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(&'t str),
}

impl<'de> Reader<'de> {
    fn unexpected(&self) -> Unexpected<'de> {
        match &self.node.kind {
            Kind::Scalar { text, .. } => Unexpected::Str(text),
            Kind::List(_) => Unexpected::Seq,
            Kind::Map(_) => Unexpected::Map,
        }
    }

    fn wrong<V: Visitor<'de>>(&self, visitor: &V) -> Problem {
        <Problem as de::Error>::invalid_type(self.unexpected(), visitor).at(self.node.mark)
    }

    fn plain(&self) -> Option<Plain<'de>> {
        let Kind::Scalar { text, is_plain } = &self.node.kind else { return None };
        if !is_plain {
            return Some(Plain::Text(text));
        }
        if self.node.is_null() {
            return Some(Plain::Null);
        }
        if let "true" | "True" | "TRUE" | "false" | "False" | "FALSE" = text.as_str() {
            return Some(Plain::Bool(truth(text) == Some(true)));
        }
        Some(match (unsigned(text), text.parse::<i64>(), float(text)) {
            (Some(number), ..) => Plain::Unsigned(number),
            (None, Ok(number), _) => Plain::Signed(number),
            (None, Err(_), Some(number)) => Plain::Float(number),
            _ => Plain::Text(text),
        })
    }

    fn number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let mark = self.node.mark;
        let Some(text) = self.node.text() else { return Err(self.wrong(&visitor)) };
        match (unsigned(text), text.parse::<i64>(), float(text)) {
            (Some(number), ..) => visitor.visit_u64(number),
            (None, Ok(number), _) => visitor.visit_i64(number),
            (None, Err(_), Some(number)) => visitor.visit_f64(number),
            _ => return Err(self.wrong(&visitor)),
        }
        .map_err(|problem: Problem| problem.at(mark))
    }

    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let mark = self.node.mark;
        match self.node.text() {
            Some(_) if self.node.is_null() => visitor.visit_str(""),
            Some(text) => visitor.visit_borrowed_str(text),
            None => return Err(self.wrong(&visitor)),
        }
        .map_err(|problem: Problem| problem.at(mark))
    }
}

/// The words of YAML 1.1, which configuration files of Go programs use.
fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Some(true),
        "false" | "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

fn unsigned(text: &str) -> Option<u64> {
    let digits = text.replace('_', "");
    match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
        None => None,
    }
}

fn float(text: &str) -> Option<f64> {
    match text {
        ".inf" | "+.inf" => Some(f64::INFINITY),
        "-.inf" => Some(f64::NEG_INFINITY),
        ".nan" => Some(f64::NAN),
        _ if text.contains(|c: char| c.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

macro_rules! deserialize_as {
    ($how:ident: $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
            self.$how(visitor)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Reader<'de> {
    type Error = Problem;

    deserialize_as!(number: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_f32
        deserialize_f64);
    deserialize_as!(text: deserialize_str deserialize_string deserialize_char
        deserialize_identifier deserialize_bytes deserialize_byte_buf);

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let mark = self.node.mark;
        let done: Result<V::Value, Problem> = match self.plain() {
            Some(Plain::Null) => visitor.visit_unit(),
            Some(Plain::Bool(value)) => visitor.visit_bool(value),
            Some(Plain::Unsigned(value)) => visitor.visit_u64(value),
            Some(Plain::Signed(value)) => visitor.visit_i64(value),
            Some(Plain::Float(value)) => visitor.visit_f64(value),
            Some(Plain::Text(text)) => visitor.visit_borrowed_str(text),
            None if matches!(self.node.kind, Kind::List(_)) => self.deserialize_seq(visitor),
            None => self.deserialize_map(visitor),
        };
        done.map_err(|problem| problem.at(mark))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.node.text().and_then(truth) {
            Some(value) => visitor.visit_bool(value),
            None => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let is_empty = match &self.node.kind {
            Kind::Scalar { .. } => self.node.is_null(),
            Kind::List(items) => items.is_empty(),
            Kind::Map(pairs) => pairs.is_empty(),
        };
        if is_empty { visitor.visit_unit() } else { Err(self.wrong(&visitor)) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let items: &[Arc<Node>] = match &self.node.kind {
            Kind::List(items) => items,
            _ if self.node.is_null() => &[],
            _ => return Err(self.wrong(&visitor)),
        };
        let mark = self.node.mark;
        visitor.visit_seq(Items(items.iter())).map_err(|problem| problem.at(mark))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        if name == marked::NAME {
            return visitor.visit_seq(MarkedParts { node: self.node, part: 0 });
        }
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let pairs: &[(Arc<Node>, Arc<Node>)] = match &self.node.kind {
            Kind::Map(pairs) => pairs,
            _ if self.node.is_null() => &[],
            _ => return Err(self.wrong(&visitor)),
        };
        let mark = self.node.mark;
        visitor.visit_map(Pairs { pairs: pairs.iter(), value: None }).map_err(|p| p.at(mark))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let mark = self.node.mark;
        let choice = match &self.node.kind {
            Kind::Scalar { text, .. } => Choice { name: text, mark, value: None },
            Kind::Map(pairs) => match pairs.as_slice() {
                [(key, value)] => {
                    let name = key.text().unwrap_or_default();
                    Choice { name, mark: key.mark, value: Some(value) }
                }
                _ => {
                    let message = format!("{} keys where exactly one is expected", pairs.len());
                    return Err(Problem::new(mark, message));
                }
            },
            Kind::List(_) => return Err(self.wrong(&visitor)),
        };
        visitor.visit_enum(choice).map_err(|problem| problem.at(mark))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 }
}

struct Items<'de>(std::slice::Iter<'de, Arc<Node>>);

impl<'de> de::SeqAccess<'de> for Items<'de> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Problem> {
        let Some(node) = self.0.next() else { return Ok(None) };
        seed.deserialize(Reader { node }).map(Some).map_err(|problem| problem.at(node.mark))
    }
}

/// Line, column and value of a [`crate::Marked`].
struct MarkedParts<'de> {
    node: &'de Node,
    part: usize,
}

impl<'de> de::SeqAccess<'de> for MarkedParts<'de> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Problem> {
        self.part += 1;
        let number = |number: usize| -> UsizeDeserializer<Problem> { number.into_deserializer() };
        let Mark { line, column } = self.node.mark;
        match self.part {
            1 => seed.deserialize(number(line)),
            2 => seed.deserialize(number(column)),
            _ => seed.deserialize(Reader { node: self.node }),
        }
        .map(Some)
        .map_err(|problem| problem.at(self.node.mark))
    }
}

struct Pairs<'de> {
    pairs: std::slice::Iter<'de, (Arc<Node>, Arc<Node>)>,
    value: Option<&'de Node>,
}

impl<'de> de::MapAccess<'de> for Pairs<'de> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Problem> {
        let Some((key, value)) = self.pairs.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(Reader { node: key }).map(Some).map_err(|problem| problem.at(key.mark))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Problem> {
        let node = self.value.take().ok_or_else(|| {
            <Problem as de::Error>::custom("a value was asked for before its key")
        })?;
        seed.deserialize(Reader { node }).map_err(|problem| problem.at(node.mark))
    }
}

/// `name`, or `name: value` alone in a mapping.
struct Choice<'de> {
    name: &'de str,
    mark: Mark,
    value: Option<&'de Arc<Node>>,
}

impl<'de> de::EnumAccess<'de> for Choice<'de> {
    type Error = Problem;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Problem> {
        let name: StrDeserializer<'_, Problem> = self.name.into_deserializer();
        let value = seed.deserialize(name).map_err(|problem| problem.at(self.mark))?;
        Ok((value, self))
    }
}

/// What `name` alone has for a value.
static NOTHING: std::sync::LazyLock<Node> = std::sync::LazyLock::new(|| Node {
    mark: Mark::default(),
    kind: Kind::Scalar { text: String::new(), is_plain: true },
});

impl<'de> de::VariantAccess<'de> for Choice<'de> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        match self.value {
            Some(value) => <()>::deserialize(Reader { node: value }),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Problem> {
        let mark = self.mark;
        match self.value {
            // Where it is empty, the name is the better place to point at.
            Some(value) if value.is_null() => {
                seed.deserialize(Reader { node: &NOTHING }).map_err(|p| moved(p, mark))
            }
            Some(value) => seed.deserialize(Reader { node: value }).map_err(|p| p.at(mark)),
            None => seed.deserialize(Reader { node: &NOTHING }).map_err(|p| moved(p, mark)),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Problem> {
        let node = self.value.map_or(&*NOTHING, |value| value);
        de::Deserializer::deserialize_seq(Reader { node }, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let node = self.value.map_or(&*NOTHING, |value| value);
        de::Deserializer::deserialize_map(Reader { node }, visitor)
    }
}

fn moved(problem: Problem, mark: Mark) -> Problem {
    Problem { mark: Some(mark), ..problem }
}
