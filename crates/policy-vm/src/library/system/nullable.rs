//! `System.Nullable<T>`: at run time `T?` is its value or null, so the receiver may be null here.

use super::{object, type_object};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, operator, property};
use crate::types::{self, Type};
use crate::value::{Value, behaviour};

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.Nullable<T>")
    .members(&[
        constructor("Nullable(T value)", |_, a| Ok(arg(a, 0))),
        property("bool HasValue { get; }", |_, a| Ok(Value::Bool(!arg(a, 0).is_null()))),
        property("T Value { get; }", value),
        method("T GetValueOrDefault()", get_value_or_default),
        method("T GetValueOrDefault(T defaultValue)", get_value_or_default),
        method("bool Equals(object other)", object::equals),
        method("int GetHashCode()", get_hash_code),
        method("string ToString()", object::to_string),
        operator("static implicit operator T?(T value)", |_, a| Ok(arg(a, 0))),
        operator("static explicit operator T(T? value)", value),
    ])
    .summary("A value or nothing, `T?` in C#.");

pub(in crate::library) const STATIC: TypeDef = TypeDef::static_class("System.Nullable")
    .members(&[
        method("static int Compare<T>(T? n1, T? n2)", compare),
        method("static bool Equals<T>(T? n1, T? n2)", object::equals),
        method("static Type GetUnderlyingType(Type nullableType)", get_underlying_type),
    ])
    .summary("Comparisons of `T?`.");

fn value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 0) {
        Value::Null => Err(cx.throw(Exc::InvalidOperation, "Nullable object must have a value.")),
        value => Ok(value),
    }
}

fn get_value_or_default(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match (arg(args, 0), args.get(1)) {
        (Value::Null, Some(default)) => Ok(*default),
        (Value::Null, None) => {
            let ty = cx.type_arg(0);
            behaviour::default_of(cx.heap, ty)
        }
        (value, _) => Ok(value),
    }
}

fn get_hash_code(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() { Ok(Value::Int32(0)) } else { object::get_hash_code(cx, args) }
}

fn compare(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(behaviour::compare(cx, arg(args, 0), arg(args, 1))? as i32))
}

fn get_underlying_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match type_object::get(cx, arg(args, 0)).map(types::get) {
        None => Err(cx.argument_null("nullableType")),
        Some(Type::Nullable(inner)) => type_object::new(cx, *inner),
        Some(_) => Ok(Value::Null),
    }
}
