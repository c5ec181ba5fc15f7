//! Types as tables of fields: what generated types say of themselves, and what encoder and decoder walk.
//!
//! A generated type carries no derive of serde. It is a [`Record`]: a table of fields, each a wire name, facts about
//! it, and a projection. The encoder, the decoder, `Debug`, `Serialize` and `Deserialize` are written once, here,
//! over [`Value`]s; none of them is generic over the type that it walks.

mod debug;
mod decode;
mod encode;
mod field;
mod json;
mod meta;
mod named;
mod pattern;
mod secrets;
mod serde_impls;
mod validate;
mod value;

pub use debug::debug;
pub use decode::decode;
pub(crate) use decode::{closest, decode_headers, decode_part, fill, read_xml};
pub(crate) use encode::{Body, Documents, Encoded, encode, fill_path};
pub use field::{Field, Projected};
pub use meta::{Known, Location, Meta, Shape};
pub use named::{Named, UnknownValue, named_as_str, named_from};
pub use pattern::Pattern;
#[cfg(feature = "testing")]
pub(crate) use secrets::{in_text, sensitive_names, sensitive_names_held};
pub(crate) use secrets::{text_without_named, without_sensitive, without_values};
#[cfg(feature = "testing")]
pub(crate) use serde_impls::to_json;
pub use serde_impls::{deserialize, deserialize_value, serialize, serialize_value};
pub(crate) use validate::{check, validate};
pub use value::{AnyNamed, AnyRecord, List, Map, Record, Recursive, Slot, Value, View};
pub(crate) use value::{find, view_at};
