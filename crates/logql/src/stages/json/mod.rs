//! `| json`: the fields of a JSON document as labels.

mod all;
mod picked;
mod scan;
mod unpack;

pub(crate) use all::Json;
pub(crate) use picked::PickedJson;
pub(crate) use unpack::unpack;
