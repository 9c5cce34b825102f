//! What a queue and a stack have in common: items in a line that are taken from one of its ends.

use std::collections::VecDeque;

use super::dispatch::{Collection, READ_ONLY};
use super::list::{OUT_OF_BOUNDS, write_into};
use super::{ITEM, collect, int, modified, negative, new_array, with};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::types::{self, TypeId};
use crate::value::heap::{NetObject, Object};
use crate::value::sequence::{Enumerator, Iter};
use crate::value::{Value, behaviour};

/// The end that items are taken from; they are put at the last one. Enumeration begins there too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    First,
    Last,
}

#[derive(Debug)]
struct Line {
    ty: TypeId,
    end: End,
    items: VecDeque<Value>,
    version: u32,
}

impl Line {
    /// The item that would be taken after `index` others.
    fn at(&self, index: usize) -> Option<Value> {
        let at = match self.end {
            End::First => index,
            End::Last => self.items.len().checked_sub(index + 1)?,
        };
        self.items.get(at).copied()
    }
}

impl NetObject for Line {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn iterate(&self, this: Value) -> Option<Iter> {
        Some(Iter::Lazy(Box::new(Items { of: this, index: 0, version: self.version })))
    }
    fn collection(&self) -> Option<&'static Collection> {
        Some(&COLLECTION)
    }
}

static COLLECTION: Collection = Collection { count: |cx, this| Ok(line(cx, this)?.items.len()), ..READ_ONLY };

#[derive(Debug)]
struct Items {
    of: Value,
    index: usize,
    version: u32,
}

impl Enumerator for Items {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let container = line(cx, self.of)?;
        let (end, item) = (container.end, container.at(self.index));
        if container.version != self.version {
            return Err(match end {
                End::First => modified(cx),
                End::Last => {
                    cx.throw(Exc::InvalidOperation, "Collection was modified after the enumerator was instantiated.")
                }
            });
        }
        self.index += 1;
        Ok(item)
    }
}

fn line<'h>(cx: &'h Cx<'_>, this: Value) -> Result<&'h Line, Throw> {
    cx.heap.native::<Line>(this).ok_or(fault("a queue or a stack was expected"))
}

pub(super) fn new(cx: &mut Cx<'_>, of: &types::Known, end: End, items: Vec<Value>) -> Result<Value, Throw> {
    let ty = types::construct(of.id(), &[cx.type_arg(0)]);
    Ok(cx.heap.new_native(Line { ty, end, items: items.into(), version: 0 })?)
}

pub(super) fn new_with_capacity(cx: &mut Cx<'_>, args: &[Value], of: &types::Known, end: End) -> Result<Value, Throw> {
    let capacity = as_i32(args, 0)?;
    if capacity < 0 { Err(negative(cx, "capacity", capacity)) } else { new(cx, of, end, Vec::new()) }
}

pub(super) fn new_from(cx: &mut Cx<'_>, args: &[Value], of: &types::Known, end: End) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("collection"));
    }
    let items = collect(cx, arg(args, 0))?;
    new(cx, of, end, items)
}

pub(super) fn count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(int(line(cx, arg(args, 0))?.items.len()))
}

pub(super) fn clear(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    with(cx, arg(args, 0), |_, line: &mut Line| {
        line.items.clear();
        line.version = line.version.wrapping_add(1);
        Ok(Value::Null)
    })
}

pub(super) fn contains(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(super::dispatch::find(cx, arg(args, 0), arg(args, 1))?.is_some()))
}

pub(super) fn copy_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let room = match cx.heap.get(arg(args, 1)) {
        Some(Object::Array(array)) => array.items.len(),
        Some(Object::Bytes(bytes)) => bytes.len(),
        _ => return Err(cx.argument_null("array")),
    };
    let at = as_i32(args, 2)?;
    let Some(start) = usize::try_from(at).ok().filter(|start| *start <= room) else {
        let message =
            "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
        let throw = cx.throw_argument(Exc::ArgumentOutOfRange, message, "arrayIndex");
        return Err(super::with_actual(cx, throw, at));
    };
    let all = all(cx, arg(args, 0))?;
    if all.len() > room - start {
        return Err(cx.throw(Exc::Argument, OUT_OF_BOUNDS));
    }
    write_into(cx, &all, arg(args, 1), start);
    Ok(Value::Null)
}

/// The items in order of enumeration, paid for.
fn all(cx: &mut Cx<'_>, this: Value) -> Result<Vec<Value>, Throw> {
    let len = line(cx, this)?.items.len();
    cx.charge(len)?;
    cx.heap.charge(len * ITEM)?;
    let line = line(cx, this)?;
    Ok((0..len).filter_map(|index| line.at(index)).collect())
}

pub(super) fn to_array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let all = all(cx, arg(args, 0))?;
    let ty = cx.type_arg(0);
    Ok(new_array(cx.heap, ty, all)?)
}

pub(super) fn put(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.heap.charge(ITEM)?;
    with(cx, arg(args, 0), |_, line: &mut Line| {
        line.items.push_back(arg(args, 1));
        line.version = line.version.wrapping_add(1);
        Ok(Value::Null)
    })
}

fn taken(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<Value>, Throw> {
    with(cx, arg(args, 0), |_, line: &mut Line| {
        let item = match line.end {
            End::First => line.items.pop_front(),
            End::Last => line.items.pop_back(),
        };
        line.version = line.version.wrapping_add(u32::from(item.is_some()));
        Ok(item)
    })
}

pub(super) fn take(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match taken(cx, args)? {
        Some(item) => Ok(item),
        None => Err(empty(cx, arg(args, 0))),
    }
}

pub(super) fn peek(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match line(cx, arg(args, 0))?.at(0) {
        Some(item) => Ok(item),
        None => Err(empty(cx, arg(args, 0))),
    }
}

fn empty(cx: &mut Cx<'_>, this: Value) -> Throw {
    match line(cx, this).map(|line| line.end) {
        Ok(End::First) => cx.throw(Exc::InvalidOperation, "Queue empty."),
        Ok(End::Last) => cx.throw(Exc::InvalidOperation, "Stack empty."),
        Err(fault) => fault,
    }
}

pub(super) fn try_take(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let item = taken(cx, args)?;
    out(cx, item)
}

pub(super) fn try_peek(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let item = line(cx, arg(args, 0))?.at(0);
    out(cx, item)
}

fn out(cx: &mut Cx<'_>, item: Option<Value>) -> Result<Value, Throw> {
    let ty = cx.type_arg(0);
    let value = match item {
        Some(item) => item,
        None => behaviour::default_of(cx.heap, ty)?,
    };
    cx.set_out(0, value);
    Ok(Value::Bool(item.is_some()))
}
