//! `System.Collections.Generic.List<T>`: the items lie in the heap's own list object, see
//! [`List`](crate::value::heap::List).

mod change;
mod order;
mod search;

pub(in crate::library) use order::comparison_failed;
pub(in crate::library) use search::{copy_into, write_into};

use super::dispatch::{Collection, READ_ONLY};
use super::{ITEM, collect, handle, index_out_of_range, int};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, property, property_set};
use crate::types::{self, TypeId};
use crate::value::Value;
use crate::value::heap::{List, Object};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Collections.Generic.List<T>")
    .interfaces(&["IList<T>", "IReadOnlyList<T>"])
    .summary("A list of items that grows as needed.")
    .members(&[
        constructor("List()", new_empty),
        constructor("List(int capacity)", new_with_capacity),
        constructor("List(IEnumerable<T> collection)", new_from),
        property_set("int Capacity { get; set; }", capacity, set_capacity),
        property("int Count { get; }", count),
        property_set("T this[int index] { get; set; }", item, set_item),
        method("void Add(T item)", change::add),
        method("void AddRange(IEnumerable<T> collection)", change::add_range),
        method("System.Collections.ObjectModel.ReadOnlyCollection<T> AsReadOnly()", |cx, args| {
            let element = cx.type_arg(0);
            super::read_only_collection::new(cx, element, arg(args, 0), "list")
        }),
        method("int BinarySearch(int index, int count, T item, IComparer<T> comparer)", order::binary_search_range),
        method("int BinarySearch(T item)", order::binary_search),
        method("int BinarySearch(T item, IComparer<T> comparer)", order::binary_search),
        method("void Clear()", change::clear),
        method("bool Contains(T item)", search::contains),
        method("List<TOutput> ConvertAll<TOutput>(Converter<T,TOutput> converter)", search::convert_all),
        method("void CopyTo(T[] array)", search::copy_to),
        method("void CopyTo(int index, T[] array, int arrayIndex, int count)", search::copy_range_to),
        method("void CopyTo(T[] array, int arrayIndex)", search::copy_to),
        method("int EnsureCapacity(int capacity)", ensure_capacity),
        method("bool Exists(Predicate<T> match)", search::exists),
        method("T Find(Predicate<T> match)", search::find),
        method("List<T> FindAll(Predicate<T> match)", search::find_all),
        method("int FindIndex(Predicate<T> match)", search::find_index),
        method("int FindIndex(int startIndex, Predicate<T> match)", search::find_index_from),
        method("int FindIndex(int startIndex, int count, Predicate<T> match)", search::find_index_in),
        method("T FindLast(Predicate<T> match)", search::find_last),
        method("int FindLastIndex(Predicate<T> match)", search::find_last_index),
        method("int FindLastIndex(int startIndex, Predicate<T> match)", search::find_last_index_from),
        method("int FindLastIndex(int startIndex, int count, Predicate<T> match)", search::find_last_index_in),
        method("void ForEach(Action<T> action)", search::for_each),
        method("IEnumerator<T> GetEnumerator()", super::enumerator::begin),
        method("List<T> GetRange(int index, int count)", change::get_range),
        method("List<T> Slice(int start, int length)", change::get_range),
        method("int IndexOf(T item)", search::index_of),
        method("int IndexOf(T item, int index)", search::index_of_from),
        method("int IndexOf(T item, int index, int count)", search::index_of_in),
        method("void Insert(int index, T item)", change::insert),
        method("void InsertRange(int index, IEnumerable<T> collection)", change::insert_range),
        method("int LastIndexOf(T item)", search::last_index_of),
        method("int LastIndexOf(T item, int index)", search::last_index_of_from),
        method("int LastIndexOf(T item, int index, int count)", search::last_index_of_in),
        method("bool Remove(T item)", change::remove),
        method("int RemoveAll(Predicate<T> match)", change::remove_all),
        method("void RemoveAt(int index)", change::remove_at),
        method("void RemoveRange(int index, int count)", change::remove_range),
        method("void Reverse()", change::reverse),
        method("void Reverse(int index, int count)", change::reverse_range),
        method("void Sort()", order::sort),
        method("void Sort(IComparer<T> comparer)", order::sort),
        method("void Sort(int index, int count, IComparer<T> comparer)", order::sort_range),
        method("void Sort(Comparison<T> comparison)", order::sort_by),
        method("T[] ToArray()", search::to_array),
        method("void TrimExcess()", trim_excess),
        method("bool TrueForAll(Predicate<T> match)", search::true_for_all),
    ]);

/// Lists behind the collection interfaces.
pub(super) static COLLECTION: Collection = Collection {
    count: |cx, this| Ok(items(cx, this)?.len()),
    is_read_only: false,
    contains: search::contains,
    add: change::add,
    remove: change::remove,
    clear: change::clear,
    item,
    set_item,
    index_of: search::index_of,
    insert: change::insert,
    remove_at: change::remove_at,
    ..READ_ONLY
};

/// A new `List<element>` of items that are paid for.
///
/// # Errors
/// When the memory budget is exhausted.
pub(crate) fn new_list(cx: &mut Cx<'_>, element: TypeId, items: Vec<Value>) -> Result<Value, Throw> {
    let ty = types::construct(TypeId::LIST, &[element]);
    Ok(Value::Object(cx.heap.new_object(Object::List(List { ty, items, version: 0 }))?))
}

/// The items of the receiver.
fn items<'h>(cx: &'h Cx<'_>, this: Value) -> Result<&'h Vec<Value>, Throw> {
    match cx.heap.get(this) {
        Some(Object::List(list)) => Ok(&list.items),
        _ => Err(fault("a list was expected")),
    }
}

/// The receiver, to be changed.
fn list_mut<'h>(cx: &'h mut Cx<'_>, this: Value) -> Result<&'h mut List, Throw> {
    match cx.heap.object_mut(handle(this)?) {
        Some(Object::List(list)) => Ok(list),
        _ => Err(fault("a list was expected")),
    }
}

fn new_empty(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let element = cx.type_arg(0);
    new_list(cx, element, Vec::new())
}

fn new_with_capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let wanted = as_i32(args, 0)?;
    let Ok(capacity) = usize::try_from(wanted) else {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Non-negative number required.", "capacity"));
    };
    cx.heap.charge(capacity.saturating_mul(ITEM))?;
    let element = cx.type_arg(0);
    new_list(cx, element, Vec::with_capacity(capacity))
}

fn new_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = not_null(cx, arg(args, 0), "collection")?;
    let items = collect(cx, source)?;
    let element = cx.type_arg(0);
    new_list(cx, element, items)
}

/// Refuses null.
fn not_null(cx: &mut Cx<'_>, value: Value, parameter: &str) -> Result<Value, Throw> {
    if value.is_null() { Err(cx.argument_null(parameter)) } else { Ok(value) }
}

/// Capacities are those of .NET only for lists that grew by doubling from 4; nothing depends on them.
fn capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(int(items(cx, arg(args, 0))?.capacity()))
}

fn set_capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    match usize::try_from(as_i32(args, 1)?) {
        Ok(capacity) if capacity >= len => reserve(cx, arg(args, 0), capacity),
        _ => Err(cx.throw_argument(Exc::ArgumentOutOfRange, "capacity was less than the current size.", "value")),
    }
}

fn reserve(cx: &mut Cx<'_>, this: Value, capacity: usize) -> Result<Value, Throw> {
    let more = capacity.saturating_sub(items(cx, this)?.capacity());
    cx.heap.charge(more.saturating_mul(ITEM))?;
    let list = list_mut(cx, this)?;
    list.items.reserve_exact(capacity.saturating_sub(list.items.len()));
    Ok(int(list.items.capacity()))
}

fn ensure_capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match usize::try_from(as_i32(args, 1)?) {
        Ok(capacity) => reserve(cx, arg(args, 0), capacity),
        Err(_) => Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Non-negative number required.", "capacity")),
    }
}

fn trim_excess(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Null)
}

fn count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(int(items(cx, arg(args, 0))?.len()))
}

fn item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let index = usize::try_from(as_i32(args, 1)?).unwrap_or(usize::MAX);
    match items(cx, arg(args, 0))?.get(index) {
        Some(item) => Ok(*item),
        None => Err(index_out_of_range(cx, "index")),
    }
}

fn set_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let index = usize::try_from(as_i32(args, 1)?).unwrap_or(usize::MAX);
    let list = list_mut(cx, arg(args, 0))?;
    if let Some(slot) = list.items.get_mut(index) {
        *slot = arg(args, 2);
        list.version = list.version.wrapping_add(1);
        return Ok(Value::Null);
    }
    Err(index_out_of_range(cx, "index"))
}

/// An index and a count within `len`, refused as `GetRange` and its kin do.
fn range(cx: &mut Cx<'_>, index: i32, count: i32, len: usize) -> Result<std::ops::Range<usize>, Throw> {
    let Ok(start) = usize::try_from(index) else {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Non-negative number required.", "index"));
    };
    let Ok(count) = usize::try_from(count) else {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Non-negative number required.", "count"));
    };
    match start.checked_add(count) {
        Some(end) if end <= len => Ok(start..end),
        _ => Err(cx.throw(Exc::Argument, OUT_OF_BOUNDS)),
    }
}

/// What .NET says of an index and a count that do not fit.
pub(super) const OUT_OF_BOUNDS: &str = "Offset and length were out of bounds for the array or count is greater than \
                                        the number of elements from index to the end of the source collection.";
