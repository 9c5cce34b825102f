//! .NET objects from tokens: `ToObject`, `DeserializeObject`.

use crate::cx::Cx;
use crate::exception::{Exc, Throw, Trap};
use crate::library;
use crate::types::{self, Type, TypeId};
use crate::value::heap::{Array, Heap, List, Object};
use crate::value::text::{Str, TextRef};
use crate::value::{Ref, Value};

use super::load::{self, Wanted};
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
    typed(cx, at, target, 0)
}

/// `JsonConvert.DeserializeObject<T>(text)`.
pub(super) fn from_text(cx: &mut Cx<'_>, text: Str, target: TypeId) -> Result<Value, Throw> {
    let blank = cx.heap.text(text).units().all(super::read::is_white_space);
    if blank {
        if convert::is_value_type(target) {
            let message = "No JSON content found and type '{}' is not nullable.";
            let message = message.replace("{}", &types::net_name(target));
            return Err(cx.throw(Exc::JsonSerialization, format!("{message} Path '', line 0, position 0.")));
        }
        return Ok(Value::Null);
    }
    let parsed = load::parse_with(cx, text, Wanted::Token, keeps_dates(target, 0));
    let parsed = parsed.map_err(|throw| unfinished(cx, throw))?;
    match node::token(cx.heap, parsed) {
        Some(at) if is_token_type(target) && !is_token_of(cx.heap, at, target) && !is_null(cx.heap, at) => {
            let end = end_of(cx.heap.text(text));
            Err(wrong_token(cx, at, target, end))
        }
        Some(at) => typed(cx, at, target, 0),
        None => Ok(Value::Null),
    }
}

fn is_null(heap: &Heap, at: Ref) -> bool {
    matches!(node::scalar(heap, at), Some((TokenType::Null | TokenType::Undefined, _)))
}

/// Line and position after the last character that is no white space.
fn end_of(text: TextRef<'_>) -> (usize, usize) {
    let end = text.units().rposition(|u| !super::read::is_white_space(u)).map_or(0, |i| i + 1);
    let lines = text.slice(0, end).units().filter(|u| *u == 10).count();
    let start = text.slice(0, end).units().rposition(|u| u == 10).map_or(0, |i| i + 1);
    (lines + 1, end - start)
}

/// A text that ends too early: what the serializer says instead of what `Load` says.
fn unfinished(cx: &mut Cx<'_>, throw: Throw) -> Throw {
    let Throw::Exception(at) = throw else { return throw };
    let Object::Exception(exception) = cx.heap.object(at) else { return throw };
    let early = ["Unexpected end of content while loading ", "Error reading J"];
    if !early.iter().any(|start| exception.message.starts_with(start)) {
        return throw;
    }
    let place = exception.message.find(" Path '").and_then(|i| exception.message.get(i..)).unwrap_or_default();
    let message = format!("Unexpected end when reading JSON.{place}");
    cx.throw(Exc::JsonSerialization, message)
}

/// A string read for a `string` stays the text it is; for a token or an object it may become a date.
fn keeps_dates(ty: TypeId, depth: usize) -> bool {
    match types::get(ty) {
        Type::Named { args, .. } if !args.is_empty() && depth < 8 => args.iter().any(|a| keeps_dates(*a, depth + 1)),
        Type::Array { element, .. } => keeps_dates(*element, depth + 1),
        Type::Named { .. } => ty == TypeId::OBJECT || is_token_type(ty),
        _ => false,
    }
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
        return if null && depth == 0 { Ok(Value::Null) } else { Err(wrong_token(cx, at, target, (1, 1))) };
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
    match types::get(target) {
        Type::Array { element, rank: 1 } => array(cx, at, target, *element, depth),
        Type::Named { def, args } => {
            let def = library::get().def(*def);
            match (def.decl.kind, &**args) {
                (library::TypeDefKind::Enum, _) => enumeration(cx, at, target),
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

fn wrong_token(cx: &mut Cx<'_>, at: Ref, target: TypeId, (line, column): (usize, usize)) -> Throw {
    let own = node::node(cx.heap, at).type_name();
    let target = types::net_name(target);
    let message = format!("Deserialized JSON type '{own}' is not compatible with expected type '{target}'.");
    let path = path_text(cx, at);
    cx.throw(Exc::JsonSerialization, format!("{message} Path '{path}', line {line}, position {column}."))
}

fn path_text(cx: &Cx<'_>, at: Ref) -> String {
    node::path(cx.heap, at).as_text().to_utf8().into_owned()
}

fn primitive(cx: &mut Cx<'_>, at: Ref, target: TypeId) -> Result<Value, Throw> {
    match conversions::to_primitive(cx, at, target, false) {
        Err(Throw::Exception(_)) => {
            let shown = match node::scalar(cx.heap, at) {
                Some((_, Value::Null)) => "{null}".to_owned(),
                Some((_, value)) => {
                    let text = convert::text(cx, value)?;
                    let text = cx.heap.text(text).to_utf8().into_owned();
                    if let Value::String(_) = value { format!("\"{text}\"") } else { text }
                }
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
    let what = match node::node(cx.heap, at).kind {
        Kind::Object(_) => "JSON object (e.g. {\"name\":\"value\"})",
        Kind::Array(_) => "JSON array (e.g. [1,2,3])",
        _ => "JSON value",
    };
    let (ty, path) = (types::net_name(target), path_text(cx, at));
    let message = format!("Cannot deserialize the current {what} into type '{ty}'. Path '{path}'.");
    cx.throw(Exc::JsonSerialization, message)
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

fn enumeration(cx: &mut Cx<'_>, at: Ref, target: TypeId) -> Result<Value, Throw> {
    let value = node::scalar(cx.heap, at).map(|(_, value)| value);
    if let Some(Value::Int64(n)) = value {
        return Ok(Value::Enum(target, n));
    }
    if let (Some(Value::String(name)), Type::Named { def, .. }) = (value, types::get(target)) {
        let name = cx.heap.text(name).to_utf8().into_owned();
        let known = library::get().def(*def).decl.values.iter().find(|(n, _)| n.eq_ignore_ascii_case(&name));
        if let Some((_, n)) = known {
            return Ok(Value::Enum(target, *n));
        }
    }
    Err(cannot(cx, at, target))
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
