//! `System.Collections.Generic.HashSet<T>`.

use super::dispatch::{Collection, READ_ONLY};
use super::list::write_into;
use super::table::Table;
use super::{ITEM, collect, dictionary, int, modified, negative, with};
use crate::cx::{Cx, arg, as_bool, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, property};
use crate::types::{self, TypeId};
use crate::value::comparer::{self, ComparerKind};
use crate::value::heap::{NetObject, Object};
use crate::value::sequence::{Enumerator, Iter};
use crate::value::{Value, behaviour};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Collections.Generic.HashSet<T>")
    .interfaces(&["ISet<T>", "IReadOnlyCollection<T>"])
    .summary("Different items, in the order in which they were added.")
    .members(&[
        constructor("HashSet()", new_empty),
        constructor("HashSet(IEqualityComparer<T> comparer)", new_with_comparer),
        constructor("HashSet(int capacity)", new_with_capacity),
        constructor("HashSet(IEnumerable<T> collection)", new_from),
        constructor("HashSet(IEnumerable<T> collection, IEqualityComparer<T> comparer)", new_from),
        constructor("HashSet(int capacity, IEqualityComparer<T> comparer)", new_with_capacity),
        property("IEqualityComparer<T> Comparer { get; }", comparer_of),
        property("int Count { get; }", count),
        method("bool Add(T item)", add),
        method("void Clear()", clear),
        method("bool Contains(T item)", contains),
        method("void CopyTo(T[] array)", copy_to),
        method("void CopyTo(T[] array, int arrayIndex)", copy_to),
        method("void CopyTo(T[] array, int arrayIndex, int count)", copy_to),
        method("int EnsureCapacity(int capacity)", ensure_capacity),
        method("void ExceptWith(IEnumerable<T> other)", except_with),
        method("IEnumerator<T> GetEnumerator()", super::enumerator::begin),
        method("void IntersectWith(IEnumerable<T> other)", intersect_with),
        method("bool IsProperSubsetOf(IEnumerable<T> other)", is_proper_subset_of),
        method("bool IsProperSupersetOf(IEnumerable<T> other)", is_proper_superset_of),
        method("bool IsSubsetOf(IEnumerable<T> other)", is_subset_of),
        method("bool IsSupersetOf(IEnumerable<T> other)", is_superset_of),
        method("bool Overlaps(IEnumerable<T> other)", overlaps),
        method("bool Remove(T item)", remove),
        method("int RemoveWhere(Predicate<T> match)", remove_where),
        method("bool SetEquals(IEnumerable<T> other)", set_equals),
        method("void SymmetricExceptWith(IEnumerable<T> other)", symmetric_except_with),
        method("void TrimExcess()", |_, _| Ok(Value::Null)),
        method("bool TryGetValue(T equalValue, out T actualValue)", try_get_value),
        method("void UnionWith(IEnumerable<T> other)", union_with),
    ]);

#[derive(Debug)]
struct HashSet {
    ty: TypeId,
    table: Table,
    comparer: Value,
    version: u32,
}

impl NetObject for HashSet {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn iterate(&self, this: Value) -> Option<Iter> {
        Some(Iter::Lazy(Box::new(Items { set: this, place: 0, version: self.version })))
    }
    fn collection(&self) -> Option<&'static Collection> {
        Some(&COLLECTION)
    }
}

static COLLECTION: Collection = Collection {
    count: |cx, this| Ok(set(cx, this)?.table.len()),
    is_read_only: false,
    contains,
    add,
    remove,
    clear,
    ..READ_ONLY
};

#[derive(Debug)]
struct Items {
    set: Value,
    place: usize,
    version: u32,
}

impl Enumerator for Items {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let set = set(cx, self.set)?;
        if set.version != self.version {
            return Err(modified(cx));
        }
        let Some((place, item, _)) = set.table.next_from(self.place) else { return Ok(None) };
        self.place = place;
        Ok(Some(item))
    }
}

fn set<'h>(cx: &'h Cx<'_>, this: Value) -> Result<&'h HashSet, Throw> {
    cx.heap.native::<HashSet>(this).ok_or(fault("a set was expected"))
}

/// A new set of `element`s with the items of a sequence.
pub(in crate::library) fn new_set(
    cx: &mut Cx<'_>,
    element: TypeId,
    source: Option<Value>,
    comparer: Value,
) -> Result<Value, Throw> {
    static KNOWN: types::Known = types::Known::new("System.Collections.Generic.HashSet<T>");
    let ty = types::construct(KNOWN.id(), &[element]);
    let table = match source {
        Some(source) => table_of(cx, source, comparer::kind_of(cx.heap, comparer))?,
        None => Table::new(comparer::kind_of(cx.heap, comparer)),
    };
    Ok(cx.heap.new_native(HashSet { ty, table, comparer, version: 0 })?)
}

/// The different items of a sequence.
fn table_of(cx: &mut Cx<'_>, source: Value, kind: ComparerKind) -> Result<Table, Throw> {
    let mut table = Table::new(kind);
    let mut iter = crate::value::sequence::iterate(cx, source)?;
    while let Some(item) = iter.pull(cx)? {
        table.add(cx, item, Value::Null)?;
    }
    Ok(table)
}

fn new_empty(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let element = cx.type_arg(0);
    new_set(cx, element, None, Value::Null)
}

fn new_with_comparer(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = cx.type_arg(0);
    new_set(cx, element, None, arg(args, 0))
}

fn new_with_capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if as_i32(args, 0)? < 0 {
        return Err(dictionary::capacity_out_of_range(cx));
    }
    let element = cx.type_arg(0);
    new_set(cx, element, None, arg(args, 1))
}

fn new_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("collection"));
    }
    let element = cx.type_arg(0);
    new_set(cx, element, Some(arg(args, 0)), arg(args, 1))
}

fn comparer_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let comparer = set(cx, arg(args, 0))?.comparer;
    if comparer.is_null() { super::comparers::default(cx) } else { Ok(comparer) }
}

fn count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(int(set(cx, arg(args, 0))?.table.len()))
}

pub(super) fn add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    with(cx, arg(args, 0), |cx, set: &mut HashSet| {
        let added = set.table.add(cx, arg(args, 1), Value::Null)?;
        set.version = set.version.wrapping_add(u32::from(added));
        Ok(Value::Bool(added))
    })
}

fn clear(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    with(cx, arg(args, 0), |_, set: &mut HashSet| {
        set.table.clear();
        Ok(Value::Null)
    })
}

fn contains(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Value::String(item) = arg(args, 1) {
        cx.charge(item.len() / 16)?;
        return Ok(Value::Bool(set(cx, arg(args, 0))?.table.get_string(cx.heap, item).is_some()));
    }
    with(cx, arg(args, 0), |cx, set: &mut HashSet| Ok(Value::Bool(set.table.get(cx, arg(args, 1))?.is_some())))
}

fn remove(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    with(cx, arg(args, 0), |cx, set: &mut HashSet| Ok(Value::Bool(set.table.remove(cx, arg(args, 1))?.is_some())))
}

/// `CopyTo` with one, two or three arguments.
fn copy_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let room = match cx.heap.get(arg(args, 1)) {
        Some(Object::Array(array)) => array.items.len(),
        Some(Object::Bytes(bytes)) => bytes.len(),
        _ => return Err(cx.argument_null("array")),
    };
    let at = if args.len() > 2 { as_i32(args, 2)? } else { 0 };
    let all = collect(cx, arg(args, 0))?;
    let wanted = if args.len() > 3 { as_i32(args, 3)? } else { i32::try_from(all.len()).unwrap_or(i32::MAX) };
    let Ok(start) = usize::try_from(at) else { return Err(negative(cx, "arrayIndex", at)) };
    let Ok(wanted) = usize::try_from(wanted) else { return Err(negative(cx, "count", wanted)) };
    if start > room || wanted > room - start {
        let message = "Destination array is not long enough to copy all the items in the collection. Check array index and length.";
        return Err(cx.throw(Exc::Argument, message));
    }
    write_into(cx, all.get(..wanted.min(all.len())).unwrap_or_default(), arg(args, 1), start);
    Ok(Value::Null)
}

fn ensure_capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let wanted = as_i32(args, 1)?;
    if wanted < 0 { Err(dictionary::capacity_out_of_range(cx)) } else { Ok(Value::Int32(wanted)) }
}

fn remove_where(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let predicate = arg(args, 1);
    if predicate.is_null() {
        return Err(cx.argument_null("match"));
    }
    let mut removed = 0;
    for item in collect(cx, arg(args, 0))? {
        let answer = cx.invoke(predicate, &[item])?;
        if as_bool(&[answer], 0)? && as_bool(&[remove(cx, &[arg(args, 0), item])?], 0)? {
            removed += 1;
        }
    }
    Ok(int(removed))
}

fn try_get_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = with(cx, arg(args, 0), |cx, set: &mut HashSet| set.table.stored_key(cx, arg(args, 1)))?;
    let ty = cx.type_arg(0);
    let value = match found {
        Some(value) => value,
        None => behaviour::default_of(cx.heap, ty)?,
    };
    cx.set_out(0, value);
    Ok(Value::Bool(found.is_some()))
}

/// The other sequence, which must not be null.
fn other(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 1) {
        Value::Null => Err(cx.argument_null("other")),
        other => Ok(other),
    }
}

pub(super) fn union_with(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let other = other(cx, args)?;
    for item in collect(cx, other)? {
        add(cx, &[arg(args, 0), item])?;
    }
    Ok(Value::Null)
}

pub(super) fn except_with(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let other = other(cx, args)?;
    for item in collect(cx, other)? {
        remove(cx, &[arg(args, 0), item])?;
    }
    Ok(Value::Null)
}

pub(super) fn intersect_with(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (_, theirs) = other_table(cx, args)?;
    for item in collect(cx, arg(args, 0))? {
        if theirs.get(cx, item)?.is_none() {
            remove(cx, &[arg(args, 0), item])?;
        }
    }
    Ok(Value::Null)
}

/// Another set's items are taken one by one; those of any other sequence are added first and removed afterwards, which
/// shows in the order of what remains.
pub(super) fn symmetric_except_with(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0) == arg(args, 1) {
        return clear(cx, args);
    }
    let at_once = cx.heap.native::<HashSet>(arg(args, 1)).is_some();
    let (_, theirs) = other_table(cx, args)?;
    let items: Vec<Value> = theirs.iter().map(|(item, _)| item).collect();
    cx.heap.charge(items.len() * ITEM)?;
    let mut shared = Vec::new();
    for item in items {
        let both = [arg(args, 0), item];
        if as_bool(&[contains(cx, &both)?], 0)? {
            if at_once {
                remove(cx, &both)?;
            } else {
                shared.push(item);
            }
        } else {
            add(cx, &both)?;
        }
    }
    for item in shared {
        remove(cx, &[arg(args, 0), item])?;
    }
    Ok(Value::Null)
}

/// The number of own items, and the different items of the other sequence by the set's comparer.
fn other_table(cx: &mut Cx<'_>, args: &[Value]) -> Result<(usize, Table), Throw> {
    let other = other(cx, args)?;
    let this = set(cx, arg(args, 0))?;
    let (len, kind) = (this.table.len(), this.table.kind);
    Ok((len, table_of(cx, other, kind)?))
}

/// How many of the other's items the set has.
fn common(cx: &mut Cx<'_>, this: Value, theirs: &Table) -> Result<usize, Throw> {
    with(cx, this, |cx, set: &mut HashSet| {
        let mut common = 0;
        for (item, _) in theirs.iter() {
            cx.charge(1)?;
            common += usize::from(set.table.get(cx, item)?.is_some());
        }
        Ok(common)
    })
}

/// Compares the set with another: what is asked gets the sizes of both and of what they share.
fn relate(cx: &mut Cx<'_>, args: &[Value], ask: fn(usize, usize, usize) -> bool) -> Result<Value, Throw> {
    let (mine, theirs) = other_table(cx, args)?;
    let common = common(cx, arg(args, 0), &theirs)?;
    Ok(Value::Bool(ask(mine, theirs.len(), common)))
}

pub(super) fn is_subset_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    relate(cx, args, |mine, _, common| common == mine)
}

pub(super) fn is_proper_subset_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    relate(cx, args, |mine, theirs, common| common == mine && theirs > mine)
}

pub(super) fn is_superset_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    relate(cx, args, |_, theirs, common| common == theirs)
}

pub(super) fn is_proper_superset_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    relate(cx, args, |mine, theirs, common| common == theirs && mine > theirs)
}

pub(super) fn overlaps(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    relate(cx, args, |_, _, common| common > 0)
}

pub(super) fn set_equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    relate(cx, args, |mine, theirs, common| mine == theirs && common == mine)
}
