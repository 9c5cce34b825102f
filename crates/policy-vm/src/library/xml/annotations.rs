//! The annotations of an `XObject`: objects that a policy hangs on a node, and that are no part of the document.

use super::tree::{get, get_mut};
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::linq::query::lazy;
use crate::types::TypeId;
use crate::value::heap::Object;
use crate::value::sequence::Enumerator;
use crate::value::{Value, cast};

/// Those of a type, looked up as they are asked for.
#[derive(Clone, Debug)]
struct Annotations {
    on: Value,
    at: usize,
    /// .NET goes through the array there is when it begins, which has room for a power of two.
    end: Option<usize>,
    of: TypeId,
}

impl Enumerator for Annotations {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let here = get(cx, self.on)?.annotations.len();
        let end = *self.end.get_or_insert(here.next_power_of_two());
        while let Some(item) = get(cx, self.on)?.annotations.get(self.at).copied().filter(|_| self.at < end) {
            cx.charge(1)?;
            self.at += 1;
            if cast::is_instance(cx.heap, item, self.of) {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }
}

fn type_named(cx: &mut Cx<'_>, args: &[Value]) -> Result<TypeId, Throw> {
    match cx.heap.get(arg(args, 1)) {
        Some(Object::Type(ty)) => Ok(*ty),
        _ => Err(cx.argument_null("type")),
    }
}

pub(super) fn add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let annotation = arg(args, 1);
    if annotation.is_null() {
        return Err(cx.argument_null("annotation"));
    }
    cx.heap.charge(size_of::<Value>())?;
    get_mut(cx, arg(args, 0))?.annotations.push(annotation);
    Ok(Value::Null)
}

pub(super) fn first_named(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let of = type_named(cx, args)?;
    first(cx, args, of)
}

pub(super) fn first_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    first(cx, args, cx.type_arg(0))
}

pub(super) fn all_named(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let of = type_named(cx, args)?;
    lazy(cx, TypeId::OBJECT, Annotations { on: arg(args, 0), at: 0, end: None, of })
}

pub(super) fn all_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let of = cx.type_arg(0);
    lazy(cx, of, Annotations { on: arg(args, 0), at: 0, end: None, of })
}

pub(super) fn remove_named(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let of = type_named(cx, args)?;
    remove(cx, args, of)
}

pub(super) fn remove_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    remove(cx, args, cx.type_arg(0))
}

fn first(cx: &mut Cx<'_>, args: &[Value], of: TypeId) -> Result<Value, Throw> {
    let found = Annotations { on: arg(args, 0), at: 0, end: None, of }.next(cx)?;
    Ok(found.unwrap_or(Value::Null))
}

fn remove(cx: &mut Cx<'_>, args: &[Value], of: TypeId) -> Result<Value, Throw> {
    let mut kept = std::mem::take(&mut get_mut(cx, arg(args, 0))?.annotations);
    cx.charge(kept.len())?;
    kept.retain(|item| !cast::is_instance(cx.heap, *item, of));
    get_mut(cx, arg(args, 0))?.annotations = kept;
    Ok(Value::Null)
}
