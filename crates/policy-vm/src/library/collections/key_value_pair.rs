//! `System.Collections.Generic.KeyValuePair<TKey,TValue>`.

use super::comparers::pairs_equal;
use super::dispatch::pair_parts;
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, constructor, method, property};
use crate::types::{self, TypeId};
use crate::value::Value;
use crate::value::behaviour;
use crate::value::heap::Object;
use crate::value::text::TextBuf;

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.Collections.Generic.KeyValuePair<TKey,TValue>")
    .members(&[
        constructor("KeyValuePair(TKey key, TValue value)", new),
        property("TKey Key { get; }", key),
        property("TValue Value { get; }", value),
        method("void Deconstruct(out TKey key, out TValue value)", deconstruct),
        method("string ToString()", to_string),
        method("bool Equals(object obj)", equals),
        method("int GetHashCode()", hash),
    ]);

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ty = types::construct(TypeId::KEY_VALUE_PAIR, &[cx.type_arg(0), cx.type_arg(1)]);
    let pair = Object::Pair { ty, key: arg(args, 0), value: arg(args, 1) };
    Ok(Value::Object(cx.heap.new_object(pair)?))
}

fn key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(pair_parts(cx, arg(args, 0)).0)
}

fn value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(pair_parts(cx, arg(args, 0)).1)
}

fn deconstruct(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (key, value) = pair_parts(cx, arg(args, 0));
    cx.set_out(0, key);
    cx.set_out(1, value);
    Ok(Value::Null)
}

/// `[key, value]`.
fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let mut out = TextBuf::from("[");
    write_parts(cx, arg(args, 0), &mut out)?;
    out.push_str("]");
    cx.string_buf(&out)
}

fn write_parts(cx: &mut Cx<'_>, pair: Value, out: &mut TextBuf) -> Result<(), Throw> {
    let (key, value) = pair_parts(cx, pair);
    behaviour::write_text(cx, key, out)?;
    out.push_str(", ");
    behaviour::write_text(cx, value, out)
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ty = |value| match cx.heap.get(value) {
        Some(Object::Pair { ty, .. }) => Some(*ty),
        _ => None,
    };
    let (a, b) = (ty(arg(args, 0)), ty(arg(args, 1)));
    if a.is_none() || a != b {
        return Ok(Value::Bool(false));
    }
    let (a, b) = (pair_parts(cx, arg(args, 0)), pair_parts(cx, arg(args, 1)));
    Ok(Value::Bool(pairs_equal(cx, a, b)?))
}

fn hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (key, value) = pair_parts(cx, arg(args, 0));
    let (key, value) = (behaviour::hash(cx, key)?, behaviour::hash(cx, value)?);
    Ok(Value::Int32((key.rotate_left(5) ^ value) as i32))
}
