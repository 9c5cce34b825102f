//! Casts and type tests on run-time values.

use super::Value;
use super::behaviour::type_of;
use super::heap::Heap;
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::types::{self, Type, TypeId};

/// `value is T`.
#[must_use]
pub fn is_instance(heap: &Heap, value: Value, ty: TypeId) -> bool {
    let Some(actual) = type_of(heap, value) else { return false };
    let ty = match types::get(ty) {
        Type::Nullable(inner) => *inner,
        _ => ty,
    };
    actual == ty || is_subtype(actual, ty)
}

/// `(T)value` between reference types, and unboxing.
///
/// # Errors
/// `InvalidCastException`, `NullReferenceException` when null is unboxed.
pub fn cast(cx: &mut Cx<'_>, value: Value, ty: TypeId) -> Result<Value, Throw> {
    if value.is_null() || is_instance(cx.heap, value, ty) {
        return Ok(value);
    }
    let from = type_of(cx.heap, value).map(types::net_name).unwrap_or_default();
    Err(cx
        .throw(Exc::InvalidCast, format!("Unable to cast object of type '{from}' to type '{}'.", types::net_name(ty))))
}

/// `from` derives from `to`, or implements it.
#[must_use]
pub fn is_subtype(from: TypeId, to: TypeId) -> bool {
    if from == to || to == TypeId::OBJECT {
        return true;
    }
    let Type::Named { def, args } = types::get(from) else { return false };
    let def = crate::library::get().def(*def);
    let up = def.base().into_iter().chain(def.interfaces().iter().copied());
    up.map(|t| types::substitute(t, args, &[])).any(|t| is_subtype(t, to))
}
