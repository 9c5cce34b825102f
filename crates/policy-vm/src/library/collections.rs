//! `System.Collections.Generic`.
//!
//! Members of the interfaces find what runs through the receiver's [`Collection`], a table of functions; members of
//! the classes run at once.

pub(super) mod comparers;
pub(super) mod dictionary;
pub mod dispatch;
pub(in crate::library) mod enumerator;
pub(super) mod hash_set;
pub(super) mod i_enumerable_object;
pub(super) mod icollection;
pub(super) mod idictionary;
pub(super) mod ienumerable;
pub(super) mod ilist;
pub(super) mod iread_only_collection;
pub(super) mod iread_only_dictionary;
pub(super) mod iread_only_list;
pub(super) mod iset;
pub(super) mod key_value_pair;
mod line;
pub(super) mod list;
pub(super) mod queue;
pub(in crate::library) mod read_only_collection;
pub(super) mod stack;
pub mod table;

use crate::cx::{Cx, fault};
use crate::exception::{Exc, Throw, Trap};
use crate::library::TypeDef;
use crate::types::TypeId;
use crate::value::heap::{Array, Heap, NetObject, Object};
use crate::value::sequence::iterate;
use crate::value::{Ref, Value};
pub use dispatch::Collection;

/// The types of this namespace that are not well known to the compiler (those are listed in `registry.rs`).
pub(super) static TYPES: &[&TypeDef] = &[
    &comparers::EQUALITY,
    &comparers::ORDER,
    &dictionary::KEYS,
    &dictionary::VALUES,
    &enumerator::TYPE,
    &enumerator::UNTYPED,
    &hash_set::TYPE,
    &iset::TYPE,
    &queue::TYPE,
    &read_only_collection::TYPE,
    &stack::TYPE,
];

/// Bytes an element of a list, an array or a buffer costs.
pub const ITEM: usize = size_of::<Value>();

/// All items of a sequence, paid for.
///
/// # Errors
/// What enumerating throws; an exhausted budget, before anything large is allocated.
pub fn collect(cx: &mut Cx<'_>, sequence: Value) -> Result<Vec<Value>, Throw> {
    if let Some(items) = stored_items(cx.heap, sequence) {
        let len = items.len();
        cx.charge(len)?;
        cx.heap.charge(len * ITEM)?;
        return Ok(stored_items(cx.heap, sequence).map(<[Value]>::to_vec).unwrap_or_default());
    }
    let mut iter = iterate(cx, sequence)?;
    let expected = iter.remaining(cx.heap).unwrap_or(0);
    cx.heap.charge(expected.saturating_mul(ITEM))?;
    let mut items = Vec::with_capacity(expected);
    while let Some(item) = iter.pull(cx)? {
        if items.len() >= expected {
            cx.heap.charge(ITEM)?;
        }
        items.push(item);
    }
    Ok(items)
}

/// The elements of an array (but `byte[]`) or of a list where they are.
#[must_use]
pub fn stored_items(heap: &Heap, sequence: Value) -> Option<&[Value]> {
    match heap.get(sequence)? {
        Object::Array(array) => Some(&array.items),
        Object::List(list) => Some(&list.items),
        _ => None,
    }
}

/// An array of items that are paid for, `byte[]` included.
///
/// # Errors
/// When the memory budget is exhausted.
pub fn new_array(heap: &mut Heap, element: TypeId, items: Vec<Value>) -> Result<Value, Trap> {
    let object = if element == TypeId::BYTE {
        let byte = |item| if let Value::Byte(b) = item { b } else { 0 };
        Object::Bytes(items.into_iter().map(byte).collect())
    } else {
        Object::Array(Array { element, items })
    };
    Ok(Value::Object(heap.new_object(object)?))
}

/// Works with an object of type `T` while the heap can be used as well.
///
/// # Errors
/// What `work` throws.
pub fn with<T: NetObject, R>(
    cx: &mut Cx<'_>,
    this: Value,
    work: impl FnOnce(&mut Cx<'_>, &mut T) -> Result<R, Throw>,
) -> Result<R, Throw> {
    let handle = handle(this)?;
    let mut object = cx.heap.take(handle);
    let result = match &mut object {
        Object::Native(native) => match native.downcast_mut::<T>() {
            Some(native) => work(cx, native),
            None => Err(fault("another collection was expected")),
        },
        _ => Err(fault("a collection was expected")),
    };
    cx.heap.put_back(handle, object);
    result
}

/// The handle behind an object.
pub(crate) fn handle(this: Value) -> Result<Ref, Throw> {
    match this {
        Value::Object(handle) => Ok(handle),
        _ => Err(fault("an object was expected")),
    }
}

/// An `int` from a length.
#[must_use]
pub fn int(len: usize) -> Value {
    Value::Int32(i32::try_from(len).unwrap_or(i32::MAX))
}

/// `InvalidOperationException` of an enumeration whose collection changed.
pub(crate) fn modified(cx: &mut Cx<'_>) -> Throw {
    cx.throw(Exc::InvalidOperation, "Collection was modified; enumeration operation may not execute.")
}

/// `ArgumentOutOfRangeException` of an index.
pub(crate) fn index_out_of_range(cx: &mut Cx<'_>, parameter: &str) -> Throw {
    cx.throw_argument(
        Exc::ArgumentOutOfRange,
        "Index was out of range. Must be non-negative and less than the size of the collection.",
        parameter,
    )
}

/// `ArgumentOutOfRangeException` of a number below zero, as .NET's `ThrowIfNegative` words it.
pub(crate) fn negative(cx: &mut Cx<'_>, parameter: &str, actual: i32) -> Throw {
    let message = format!("{parameter} ('{actual}') must be a non-negative value.");
    let throw = cx.throw_argument(Exc::ArgumentOutOfRange, &message, parameter);
    with_actual(cx, throw, actual)
}

/// Adds `Actual value was n.` as .NET's `ArgumentOutOfRangeException` does when it knows the value.
pub(crate) fn with_actual(cx: &mut Cx<'_>, throw: Throw, actual: i32) -> Throw {
    if let Throw::Exception(handle) = throw
        && let Some(Object::Exception(exception)) = cx.heap.object_mut(handle)
    {
        exception.message = format!("{}\nActual value was {actual}.", exception.message).into();
    }
    throw
}
