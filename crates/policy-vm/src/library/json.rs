//! `Newtonsoft.Json`: trees of tokens.
//!
//! Tokens are nodes of the run's heap ([`Node`]); [`parse`] reads text straight into them. Types, messages and
//! leniency are those of Newtonsoft.Json 13.

mod big_integer;
pub(in crate::library) mod claims;
mod collection;
mod compare;
mod conversions;
pub(in crate::library) mod convert;
mod date;
mod deserialize;
mod edit;
mod enums;
mod extensions;
mod jarray;
mod jconstructor;
mod jcontainer;
mod jobject;
mod jproperty;
mod json_convert;
mod jtoken;
mod jvalue;
mod load;
mod look;
mod merge;
mod node;
mod path;
mod query;
mod read;
mod sequence;
mod serialize;
mod settings;
#[cfg(test)]
mod tests;
mod write;

pub use collection::collection_of_node;
pub use compare::equals;
pub(crate) use compare::{compare_held, compare_values};
pub use node::{Node, TokenType};
pub use sequence::iterate_node;
pub(in crate::library) use sequence::kept_cursor;

use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::TypeDef;
use crate::types::TypeId;
use crate::value::heap::{Heap, Object};
use crate::value::text::{TextBuf, TextRef};
use crate::value::{Ref, Value};

/// A text in quotes, escaped.
pub(super) fn push_quoted(text: TextRef<'_>, out: &mut TextBuf) {
    write::quoted(text, out);
}

/// The types of this namespace.
pub(super) static TYPES: &[&TypeDef] = &[
    &jtoken::TYPE,
    &jcontainer::TYPE,
    &jobject::TYPE,
    &jarray::TYPE,
    &jproperty::TYPE,
    &jvalue::TYPE,
    &jvalue::RAW,
    &jconstructor::TYPE,
    &jtoken::ENUMERABLE,
    &jtoken::SEQUENCE,
    &enums::TOKEN_TYPE,
    &enums::FORMATTING,
    &enums::COMMENT_HANDLING,
    &enums::DATE_PARSE_HANDLING,
    &enums::DUPLICATES,
    &enums::LINE_INFO,
    &enums::MERGE_ARRAYS,
    &enums::MERGE_NULLS,
    &enums::NULL_VALUES,
    &enums::STRING_ESCAPES,
    &settings::LOAD,
    &settings::MERGE,
    &settings::SERIALIZER,
    &settings::CONVERTER,
    &json_convert::TYPE,
    &extensions::TYPE,
    &big_integer::TYPE,
];

pub(crate) use look::{Look, look, parse_with_dates};

/// Types that Rust code names.
pub(super) mod known {
    use crate::types::Known;

    pub(in crate::library) static JTOKEN: Known = Known::new("Newtonsoft.Json.Linq.JToken");
    pub(in crate::library) static JCONTAINER: Known = Known::new("Newtonsoft.Json.Linq.JContainer");
    pub(in crate::library) static JOBJECT: Known = Known::new("Newtonsoft.Json.Linq.JObject");
    pub(in crate::library) static JARRAY: Known = Known::new("Newtonsoft.Json.Linq.JArray");
    pub(in crate::library) static JPROPERTY: Known = Known::new("Newtonsoft.Json.Linq.JProperty");
    pub(in crate::library) static JVALUE: Known = Known::new("Newtonsoft.Json.Linq.JValue");
    pub(in crate::library) static JRAW: Known = Known::new("Newtonsoft.Json.Linq.JRaw");
    pub(in crate::library) static JCONSTRUCTOR: Known = Known::new("Newtonsoft.Json.Linq.JConstructor");
    pub(in crate::library) static JENUMERABLE: Known = Known::new("Newtonsoft.Json.Linq.JEnumerable<T>");
    pub(in crate::library) static TOKEN_TYPE: Known = Known::new("Newtonsoft.Json.Linq.JTokenType");
    pub(in crate::library) static REGEX_OPTIONS: Known = Known::new("System.Text.RegularExpressions.RegexOptions");
}

/// Appends `token.ToString()`: a value's own text, a container's indented JSON.
///
/// # Errors
/// When a budget is exhausted.
pub fn write_text(cx: &mut Cx<'_>, token: Ref, out: &mut TextBuf) -> Result<(), Throw> {
    write::to_string(cx, token, out)
}

/// Appends a token's compact JSON.
///
/// # Errors
/// When a budget is exhausted.
pub fn write_compact(cx: &mut Cx<'_>, token: Ref, out: &mut TextBuf) -> Result<(), Throw> {
    write::token(cx, token, false, out)
}

/// A hash that agrees with [`equals`].
#[must_use]
pub fn hash(heap: &Heap, token: Ref) -> u64 {
    match node::scalar(heap, token) {
        Some(_) => write::hash(heap, token, 0),
        None => u64::from(token.0),
    }
}

/// `JToken.Parse(text)`.
///
/// # Errors
/// `JsonReaderException`; when a budget is exhausted.
pub fn parse(cx: &mut Cx<'_>, text: TextRef<'_>) -> Result<Value, Throw> {
    let text = cx.heap.new_text(text)?;
    load::parse(cx, text, load::Wanted::Token)
}

/// What a body is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any token: `JToken.Parse`.
    Token,
    /// `JObject.Parse`.
    Object,
    /// `JArray.Parse`.
    Array,
}

impl From<Shape> for load::Wanted {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Token => Self::Token,
            Shape::Object => Self::Object,
            Shape::Array => Self::Array,
        }
    }
}

/// Parses UTF-8 text; a byte order mark is skipped, bytes that are no UTF-8 become U+FFFD.
///
/// # Errors
/// `JsonReaderException`; when a budget is exhausted.
pub fn parse_bytes(cx: &mut Cx<'_>, bytes: &[u8], shape: Shape) -> Result<Value, Throw> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = if bytes.is_ascii() {
        cx.heap.new_text(TextRef::Ascii(bytes))?
    } else {
        cx.heap.new_str(&String::from_utf8_lossy(bytes))?
    };
    load::parse(cx, text, shape.into())
}

/// Parses a string of the heap.
///
/// # Errors
/// `JsonReaderException`; when a budget is exhausted.
pub fn parse_str(cx: &mut Cx<'_>, text: crate::value::text::Str, shape: Shape) -> Result<Value, Throw> {
    load::parse(cx, text, shape.into())
}

/// The receiver.
fn this(args: &[Value]) -> Result<Ref, Throw> {
    match args.first() {
        Some(Value::Object(at)) => Ok(*at),
        _ => Err(fault("a token was expected")),
    }
}

/// A token argument; [`node::NONE`] for null.
fn token_arg(args: &[Value], index: usize) -> Ref {
    match arg(args, index) {
        Value::Object(at) => at,
        _ => node::NONE,
    }
}

/// The token of a `JValue`, which `Convert` can convert.
pub(crate) fn convertible(heap: &Heap, value: Value) -> Option<Ref> {
    let Value::Object(at) = value else { return None };
    let is_scalar = matches!(heap.object(at), Object::Json(_)) && node::scalar(heap, at).is_some();
    is_scalar.then_some(at)
}

/// The explicit conversion of a token to a type of `Convert`.
///
/// # Errors
/// What the conversion throws.
pub(crate) fn to_primitive(cx: &mut Cx<'_>, token: Ref, target: TypeId) -> Result<Value, Throw> {
    conversions::to_primitive(cx, token, target, false)
}

/// `token.ToObject(target)`.
///
/// # Errors
/// What the conversion throws.
pub(crate) fn to_type(cx: &mut Cx<'_>, token: Ref, target: TypeId) -> Result<Value, Throw> {
    deserialize::to_object(cx, token, target)
}

/// The value that a `JValue` holds.
pub(crate) fn held(heap: &Heap, value: Value) -> Option<Value> {
    convertible(heap, value).and_then(|at| node::scalar(heap, at)).map(|(_, value)| value)
}
