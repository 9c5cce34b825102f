//! The conversions between `JToken` and .NET types: explicit from a token, implicit to one.

use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::{Member, operator};
use crate::types::TypeId;
use crate::value::heap::Object;
use crate::value::text::Str;
use crate::value::{Ref, Value};

use super::node::{self, NONE, TokenType};
use super::{convert, edit, token_arg};

/// All conversion operators of `JToken`.
pub(super) const OPERATORS: [Member; 72] = [
    operator("static explicit operator bool(JToken value)", explicit::<{ TypeId::BOOL.0 }, false>),
    operator("static explicit operator bool?(JToken value)", explicit::<{ TypeId::BOOL.0 }, true>),
    operator("static explicit operator char(JToken value)", explicit::<{ TypeId::CHAR.0 }, false>),
    operator("static explicit operator char?(JToken value)", explicit::<{ TypeId::CHAR.0 }, true>),
    operator("static explicit operator sbyte(JToken value)", explicit::<{ TypeId::SBYTE.0 }, false>),
    operator("static explicit operator sbyte?(JToken value)", explicit::<{ TypeId::SBYTE.0 }, true>),
    operator("static explicit operator byte(JToken value)", explicit::<{ TypeId::BYTE.0 }, false>),
    operator("static explicit operator byte?(JToken value)", explicit::<{ TypeId::BYTE.0 }, true>),
    operator("static explicit operator short(JToken value)", explicit::<{ TypeId::INT16.0 }, false>),
    operator("static explicit operator short?(JToken value)", explicit::<{ TypeId::INT16.0 }, true>),
    operator("static explicit operator ushort(JToken value)", explicit::<{ TypeId::UINT16.0 }, false>),
    operator("static explicit operator ushort?(JToken value)", explicit::<{ TypeId::UINT16.0 }, true>),
    operator("static explicit operator int(JToken value)", explicit::<{ TypeId::INT32.0 }, false>),
    operator("static explicit operator int?(JToken value)", explicit::<{ TypeId::INT32.0 }, true>),
    operator("static explicit operator uint(JToken value)", explicit::<{ TypeId::UINT32.0 }, false>),
    operator("static explicit operator uint?(JToken value)", explicit::<{ TypeId::UINT32.0 }, true>),
    operator("static explicit operator long(JToken value)", explicit::<{ TypeId::INT64.0 }, false>),
    operator("static explicit operator long?(JToken value)", explicit::<{ TypeId::INT64.0 }, true>),
    operator("static explicit operator ulong(JToken value)", explicit::<{ TypeId::UINT64.0 }, false>),
    operator("static explicit operator ulong?(JToken value)", explicit::<{ TypeId::UINT64.0 }, true>),
    operator("static explicit operator float(JToken value)", explicit::<{ TypeId::SINGLE.0 }, false>),
    operator("static explicit operator float?(JToken value)", explicit::<{ TypeId::SINGLE.0 }, true>),
    operator("static explicit operator double(JToken value)", explicit::<{ TypeId::DOUBLE.0 }, false>),
    operator("static explicit operator double?(JToken value)", explicit::<{ TypeId::DOUBLE.0 }, true>),
    operator("static explicit operator decimal(JToken value)", explicit::<{ TypeId::DECIMAL.0 }, false>),
    operator("static explicit operator decimal?(JToken value)", explicit::<{ TypeId::DECIMAL.0 }, true>),
    operator("static explicit operator DateTime(JToken value)", explicit::<{ TypeId::DATE_TIME.0 }, false>),
    operator("static explicit operator DateTime?(JToken value)", explicit::<{ TypeId::DATE_TIME.0 }, true>),
    operator(
        "static explicit operator DateTimeOffset(JToken value)",
        explicit::<{ TypeId::DATE_TIME_OFFSET.0 }, false>,
    ),
    operator(
        "static explicit operator DateTimeOffset?(JToken value)",
        explicit::<{ TypeId::DATE_TIME_OFFSET.0 }, true>,
    ),
    operator("static explicit operator TimeSpan(JToken value)", explicit::<{ TypeId::TIME_SPAN.0 }, false>),
    operator("static explicit operator TimeSpan?(JToken value)", explicit::<{ TypeId::TIME_SPAN.0 }, true>),
    operator("static explicit operator Guid(JToken value)", explicit::<{ TypeId::GUID.0 }, false>),
    operator("static explicit operator Guid?(JToken value)", explicit::<{ TypeId::GUID.0 }, true>),
    operator("static explicit operator string(JToken value)", to_text),
    operator("static explicit operator byte[](JToken value)", to_bytes),
    operator("static explicit operator Uri(JToken value)", to_uri),
    operator("static implicit operator JToken(bool value)", wrap),
    operator("static implicit operator JToken(bool? value)", wrap_nullable),
    operator("static implicit operator JToken(sbyte value)", wrap),
    operator("static implicit operator JToken(sbyte? value)", wrap_nullable),
    operator("static implicit operator JToken(byte value)", wrap),
    operator("static implicit operator JToken(byte? value)", wrap_nullable),
    operator("static implicit operator JToken(short value)", wrap),
    operator("static implicit operator JToken(short? value)", wrap_nullable),
    operator("static implicit operator JToken(ushort value)", wrap),
    operator("static implicit operator JToken(ushort? value)", wrap_nullable),
    operator("static implicit operator JToken(int value)", wrap),
    operator("static implicit operator JToken(int? value)", wrap_nullable),
    operator("static implicit operator JToken(uint value)", wrap),
    operator("static implicit operator JToken(uint? value)", wrap_nullable),
    operator("static implicit operator JToken(long value)", wrap),
    operator("static implicit operator JToken(long? value)", wrap_nullable),
    operator("static implicit operator JToken(ulong value)", wrap),
    operator("static implicit operator JToken(ulong? value)", wrap_nullable),
    operator("static implicit operator JToken(float value)", wrap),
    operator("static implicit operator JToken(float? value)", wrap_nullable),
    operator("static implicit operator JToken(double value)", wrap),
    operator("static implicit operator JToken(double? value)", wrap_nullable),
    operator("static implicit operator JToken(decimal value)", wrap),
    operator("static implicit operator JToken(decimal? value)", wrap_nullable),
    operator("static implicit operator JToken(DateTime value)", wrap),
    operator("static implicit operator JToken(DateTime? value)", wrap_nullable),
    operator("static implicit operator JToken(DateTimeOffset value)", wrap),
    operator("static implicit operator JToken(DateTimeOffset? value)", wrap_nullable),
    operator("static implicit operator JToken(TimeSpan value)", wrap),
    operator("static implicit operator JToken(TimeSpan? value)", wrap_nullable),
    operator("static implicit operator JToken(Guid value)", wrap),
    operator("static implicit operator JToken(Guid? value)", wrap_nullable),
    operator("static implicit operator JToken(string value)", wrap_text),
    operator("static implicit operator JToken(byte[] value)", wrap_bytes),
    operator("static implicit operator JToken(Uri value)", wrap_nullable),
];

const NUMBERS: &[TokenType] =
    &[TokenType::Integer, TokenType::Float, TokenType::String, TokenType::Comment, TokenType::Raw, TokenType::Boolean];
const CHARS: &[TokenType] =
    &[TokenType::Integer, TokenType::Float, TokenType::String, TokenType::Comment, TokenType::Raw];
const DATES: &[TokenType] = &[TokenType::Date, TokenType::String, TokenType::Comment, TokenType::Raw];
const SPANS: &[TokenType] = &[TokenType::String, TokenType::Comment, TokenType::Raw, TokenType::TimeSpan];
const GUIDS: &[TokenType] = &[TokenType::String, TokenType::Comment, TokenType::Raw, TokenType::Guid, TokenType::Bytes];
const URIS: &[TokenType] = &[TokenType::String, TokenType::Comment, TokenType::Raw, TokenType::Uri];

/// Which tokens a conversion takes.
fn accepted(target: TypeId) -> &'static [TokenType] {
    match target {
        TypeId::CHAR => CHARS,
        TypeId::DATE_TIME | TypeId::DATE_TIME_OFFSET => DATES,
        TypeId::TIME_SPAN => SPANS,
        TypeId::GUID => GUIDS,
        _ => NUMBERS,
    }
}

fn name(target: TypeId) -> &'static str {
    match target {
        TypeId::BOOL => "Boolean",
        TypeId::CHAR => "Char",
        TypeId::SBYTE => "SByte",
        TypeId::BYTE => "Byte",
        TypeId::INT16 => "Int16",
        TypeId::UINT16 => "UInt16",
        TypeId::INT32 => "Int32",
        TypeId::UINT32 => "UInt32",
        TypeId::INT64 => "Int64",
        TypeId::UINT64 => "UInt64",
        TypeId::SINGLE => "Single",
        TypeId::DOUBLE => "Double",
        TypeId::DECIMAL => "Decimal",
        TypeId::DATE_TIME => "DateTime",
        TypeId::DATE_TIME_OFFSET => "DateTimeOffset",
        TypeId::TIME_SPAN => "TimeSpan",
        TypeId::GUID => "Guid",
        _ => "Object",
    }
}

fn explicit<const TARGET: u32, const NULLABLE: bool>(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let token = token_arg(args, 0);
    // What nearly every policy asks for.
    if token != NONE {
        match (TypeId(TARGET), node::scalar(cx.heap, node::through_property(cx.heap, token))) {
            (TypeId::INT32, Some((TokenType::Integer, Value::Int64(n)))) => {
                if let Ok(n) = i32::try_from(n) {
                    return Ok(Value::Int32(n));
                }
            }
            (TypeId::BOOL, Some((TokenType::Boolean, value @ Value::Bool(_))))
            | (TypeId::INT64, Some((TokenType::Integer, value @ Value::Int64(_)))) => return Ok(value),
            _ => {}
        }
    }
    to(cx, token, TypeId(TARGET), NULLABLE)
}

/// An explicit conversion to a value type; null and JSON null are null for a nullable one.
pub(super) fn to(cx: &mut Cx<'_>, token: Ref, target: TypeId, nullable: bool) -> Result<Value, Throw> {
    if token == NONE {
        return if nullable { Ok(Value::Null) } else { Err(cx.argument_null("value")) };
    }
    let value = match read(cx, token, accepted(target), nullable) {
        Some(value) => value,
        None => return Err(refuse(cx, token, name(target))),
    };
    if value.is_null() && nullable {
        return Ok(Value::Null);
    }
    match target {
        TypeId::DATE_TIME_OFFSET => convert::to_date_time_offset(cx, value),
        TypeId::TIME_SPAN => convert::to_time_span(cx, value),
        TypeId::GUID => convert::to_guid(cx, value),
        _ => convert::to(cx, value, target),
    }
}

/// The value of a token of one of the types.
fn read(cx: &Cx<'_>, token: Ref, accepted: &[TokenType], nullable: bool) -> Option<Value> {
    let (ty, value) = node::scalar(cx.heap, node::through_property(cx.heap, token))?;
    let empty = nullable && matches!(ty, TokenType::Null | TokenType::Undefined);
    (empty || accepted.contains(&ty)).then_some(value)
}

fn refuse(cx: &mut Cx<'_>, token: Ref, target: &str) -> Throw {
    let ty = node::node(cx.heap, node::through_property(cx.heap, token)).token_type();
    cx.throw(Exc::Argument, format!("Can not convert {} to {target}.", ty.name()))
}

/// `(string)token`: null for null and JSON null.
pub(super) fn to_string(cx: &mut Cx<'_>, token: Ref) -> Result<Option<Str>, Throw> {
    if token == NONE {
        return Ok(None);
    }
    match node::scalar(cx.heap, node::through_property(cx.heap, token)) {
        Some((_, Value::String(text))) => Ok(Some(text)),
        Some((_, Value::Null)) => Ok(None),
        Some((_, value)) => Ok(Some(convert::text(cx, value)?)),
        None => Err(refuse(cx, token, "String")),
    }
}

fn to_text(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(to_string(cx, token_arg(args, 0))?.map_or(Value::Null, Value::String))
}

pub(super) fn to_bytes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    const ACCEPTED: &[TokenType] =
        &[TokenType::Bytes, TokenType::String, TokenType::Comment, TokenType::Raw, TokenType::Integer];
    let token = token_arg(args, 0);
    if token == NONE {
        return Ok(Value::Null);
    }
    match read(cx, token, ACCEPTED, false) {
        Some(Value::String(text)) => convert::to_bytes(cx, text),
        Some(value) if matches!(cx.heap.get(value), Some(Object::Bytes(_))) => Ok(value),
        _ => Err(refuse(cx, token, "byte array")),
    }
}

pub(super) fn to_uri(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let token = token_arg(args, 0);
    if token == NONE {
        return Ok(Value::Null);
    }
    match read(cx, token, URIS, true) {
        Some(Value::Null) => Ok(Value::Null),
        Some(value) => convert::to_uri(cx, value),
        None => Err(refuse(cx, token, "Uri")),
    }
}

/// A value type as a token: integers become `long`, as the constructors of `JValue` have it.
fn wrap(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let value = match arg(args, 0) {
        Value::SByte(n) => Value::Int64(n.into()),
        Value::Byte(n) => Value::Int64(n.into()),
        Value::Int16(n) => Value::Int64(n.into()),
        Value::UInt16(n) => Value::Int64(n.into()),
        Value::Int32(n) => Value::Int64(n.into()),
        Value::UInt32(n) => Value::Int64(n.into()),
        value => value,
    };
    Ok(Value::Object(edit::new_value(cx, value)?))
}

fn wrap_nullable(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Object(edit::new_value(cx, arg(args, 0))?))
}

/// A null string is a token of type `String` that holds null.
pub(super) fn wrap_text(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Object(node::new_scalar(cx.heap, TokenType::String, arg(args, 0))?))
}

fn wrap_bytes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ty = if arg(args, 0).is_null() { TokenType::Null } else { TokenType::Bytes };
    Ok(Value::Object(node::new_scalar(cx.heap, ty, arg(args, 0))?))
}

/// True when an explicit conversion to this type exists and `ToObject` uses it.
pub(super) fn is_primitive(ty: TypeId) -> bool {
    ty == TypeId::STRING || ty == convert::URI.id() || name(ty) != "Object"
}

/// `ToObject` of a type for which [`is_primitive`] holds.
pub(super) fn to_primitive(cx: &mut Cx<'_>, token: Ref, ty: TypeId, nullable: bool) -> Result<Value, Throw> {
    match ty {
        TypeId::STRING => Ok(to_string(cx, token)?.map_or(Value::Null, Value::String)),
        ty if ty == convert::URI.id() => to_uri(cx, &[edit::value(token)]),
        ty => to(cx, token, ty, nullable),
    }
}
