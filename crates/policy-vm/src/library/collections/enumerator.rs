//! `IEnumerator<T>`, for those who do by hand what `foreach` does.

use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::collections::with;
use crate::library::json;
use crate::library::{Allow, TypeDef, method, property};
use crate::types::{self, TypeId};
use crate::value::heap::{NetObject, Object};
use crate::value::sequence::{Iter, iterate};
use crate::value::{Value, behaviour};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.Collections.Generic.IEnumerator<T>")
    .interfaces(&["System.Collections.IEnumerator", "System.IDisposable"])
    .members(&[property("T Current { get; }", current)]);

pub(in crate::library) const UNTYPED: TypeDef =
    TypeDef::interface("System.Collections.IEnumerator").not_imported().allow(Allow::None).members(&[
        property("object Current { get; }", current),
        method("bool MoveNext()", move_next),
        method("void Reset()", reset),
    ]);

/// A position in a sequence.
#[derive(Debug)]
struct Cursor {
    ty: TypeId,
    element: TypeId,
    source: Value,
    iter: Option<Iter>,
    current: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Before,
    At(Value),
    After,
}

impl NetObject for Cursor {
    fn net_type(&self) -> TypeId {
        self.ty
    }
}

/// `GetEnumerator()`.
pub(in crate::library) fn begin(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    static KNOWN: types::Known = types::Known::new("System.Collections.Generic.IEnumerator<T>");
    let element = match behaviour::type_of(cx.heap, arg(args, 0)).map(types::get) {
        Some(types::Type::Array { element, .. }) => *element,
        Some(types::Type::Named { args, .. }) if args.len() == 1 => args.first().copied().unwrap_or(TypeId::OBJECT),
        _ => cx.type_arg(0),
    };
    let ty = types::construct(KNOWN.id(), &[element]);
    let iter = Some(iterate(cx, arg(args, 0))?);
    Ok(cx.heap.new_native(Cursor { ty, element, source: arg(args, 0), iter, current: State::Before })?)
}

/// The cursor itself: an object's pairs, which `foreach` goes through as they are, keep one beside them.
fn cursor_of(cx: &mut Cx<'_>, value: Value) -> Result<Value, Throw> {
    match json::kept_cursor(cx.heap, value).map(|kept| *kept) {
        None => Ok(value),
        Some(Value::Null) => {
            let cursor = begin(cx, &[value])?;
            if let Some(kept) = json::kept_cursor(cx.heap, value) {
                *kept = cursor;
            }
            Ok(cursor)
        }
        Some(cursor) => Ok(cursor),
    }
}

fn move_next(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let cursor = cursor_of(cx, arg(args, 0))?;
    with(cx, cursor, |cx, cursor: &mut Cursor| {
        let item = match &mut cursor.iter {
            Some(iter) => iter.pull(cx)?,
            None => None,
        };
        cursor.current = item.map_or(State::After, State::At);
        if item.is_none() {
            cursor.iter = None;
        }
        Ok(Value::Bool(item.is_some()))
    })
}

/// Arrays refuse to tell what is not there; other enumerators give `default(T)`.
fn current(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let cursor = cursor_of(cx, arg(args, 0))?;
    let Some(cursor) = cx.heap.native::<Cursor>(cursor) else { return Ok(Value::Null) };
    let (state, source, element) = (cursor.current, cursor.source, cursor.element);
    let strict = matches!(cx.heap.get(source), Some(Object::Array(_) | Object::Bytes(_)));
    match state {
        State::At(item) => Ok(item),
        State::Before if strict => Err(cx.throw(Exc::InvalidOperation, "Enumeration has not started. Call MoveNext.")),
        State::After if strict => Err(cx.throw(Exc::InvalidOperation, "Enumeration already finished.")),
        _ => behaviour::default_of(cx.heap, element),
    }
}

fn reset(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = cursor_of(cx, arg(args, 0))?;
    let source = cx.heap.native::<Cursor>(this).map_or(Value::Null, |cursor| cursor.source);
    let iter = iterate(cx, source)?;
    let computed = matches!(cx.heap.get(source), Some(Object::Native(object)) if object.collection().is_none());
    if computed {
        return Err(cx.throw_default(Exc::NotSupported));
    }
    with(cx, this, |_, cursor: &mut Cursor| {
        (cursor.iter, cursor.current) = (Some(iter), State::Before);
        Ok(Value::Null)
    })
}
