//! What every .NET object can do: its run-time type, `ToString`, `Equals`, `GetHashCode`, and its order.
//!
//! These are the virtual members of `System.Object` and of `IComparable`: called on a value whose static type does not
//! say enough, they look at the value. Each type's rule lives with the type; here is only the choice between them.

use std::cmp::Ordering;

use super::Value;
use super::heap::{Heap, Object};
use super::text::{Str, TextBuf};
use crate::cx::Cx;
use crate::exception::Throw;
use crate::types::{self, TypeId};

/// The run-time type; `None` for null.
#[must_use]
pub fn type_of(heap: &Heap, value: Value) -> Option<TypeId> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => TypeId::BOOL,
        Value::Char(_) => TypeId::CHAR,
        Value::SByte(_) => TypeId::SBYTE,
        Value::Byte(_) => TypeId::BYTE,
        Value::Int16(_) => TypeId::INT16,
        Value::UInt16(_) => TypeId::UINT16,
        Value::Int32(_) => TypeId::INT32,
        Value::UInt32(_) => TypeId::UINT32,
        Value::Int64(_) => TypeId::INT64,
        Value::UInt64(_) => TypeId::UINT64,
        Value::Single(_) => TypeId::SINGLE,
        Value::Double(_) => TypeId::DOUBLE,
        Value::DateTime(_) => TypeId::DATE_TIME,
        Value::TimeSpan(_) => TypeId::TIME_SPAN,
        Value::Enum(ty, _) => ty,
        Value::String(_) => TypeId::STRING,
        Value::View(view) => crate::library::apim::type_of_part(view.part),
        Value::Object(handle) => match heap.object(handle) {
            Object::Array(array) => types::array_of(array.element),
            Object::Bytes(_) => types::array_of(TypeId::BYTE),
            Object::List(list) => list.ty,
            Object::Decimal(_) => TypeId::DECIMAL,
            Object::Guid(_) => TypeId::GUID,
            Object::DateTimeOffset { .. } => TypeId::DATE_TIME_OFFSET,
            Object::Pair { ty, .. } | Object::Anonymous { ty, .. } => *ty,
            Object::Closure(closure) => closure.ty,
            Object::Exception(exception) => exception.ty,
            Object::Json(node) => node.type_id(),
            Object::Type(_) => TypeId::TYPE,
            Object::Native(object) => object.net_type(),
            Object::Cell(_) | Object::Iterator(_) | Object::Taken => TypeId::OBJECT,
        },
    })
}

/// `value.ToString()` for any value but null; null gives `""`, as concatenation wants it.
///
/// # Errors
/// When a budget is exhausted.
pub fn to_text(cx: &mut Cx<'_>, value: Value) -> Result<Str, Throw> {
    if let Value::String(s) = value {
        return Ok(s);
    }
    let mut out = TextBuf::new();
    write_text(cx, value, &mut out)?;
    Ok(cx.heap.new_buf(&out)?)
}

/// Appends `value.ToString()`; nothing for null.
///
/// # Errors
/// When a budget is exhausted.
pub fn write_text(cx: &mut Cx<'_>, value: Value, out: &mut TextBuf) -> Result<(), Throw> {
    match value {
        Value::Null => {}
        Value::String(s) => out.push_text(cx.heap.text(s)),
        Value::Int32(n) => out.push_str(&n.to_string()),
        Value::Bool(b) => out.push_str(if b { "True" } else { "False" }),
        other => {
            if let Some(ty) = type_of(cx.heap, other) {
                out.push_str(&types::net_name(ty));
            }
        }
    }
    Ok(())
}

/// `a.Equals(b)` with `a` as the receiver, null-safe: `EqualityComparer<object>.Default`.
///
/// # Errors
/// When a budget is exhausted.
pub fn equals(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<bool, Throw> {
    Ok(match (a, b) {
        (Value::String(a), Value::String(b)) => cx.heap.text(a).equals(cx.heap.text(b)),
        (a, b) => a == b,
    })
}

/// `value.GetHashCode()` in more bits: equal values (by [`equals`]) have equal hashes.
///
/// # Errors
/// When a budget is exhausted.
pub fn hash(cx: &mut Cx<'_>, value: Value) -> Result<u64, Throw> {
    use std::hash::{BuildHasher, Hasher};
    let _ = &cx;
    let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
    match value {
        Value::String(s) => cx.heap.text(s).units().for_each(|u| hasher.write_u16(u)),
        Value::Int32(n) => hasher.write_i32(n),
        _ => {}
    }
    Ok(hasher.finish())
}

/// `Comparer<T>.Default.Compare(a, b)`; null is less than everything.
///
/// # Errors
/// `ArgumentException` when neither implements `IComparable`.
pub fn compare(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Ordering, Throw> {
    Ok(match (a, b) {
        (Value::Int32(a), Value::Int32(b)) => a.cmp(&b),
        (Value::String(a), Value::String(b)) => cx.heap.text(a).compare(cx.heap.text(b)),
        _ => return Err(cx.throw(crate::exception::Exc::Argument, "At least one object must implement IComparable.")),
    })
}

/// `default(T)`.
///
/// # Errors
/// When the memory budget is exhausted.
pub fn default_of(heap: &mut Heap, ty: TypeId) -> Result<Value, Throw> {
    let object = match ty {
        TypeId::BOOL => return Ok(Value::Bool(false)),
        TypeId::CHAR => return Ok(Value::Char(0)),
        TypeId::SBYTE => return Ok(Value::SByte(0)),
        TypeId::BYTE => return Ok(Value::Byte(0)),
        TypeId::INT16 => return Ok(Value::Int16(0)),
        TypeId::UINT16 => return Ok(Value::UInt16(0)),
        TypeId::INT32 => return Ok(Value::Int32(0)),
        TypeId::UINT32 => return Ok(Value::UInt32(0)),
        TypeId::INT64 => return Ok(Value::Int64(0)),
        TypeId::UINT64 => return Ok(Value::UInt64(0)),
        TypeId::SINGLE => return Ok(Value::Single(0.0)),
        TypeId::DOUBLE => return Ok(Value::Double(0.0)),
        TypeId::TIME_SPAN => return Ok(Value::TimeSpan(0)),
        TypeId::DATE_TIME => {
            let start = super::DateTime::new(0, super::DateTimeKind::Unspecified);
            return Ok(start.map_or(Value::Null, Value::DateTime));
        }
        TypeId::DECIMAL => Object::Decimal(rust_decimal::Decimal::ZERO),
        TypeId::GUID => Object::Guid([0; 16]),
        TypeId::DATE_TIME_OFFSET => Object::DateTimeOffset { ticks: 0, offset: 0 },
        _ => match types::get(ty) {
            types::Type::Named { def, args } => {
                let def = crate::library::get().def(*def);
                match (def.decl.kind, &**args) {
                    (crate::library::TypeDefKind::Enum, _) => return Ok(Value::Enum(ty, 0)),
                    (crate::library::TypeDefKind::Struct, [key, value])
                        if def.full_name() == "System.Collections.Generic.KeyValuePair" =>
                    {
                        let (key, value) = (default_of(heap, *key)?, default_of(heap, *value)?);
                        Object::Pair { ty, key, value }
                    }
                    _ => return Ok(Value::Null),
                }
            }
            _ => return Ok(Value::Null),
        },
    };
    Ok(Value::Object(heap.new_object(object)?))
}
