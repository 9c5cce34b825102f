//! `System.Collections.Generic.Stack<T>`.

use super::dispatch::{Collection, READ_ONLY};
use super::list::{OUT_OF_BOUNDS, write_into};
use super::{ITEM, collect, int, negative, new_array, with};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, property};
use crate::types::{self, TypeId};
use crate::value::heap::{NetObject, Object};
use crate::value::sequence::{Enumerator, Iter};
use crate::value::{Value, behaviour};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Collections.Generic.Stack<T>")
    .interfaces(&["IReadOnlyCollection<T>"])
    .summary("Last in, first out; enumeration begins with the item pushed last.")
    .members(&[
        constructor("Stack()", new_empty),
        constructor("Stack(int capacity)", new_with_capacity),
        constructor("Stack(IEnumerable<T> collection)", new_from),
        property("int Count { get; }", count),
        method("void Clear()", clear),
        method("bool Contains(T item)", contains),
        method("void CopyTo(T[] array, int arrayIndex)", copy_to),
        method("T Pop()", take),
        method("void Push(T item)", put),
        method("IEnumerator<T> GetEnumerator()", super::enumerator::begin),
        method("T Peek()", peek),
        method("T[] ToArray()", to_array),
        method("void TrimExcess()", |_, _| Ok(Value::Null)),
        method("bool TryPop(out T result)", try_take),
        method("bool TryPeek(out T result)", try_peek),
    ]);

#[derive(Debug)]
struct Stack {
    ty: TypeId,
    items: Vec<Value>,
    version: u32,
}

impl NetObject for Stack {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn std::any::Any {
        self
    }
    fn iterate(&self, this: Value) -> Option<Iter> {
        Some(Iter::Lazy(Box::new(Items { of: this, index: 0, version: self.version })))
    }
    fn collection(&self) -> Option<&'static Collection> {
        Some(&COLLECTION)
    }
}

static COLLECTION: Collection = Collection { count: |cx, this| Ok(stack(cx, this)?.items.len()), ..READ_ONLY };

#[derive(Debug)]
struct Items {
    of: Value,
    index: usize,
    version: u32,
}

impl Enumerator for Items {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let container = stack(cx, self.of)?;
        if container.version != self.version {
            return Err(
                cx.throw(Exc::InvalidOperation, "Collection was modified after the enumerator was instantiated.")
            );
        }
        let item = container.items.len().checked_sub(self.index + 1).and_then(|at| container.items.get(at)).copied();
        self.index += 1;
        Ok(item)
    }
}

fn stack<'h>(cx: &'h Cx<'_>, this: Value) -> Result<&'h Stack, Throw> {
    cx.heap.native::<Stack>(this).ok_or(fault("a stack was expected"))
}

fn new(cx: &mut Cx<'_>, items: Vec<Value>) -> Result<Value, Throw> {
    static KNOWN: types::Known = types::Known::new("System.Collections.Generic.Stack<T>");
    let ty = types::construct(KNOWN.id(), &[cx.type_arg(0)]);
    Ok(cx.heap.new_native(Stack { ty, items, version: 0 })?)
}

fn new_empty(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    new(cx, Vec::new())
}

fn new_with_capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let capacity = as_i32(args, 0)?;
    if capacity < 0 { Err(negative(cx, "capacity", capacity)) } else { new(cx, Vec::new()) }
}

fn new_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("collection"));
    }
    let items = collect(cx, arg(args, 0))?;
    new(cx, items)
}

fn count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(int(stack(cx, arg(args, 0))?.items.len()))
}

fn clear(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    with(cx, arg(args, 0), |_, stack: &mut Stack| {
        stack.items.clear();
        stack.version = stack.version.wrapping_add(1);
        Ok(Value::Null)
    })
}

fn contains(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(super::dispatch::find(cx, arg(args, 0), arg(args, 1))?.is_some()))
}

fn copy_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
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
    let len = stack(cx, this)?.items.len();
    cx.charge(len)?;
    cx.heap.charge(len * ITEM)?;
    let stack = stack(cx, this)?;
    Ok(stack.items.iter().rev().copied().collect())
}

fn to_array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let all = all(cx, arg(args, 0))?;
    let ty = cx.type_arg(0);
    Ok(new_array(cx.heap, ty, all)?)
}

fn put(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.heap.charge(ITEM)?;
    with(cx, arg(args, 0), |_, stack: &mut Stack| {
        stack.items.push(arg(args, 1));
        stack.version = stack.version.wrapping_add(1);
        Ok(Value::Null)
    })
}

fn taken(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<Value>, Throw> {
    with(cx, arg(args, 0), |_, stack: &mut Stack| {
        let item = stack.items.pop();
        stack.version = stack.version.wrapping_add(u32::from(item.is_some()));
        Ok(item)
    })
}

fn take(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match taken(cx, args)? {
        Some(item) => Ok(item),
        None => Err(cx.throw(Exc::InvalidOperation, "Stack empty.")),
    }
}

fn peek(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match stack(cx, arg(args, 0))?.items.last() {
        Some(item) => Ok(*item),
        None => Err(cx.throw(Exc::InvalidOperation, "Stack empty.")),
    }
}

fn try_take(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let item = taken(cx, args)?;
    out(cx, item)
}

fn try_peek(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let item = stack(cx, arg(args, 0))?.items.last().copied();
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
