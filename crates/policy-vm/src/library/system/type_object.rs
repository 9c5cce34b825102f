//! `System.Type`: what `typeof` gives. Its members are not for policies, but it can be compared and handed on.

use super::object;
use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, TypeDefKind, method, operator, property};
use crate::types::{self, Type, TypeId};
use crate::value::Value;
use crate::value::heap::Object;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Type")
    .members(&[
        property("string Name { get; }", name),
        property("string FullName { get; }", object::to_string),
        property("string Namespace { get; }", namespace),
        property("bool IsArray { get; }", |cx, a| {
            Ok(Value::Bool(matches!(types::get(ty(cx, a)?), Type::Array { .. })))
        }),
        property("bool IsEnum { get; }", |cx, a| is_kind(cx, a, TypeDefKind::Enum)),
        property("bool IsInterface { get; }", |cx, a| is_kind(cx, a, TypeDefKind::Interface)),
        property("bool IsValueType { get; }", is_value_type),
        property("bool IsGenericType { get; }", is_generic_type),
        method("string ToString()", object::to_string),
        method("bool Equals(object o)", object::equals),
        method("bool Equals(Type o)", object::equals),
        method("int GetHashCode()", object::get_hash_code),
        operator("static bool operator ==(Type left, Type right)", object::equals),
        operator("static bool operator !=(Type left, Type right)", |cx, a| {
            Ok(Value::Bool(get(cx, arg(a, 0)) != get(cx, arg(a, 1))))
        }),
    ])
    .allow(Allow::None)
    .summary("A type.");

/// The type object of a type.
///
/// # Errors
/// When the memory budget is exhausted.
pub(crate) fn new(cx: &mut Cx<'_>, ty: TypeId) -> Result<Value, Throw> {
    Ok(Value::Object(cx.heap.new_object(Object::Type(ty))?))
}

/// The type in a type object.
#[must_use]
pub(crate) fn get(cx: &Cx<'_>, value: Value) -> Option<TypeId> {
    match cx.heap.get(value) {
        Some(Object::Type(ty)) => Some(*ty),
        _ => None,
    }
}

fn ty(cx: &Cx<'_>, args: &[Value]) -> Result<TypeId, Throw> {
    get(cx, arg(args, 0)).ok_or(fault("a type was expected"))
}

/// The name without namespace and arguments: ``List`1``, `Int32[]`.
#[must_use]
pub(crate) fn simple_name(ty: TypeId) -> String {
    match types::get(ty) {
        Type::Named { def, .. } => {
            let full = crate::library::get().def(*def).net_name();
            full.rsplit(['.', '+']).next().unwrap_or_default().to_owned()
        }
        Type::Array { element, rank } => format!("{}[{}]", simple_name(*element), types::inside_brackets(*rank)),
        Type::Nullable(_) => "Nullable`1".to_owned(),
        _ => types::net_name(ty),
    }
}

fn name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = simple_name(ty(cx, args)?);
    cx.string(&name)
}

fn namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let full = types::net_name(ty(cx, args)?);
    let plain = full.split(['`', '[']).next().unwrap_or_default();
    match plain.rsplit_once('.') {
        Some((namespace, _)) => cx.string(namespace),
        None => Ok(Value::Null),
    }
}

fn kind(ty: TypeId) -> Option<TypeDefKind> {
    match types::get(ty) {
        Type::Named { def, .. } => Some(crate::library::get().def(*def).decl.kind),
        Type::Nullable(_) => Some(TypeDefKind::Struct),
        _ => None,
    }
}

fn is_kind(cx: &mut Cx<'_>, args: &[Value], wanted: TypeDefKind) -> Result<Value, Throw> {
    Ok(Value::Bool(kind(ty(cx, args)?) == Some(wanted)))
}

fn is_value_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(matches!(kind(ty(cx, args)?), Some(TypeDefKind::Struct | TypeDefKind::Enum))))
}

fn is_generic_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(match types::get(ty(cx, args)?) {
        Type::Named { args, .. } => !args.is_empty(),
        Type::Nullable(_) => true,
        _ => false,
    }))
}
