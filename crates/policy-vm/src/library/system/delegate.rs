//! `System.Delegate`: several delegates as one, which is what `+` and `-` make of them.

use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, method};
use crate::value::Value;
use crate::value::behaviour;
use crate::value::heap::{Closure, ClosureCode, Heap, Object};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Delegate").members(&[
    method("static Delegate Combine(Delegate a, Delegate b)", combine),
    method("static Delegate Remove(Delegate source, Delegate value)", remove),
]);

/// What a delegate calls, in this order; a delegate of one is that one.
fn list(heap: &Heap, delegate: Value) -> Vec<Value> {
    match heap.get(delegate) {
        Some(Object::Closure(Closure { code: ClosureCode::List(all), .. })) => all.to_vec(),
        Some(_) => vec![delegate],
        None => Vec::new(),
    }
}

/// Both have the same type, or one is null; `message` is for what has not.
fn same_type(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<(), Throw> {
    match (cx.heap.get(a), cx.heap.get(b)) {
        (Some(Object::Closure(x)), Some(Object::Closure(y))) if x.ty != y.ty => {
            Err(cx.throw(Exc::Argument, "Delegates must be of the same type."))
        }
        _ => Ok(()),
    }
}

/// A delegate of the same type as `like` that calls all of `parts`.
fn of(cx: &mut Cx<'_>, like: Value, mut parts: Vec<Value>) -> Result<Value, Throw> {
    if parts.len() < 2 {
        return Ok(parts.pop().unwrap_or(Value::Null));
    }
    let Some(Object::Closure(Closure { ty, .. })) = cx.heap.get(like) else { return Err(fault("not a delegate")) };
    let ty = *ty;
    cx.charge(parts.len())?;
    cx.heap.charge(parts.len() * size_of::<Value>())?;
    let code = ClosureCode::List(parts.into());
    Ok(Value::Object(cx.heap.new_object(Object::Closure(Closure { ty, code }))?))
}

fn combine(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (a, b) = (arg(args, 0), arg(args, 1));
    if a.is_null() || b.is_null() {
        return Ok(if a.is_null() { b } else { a });
    }
    same_type(cx, a, b)?;
    let mut all = list(cx.heap, a);
    all.extend(list(cx.heap, b));
    of(cx, a, all)
}

/// Takes out the last place where all of `value` stands in `source`.
fn remove(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (source, value) = (arg(args, 0), arg(args, 1));
    if source.is_null() || value.is_null() {
        return Ok(source);
    }
    same_type(cx, source, value)?;
    let (mut all, part) = (list(cx.heap, source), list(cx.heap, value));
    for at in (0..=all.len().saturating_sub(part.len())).rev() {
        let Some(here) = all.get(at..at + part.len()) else { continue };
        let mut same = true;
        for (a, b) in here.iter().zip(&part) {
            cx.charge(1)?;
            same = same && behaviour::equals(cx, *a, *b)?;
        }
        if same {
            all.drain(at..at + part.len());
            return of(cx, source, all);
        }
    }
    Ok(source)
}
