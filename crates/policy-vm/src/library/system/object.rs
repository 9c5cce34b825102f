//! `System.Object`.

use super::type_object;
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, constructor, method};
use crate::types::{self, Type, TypeId};
use crate::value::heap::Object;
use crate::value::{Value, behaviour};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Object")
    .members(&[
        constructor("Object()", new),
        method("string ToString()", to_string),
        method("bool Equals(object obj)", equals),
        method("static bool Equals(object objA, object objB)", equals),
        method("static bool ReferenceEquals(object objA, object objB)", reference_equals),
        method("int GetHashCode()", get_hash_code),
        method("Type GetType()", get_type),
    ])
    .allow(Allow::Except(&["GetType", "MemberwiseClone"]))
    .summary("What every value is.");

/// A bare `object`: it has identity only.
#[derive(Debug)]
struct Plain;

crate::net_object!(Plain, ObjectType);

/// Stands where [`net_object`](crate::net_object) wants a type known by name: `object` has a fixed id.
struct ObjectType;

impl ObjectType {
    #[expect(clippy::unused_self, reason = "the shape the macro calls")]
    const fn id(&self) -> TypeId {
        TypeId::OBJECT
    }
}

fn new(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Plain)?)
}

/// `ToString()` of anything.
pub(crate) fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::String(behaviour::to_text(cx, arg(args, 0))?))
}

/// `a.Equals(b)` and `Equals(a, b)`.
pub(crate) fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(behaviour::equals(cx, arg(args, 0), arg(args, 1))?))
}

fn reference_equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(behaviour::same_object(cx.heap, arg(args, 0), arg(args, 1))))
}

/// `GetHashCode()`; the numbers, dates and Guids give what .NET gives, which policies use as seeds.
pub(crate) fn get_hash_code(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let value = arg(args, 0);
    #[expect(clippy::cast_possible_truncation, reason = "hash codes keep the low bits")]
    let fold = |bits: u64| (bits as u32 ^ (bits >> 32) as u32).cast_signed();
    let code = match value {
        Value::Bool(b) => i32::from(b),
        Value::Char(unit) => i32::from(unit) | (i32::from(unit) << 16),
        Value::SByte(n) => i32::from(n),
        Value::Byte(n) => i32::from(n),
        Value::Int16(n) => i32::from(n),
        Value::UInt16(n) => i32::from(n),
        Value::Int32(n) => n,
        Value::UInt32(n) => n.cast_signed(),
        Value::Int64(n) | Value::TimeSpan(n) => fold(n.cast_unsigned()),
        Value::UInt64(n) => fold(n),
        Value::DateTime(d) => fold(d.ticks().cast_unsigned()),
        #[expect(clippy::cast_possible_truncation, reason = "an enumeration is an int")]
        Value::Enum(_, n) => n as i32,
        // Zero and minus zero are equal, and so are all that are no number: their lower bits do not count.
        Value::Double(v) if v == 0.0 || v.is_nan() => fold(v.to_bits() & 0x7ff0_0000_0000_0000),
        Value::Double(v) => fold(v.to_bits()),
        Value::Single(v) if v == 0.0 || v.is_nan() => (v.to_bits() & 0x7f80_0000).cast_signed(),
        Value::Single(v) => v.to_bits().cast_signed(),
        other => match cx.heap.get(other) {
            Some(Object::Guid(bytes)) => super::guid::hash_code(*bytes),
            Some(Object::Decimal(d)) => super::decimal::hash_code(*d),
            _ => fold(behaviour::hash(cx, other)?),
        },
    };
    Ok(Value::Int32(code))
}

/// `GetType()` of anything.
pub(crate) fn get_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ty = type_of(cx, arg(args, 0)).unwrap_or(TypeId::OBJECT);
    type_object::new(cx, ty)
}

/// The run-time type; `None` for null.
#[must_use]
pub(crate) fn type_of(cx: &Cx<'_>, value: Value) -> Option<TypeId> {
    behaviour::type_of(cx.heap, value)
}

/// `Object must be of type Int32.`
pub(crate) fn wrong_type(cx: &mut Cx<'_>, ty: TypeId) -> Throw {
    let name = match types::get(ty) {
        Type::Named { def, .. } if crate::library::get().def(*def).full_name() == "System.Tuple" => {
            let why = format!("Argument must be of type {}.", types::net_name(ty));
            return cx.throw_argument(Exc::Argument, &why, "other");
        }
        Type::Named { def, .. } => crate::library::get().def(*def).simple_name().to_owned(),
        _ => types::net_name(ty),
    };
    cx.throw(Exc::Argument, format!("Object must be of type {name}."))
}

/// True for values of types that implement `IComparable`.
#[must_use]
pub(crate) fn is_comparable(cx: &Cx<'_>, value: Value) -> bool {
    match value {
        Value::Null | Value::View(_) => false,
        Value::Object(handle) => {
            matches!(cx.heap.object(handle), Object::Decimal(_) | Object::Guid(_) | Object::DateTimeOffset { .. })
                || cx.heap.native::<super::tuple::Tuple>(value).is_some()
        }
        _ => true,
    }
}
