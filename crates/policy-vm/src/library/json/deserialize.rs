//! .NET objects from tokens, `ToObject`, and from text, `DeserializeObject`.

pub(super) mod text;

use crate::cx::Cx;
use crate::exception::{Exc, Throw, Trap};
use crate::library;
use crate::types::{self, Type, TypeId};
use crate::value::heap::{Array, Heap, List, Object};
use crate::value::{Ref, Value, cast};

use super::node::{self, Kind, MAX_NESTING, TokenType};
use super::{conversions, convert, known, sequence};

/// True when a token is of that type of token, of one of its bases, or of `object`.
pub(super) fn is_token_of(heap: &Heap, at: Ref, target: TypeId) -> bool {
    let own = node::node(heap, at).type_id();
    target == own
        || target == TypeId::OBJECT
        || target == known::JTOKEN.id()
        || (target == known::JCONTAINER.id() && node::node(heap, at).is_container())
        || (target == known::JVALUE.id() && own == known::JRAW.id())
}

/// `token.ToObject<T>()`.
pub(super) fn to_object(cx: &mut Cx<'_>, at: Ref, target: TypeId) -> Result<Value, Throw> {
    let (inner, nullable) = match convert::nullable(target) {
        Some(inner) => (inner, true),
        None => (target, false),
    };
    if conversions::is_primitive(inner) {
        return conversions::to_primitive(cx, at, inner, nullable);
    }
    if let Type::Named { def, .. } = types::get(inner)
        && library::get().def(*def).decl.kind == library::TypeDefKind::Enum
        && !(nullable && is_null(cx.heap, at))
    {
        return to_enumeration(cx, at, inner);
    }
    typed(cx, at, target, 0)
}

/// An enumeration: of a name, or of what converts to `int`.
fn to_enumeration(cx: &mut Cx<'_>, at: Ref, target: TypeId) -> Result<Value, Throw> {
    match node::scalar(cx.heap, at) {
        Some((TokenType::Integer, value @ Value::Int64(_))) => enumeration(cx, value, target),
        Some((TokenType::String, value)) => match enumeration(cx, value, target) {
            Err(Throw::Exception(_)) => {
                let (text, name) = (text_of(cx, value)?, types::display(target));
                Err(cx.throw(Exc::Argument, format!("Could not convert '{text}' to {name}.")))
            }
            made => made,
        },
        _ => match conversions::to_primitive(cx, at, TypeId::INT32, false)? {
            Value::Int32(n) => Ok(Value::Enum(target, n.into())),
            other => Ok(other),
        },
    }
}

fn is_null(heap: &Heap, at: Ref) -> bool {
    matches!(node::scalar(heap, at), Some((TokenType::Null | TokenType::Undefined, _)))
}

fn is_token_type(ty: TypeId) -> bool {
    let tokens = [
        &known::JTOKEN,
        &known::JCONTAINER,
        &known::JOBJECT,
        &known::JARRAY,
        &known::JPROPERTY,
        &known::JVALUE,
        &known::JRAW,
        &known::JCONSTRUCTOR,
    ];
    tokens.iter().any(|known| known.id() == ty)
}

fn typed(cx: &mut Cx<'_>, at: Ref, target: TypeId, depth: usize) -> Result<Value, Throw> {
    if depth > MAX_NESTING {
        return Err(Trap::Depth.into());
    }
    cx.charge(1)?;
    let null = is_null(cx.heap, at);
    if target == TypeId::OBJECT {
        return Ok(node::scalar(cx.heap, at).map_or(Value::Object(at), |(_, value)| value));
    }
    if is_token_of(cx.heap, at, target) {
        return Ok(Value::Object(at));
    }
    if is_token_type(target) {
        return if null && depth == 0 { Ok(Value::Null) } else { Err(wrong_token(cx, at, target)) };
    }
    if let Some(inner) = convert::nullable(target) {
        return if null { Ok(Value::Null) } else { typed(cx, at, inner, depth) };
    }
    if null && !convert::is_value_type(target) {
        return Ok(Value::Null);
    }
    if conversions::is_primitive(target) {
        return primitive(cx, at, target);
    }
    if let Some((_, value @ Value::String(_))) = node::scalar(cx.heap, at)
        && cast::is_instance(cx.heap, value, target)
    {
        return Ok(value);
    }
    match types::get(target) {
        Type::Array { element, rank: 1 } => array(cx, at, target, *element, depth),
        Type::Named { def, args } => {
            let def = library::get().def(*def);
            match (def.decl.kind, &**args) {
                (library::TypeDefKind::Enum, _) => {
                    let value = node::scalar(cx.heap, at).map_or(Value::Null, |(_, value)| value);
                    match enumeration(cx, value, target) {
                        Err(Throw::Exception(_)) => Err(cannot(cx, at, target)),
                        made => made,
                    }
                }
                (_, [element]) if is_list(def.simple_name()) => list(cx, at, target, *element, depth),
                (_, [key, value]) if def.simple_name().ends_with("Dictionary") => {
                    dictionary(cx, at, target, (*key, *value), depth)
                }
                _ => Err(cannot(cx, at, target)),
            }
        }
        _ => Err(cannot(cx, at, target)),
    }
}

fn is_list(name: &str) -> bool {
    matches!(name, "List" | "IList" | "ICollection" | "IEnumerable" | "IReadOnlyList" | "IReadOnlyCollection")
}

fn wrong_token(cx: &mut Cx<'_>, at: Ref, target: TypeId) -> Throw {
    let own = node::node(cx.heap, at).type_name();
    let target = types::net_name(target);
    let message = format!("Deserialized JSON type '{own}' is not compatible with expected type '{target}'.");
    let path = path_text(cx, at);
    cx.throw(Exc::JsonSerialization, format!("{message} Path '{path}', line 1, position 1."))
}

fn path_text(cx: &Cx<'_>, at: Ref) -> String {
    node::path(cx.heap, at).as_text().to_utf8().into_owned()
}

fn primitive(cx: &mut Cx<'_>, at: Ref, target: TypeId) -> Result<Value, Throw> {
    match conversions::to_primitive(cx, at, target, false) {
        Err(Throw::Exception(_)) => {
            let shown = match node::scalar(cx.heap, at) {
                Some((_, value)) => shown(cx, value)?,
                None => return Err(cannot(cx, at, target)),
            };
            let (ty, path) = (types::net_name(target), path_text(cx, at));
            let message = format!("Error converting value {shown} to type '{ty}'. Path '{path}'.");
            Err(cx.throw(Exc::JsonSerialization, message))
        }
        other => other,
    }
}

fn cannot(cx: &mut Cx<'_>, at: Ref, target: TypeId) -> Throw {
    let ty = types::net_name(target);
    let message = match node::node(cx.heap, at).kind {
        _ if is_xml(target) && !matches!(node::node(cx.heap, at).kind, Kind::Object(_)) => {
            "XmlNodeConverter can only convert JSON that begins with an object. ".to_owned()
        }
        Kind::Object(_) => text::no_object(target),
        Kind::Array(_) => text::no_array(target),
        _ => match node::scalar(cx.heap, at) {
            Some((_, value)) => match shown(cx, value) {
                Ok(shown) => format!("Error converting value {shown} to type '{ty}'. "),
                Err(throw) => return throw,
            },
            None => format!("Unexpected token while deserializing object: {ty}. "),
        },
    };
    // The serializer has gone into an object before it finds that it wants none.
    let place = match node::node(cx.heap, at).kind {
        Kind::Object(_) => sequence::properties(cx.heap, at).first().copied().unwrap_or(at),
        _ => at,
    };
    let path = path_text(cx, place);
    cx.throw(Exc::JsonSerialization, format!("{message}Path '{path}'."))
}

/// A value as messages show it: text in quotes.
fn shown(cx: &mut Cx<'_>, value: Value) -> Result<String, Throw> {
    Ok(match value {
        Value::Null => "{null}".to_owned(),
        Value::String(_) => format!("\"{}\"", text_of(cx, value)?),
        // What the tokens of dates and numbers hold stands as it is; the other types are written as text is.
        Value::TimeSpan(_) => format!("\"{}\"", text_of(cx, value)?),
        value if matches!(cx.heap.get(value), Some(Object::Native(_) | Object::Guid(_))) => {
            format!("\"{}\"", text_of(cx, value)?)
        }
        value => text_of(cx, value)?,
    })
}

/// The nodes of both XML libraries, which have a converter of their own.
fn is_xml(ty: TypeId) -> bool {
    let name = types::net_name(ty);
    name.starts_with("System.Xml.Linq.X") && !name.contains("Comparer") && !name.ends_with("XName")
        || name.starts_with("System.Xml.Xml")
}

fn elements(cx: &mut Cx<'_>, at: Ref, target: TypeId, element: TypeId, depth: usize) -> Result<Vec<Value>, Throw> {
    if !matches!(node::node(cx.heap, at).kind, Kind::Array(_)) {
        return Err(cannot(cx, at, target));
    }
    let children = super::jarray::items(node::node(cx.heap, at)).to_vec();
    cx.heap.charge(children.len() * size_of::<Value>())?;
    children.into_iter().map(|child| typed(cx, child, element, depth + 1)).collect()
}

fn array(cx: &mut Cx<'_>, at: Ref, target: TypeId, element: TypeId, depth: usize) -> Result<Value, Throw> {
    if element == TypeId::BYTE
        && let Some((TokenType::String | TokenType::Bytes, _)) = node::scalar(cx.heap, at)
    {
        return conversions::to_bytes(cx, &[Value::Object(at)]);
    }
    let items = elements(cx, at, target, element, depth)?;
    let object = if element == TypeId::BYTE {
        Object::Bytes(items.iter().map(|v| if let Value::Byte(b) = v { *b } else { 0 }).collect())
    } else {
        Object::Array(Array { element, items })
    };
    Ok(Value::Object(cx.heap.new_object(object)?))
}

fn list(cx: &mut Cx<'_>, at: Ref, target: TypeId, element: TypeId, depth: usize) -> Result<Value, Throw> {
    let items = elements(cx, at, target, element, depth)?;
    let ty = types::construct(TypeId::LIST, &[element]);
    Ok(Value::Object(cx.heap.new_object(Object::List(List { ty, items, version: 0 }))?))
}

fn enumeration(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Result<Value, Throw> {
    if let Value::Int64(n) = value {
        return Ok(Value::Enum(target, n));
    }
    if let (Value::String(name), Type::Named { def, .. }) = (value, types::get(target)) {
        let name = cx.heap.text(name).to_utf8().into_owned();
        let known = library::get().def(*def).decl.values.iter().find(|(n, _)| n.eq_ignore_ascii_case(&name));
        if let Some((_, n)) = known {
            return Ok(Value::Enum(target, *n));
        }
    }
    Err(cx.throw(Exc::InvalidCast, "Specified cast is not valid."))
}

/// A value as messages show it.
fn text_of(cx: &mut Cx<'_>, value: Value) -> Result<String, Throw> {
    let text = convert::text(cx, value)?;
    Ok(cx.heap.text(text).to_utf8().into_owned())
}

fn dictionary(
    cx: &mut Cx<'_>,
    at: Ref,
    target: TypeId,
    (key, value): (TypeId, TypeId),
    depth: usize,
) -> Result<Value, Throw> {
    if !matches!(node::node(cx.heap, at).kind, Kind::Object(_)) {
        return Err(cannot(cx, at, target));
    }
    let mut pairs = Vec::new();
    for property in sequence::properties(cx.heap, at) {
        let Some((name, child)) = node::property(cx.heap, property) else { continue };
        let name = convert::change_type(cx, Value::String(name), key)?;
        pairs.push((name, typed(cx, child, value, depth + 1)?));
    }
    match super::super::apim::new_dictionary(cx, key, value, &pairs)? {
        Some(made) => Ok(made),
        None => Err(cannot(cx, at, target)),
    }
}
