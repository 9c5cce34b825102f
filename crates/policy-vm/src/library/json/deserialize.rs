//! .NET objects from tokens, `ToObject`, and from text, `DeserializeObject`.

pub(super) mod text;
mod tree;

use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::library;
use crate::library::system::enum_type;
use crate::types::{self, Known, Type, TypeId};
use crate::value::heap::Heap;
use crate::value::{Ref, Value};

use super::node::{self, TokenType};
use super::{conversions, convert, known};

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
        let held = node::scalar(cx.heap, at);
        if nullable && matches!(held, Some((TokenType::String, Value::String(text))) if text.is_empty()) {
            return Ok(Value::Null);
        }
        return to_enumeration(cx, at, inner);
    }
    text::read_token(cx, at, target)
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
        Some((TokenType::Integer, value)) if !matches!(value, Value::Bool(_)) => {
            enumeration_of_number(cx, value, target)
        }
        _ => match conversions::to_primitive(cx, at, TypeId::INT32, false)? {
            Value::Int32(n) => Ok(Value::Enum(target, n.into())),
            other => Ok(other),
        },
    }
}

/// One that is too large for a `long` is no number for an enumeration.
fn enumeration_of_number(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Result<Value, Throw> {
    match enum_type::any_number(value) {
        Some(n) => Ok(Value::Enum(target, n)),
        None => Err(enum_type::no_number(cx)),
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

/// The nodes of both XML libraries, which have a converter of their own.
fn is_xml(ty: TypeId) -> bool {
    static XOBJECT: Known = Known::new("System.Xml.Linq.XObject");
    static XML_NODE: Known = Known::new("System.Xml.XmlNode");
    crate::value::cast::is_assignable(ty, XOBJECT.id()) || crate::value::cast::is_assignable(ty, XML_NODE.id())
}

/// As `Enum.ToObject` and `Enum.Parse` read it.
fn enumeration(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Result<Value, Throw> {
    let number = match value {
        Value::String(name) => {
            let name = cx.heap.text(name).to_utf8().into_owned();
            enum_type::of_text(target, &name)
        }
        _ => enum_type::any_number(value),
    };
    match number {
        Some(n) => Ok(Value::Enum(target, n)),
        None => Err(cx.throw(Exc::InvalidCast, "Specified cast is not valid.")),
    }
}

/// A value as messages show it.
fn text_of(cx: &mut Cx<'_>, value: Value) -> Result<String, Throw> {
    let text = convert::text(cx, value)?;
    Ok(cx.heap.text(text).to_utf8().into_owned())
}
