//! `System.Collections.Generic.Dictionary<TKey,TValue>` and its collections of keys and values.

use super::dispatch::{Collection, READ_ONLY, dictionary_item, pair_parts};
use super::table::Table;
use super::{collect, int, modified, with};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, constructor, method, property, property_set};
use crate::types::{self, TypeId};
use crate::value::heap::{Heap, NetObject, Object};
use crate::value::sequence::{Enumerator, Iter};
use crate::value::text::TextBuf;
use crate::value::{Value, behaviour, comparer};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Collections.Generic.Dictionary<TKey,TValue>")
    .interfaces(&["IDictionary<TKey,TValue>", "IReadOnlyDictionary<TKey,TValue>"])
    .summary("Values by key, in the order in which they were added.")
    .members(&[
        constructor("Dictionary()", new_empty),
        constructor("Dictionary(int capacity)", new_with_capacity),
        constructor("Dictionary(IEqualityComparer<TKey> comparer)", new_with_comparer),
        constructor("Dictionary(int capacity, IEqualityComparer<TKey> comparer)", new_with_capacity),
        constructor("Dictionary(IDictionary<TKey,TValue> dictionary)", new_from_dictionary),
        constructor(
            "Dictionary(IDictionary<TKey,TValue> dictionary, IEqualityComparer<TKey> comparer)",
            new_from_dictionary,
        ),
        constructor("Dictionary(IEnumerable<KeyValuePair<TKey,TValue>> collection)", new_from_pairs),
        constructor(
            "Dictionary(IEnumerable<KeyValuePair<TKey,TValue>> collection, IEqualityComparer<TKey> comparer)",
            new_from_pairs,
        ),
        property("IEqualityComparer<TKey> Comparer { get; }", comparer_of),
        property("int Count { get; }", count),
        property("KeyCollection<TKey,TValue> Keys { get; }", keys),
        property("ValueCollection<TKey,TValue> Values { get; }", values),
        property_set("TValue this[TKey key] { get; set; }", item, set_item),
        method("void Add(TKey key, TValue value)", add),
        method("void Clear()", clear),
        method("bool ContainsKey(TKey key)", contains_key),
        method("bool ContainsValue(TValue value)", contains_value),
        method("int EnsureCapacity(int capacity)", ensure_capacity),
        method("IEnumerator<KeyValuePair<TKey,TValue>> GetEnumerator()", super::enumerator::begin),
        method("bool Remove(TKey key)", remove),
        method("bool Remove(TKey key, out TValue value)", remove_out),
        method("void TrimExcess()", |_, _| Ok(Value::Null)),
        method("bool TryAdd(TKey key, TValue value)", try_add),
        method("bool TryGetValue(TKey key, out TValue value)", try_get_value),
    ]);

pub(in crate::library) const KEYS: TypeDef =
    TypeDef::class("System.Collections.Generic.Dictionary.KeyCollection<TKey,TValue>")
        .interfaces(&["ICollection<TKey>", "IReadOnlyCollection<TKey>"])
        .allow(Allow::None)
        .not_imported()
        .members(&[
            property("int Count { get; }", part_count),
            method("bool Contains(TKey item)", part_contains),
            method("void CopyTo(TKey[] array, int index)", super::icollection::copy_to),
            method("IEnumerator<TKey> GetEnumerator()", super::enumerator::begin),
        ]);

pub(in crate::library) const VALUES: TypeDef =
    TypeDef::class("System.Collections.Generic.Dictionary.ValueCollection<TKey,TValue>")
        .interfaces(&["ICollection<TValue>", "IReadOnlyCollection<TValue>"])
        .allow(Allow::None)
        .not_imported()
        .members(&[
            property("int Count { get; }", part_count),
            method("void CopyTo(TValue[] array, int index)", super::icollection::copy_to),
            method("IEnumerator<TValue> GetEnumerator()", super::enumerator::begin),
        ]);

/// A dictionary.
#[derive(Debug)]
pub(crate) struct Dictionary {
    ty: TypeId,
    pair: TypeId,
    table: Table,
    comparer: Value,
    version: u32,
}

impl NetObject for Dictionary {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn iterate(&self, this: Value) -> Option<Iter> {
        Some(entries(this, self.version, What::Pairs(self.pair)))
    }
    fn collection(&self) -> Option<&'static Collection> {
        Some(&COLLECTION)
    }
}

static COLLECTION: Collection = Collection {
    count: |cx, this| Ok(dictionary(cx, this)?.table.len()),
    is_read_only: false,
    add: add_pair,
    contains: contains_pair,
    remove: remove_pair,
    clear,
    get,
    set: set_item,
    add_key: add,
    remove_key: remove,
    keys,
    values,
    ..READ_ONLY
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Pairs(TypeId),
    Keys,
    Values,
}

#[derive(Debug)]
struct Entries {
    dictionary: Value,
    place: usize,
    version: u32,
    what: What,
}

fn entries(dictionary: Value, version: u32, what: What) -> Iter {
    Iter::Lazy(Box::new(Entries { dictionary, place: 0, version, what }))
}

impl Enumerator for Entries {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let dictionary = dictionary(cx, self.dictionary)?;
        if dictionary.version != self.version {
            return Err(modified(cx));
        }
        let Some((place, key, value)) = dictionary.table.next_from(self.place) else { return Ok(None) };
        self.place = place;
        Ok(Some(match self.what {
            What::Keys => key,
            What::Values => value,
            What::Pairs(ty) => Value::Object(cx.heap.new_object(Object::Pair { ty, key, value })?),
        }))
    }
}

/// `Keys` or `Values`: a view of a dictionary.
#[derive(Debug)]
struct Entry {
    dictionary: Value,
    ty: TypeId,
    what: What,
}

impl NetObject for Entry {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(types::net_name(self.ty).as_str().into())
    }
    fn iterate(&self, _: Value) -> Option<Iter> {
        // The version is that of the time when the first item is asked for.
        Some(Iter::Lazy(Box::new(Unstarted { dictionary: self.dictionary, what: self.what, started: None })))
    }
    fn collection(&self) -> Option<&'static Collection> {
        Some(if self.what == What::Keys { &KEY_COLLECTION } else { &VALUE_COLLECTION })
    }
}

#[derive(Debug)]
struct Unstarted {
    dictionary: Value,
    what: What,
    started: Option<Entries>,
}

impl Enumerator for Unstarted {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let version = dictionary(cx, self.dictionary)?.version;
        let (dictionary, what) = (self.dictionary, self.what);
        self.started.get_or_insert(Entries { dictionary, place: 0, version, what }).next(cx)
    }
}

static KEY_COLLECTION: Collection = Collection {
    count: part_len,
    contains: part_contains,
    add: keys_are_read_only,
    remove: keys_are_read_only,
    clear: keys_are_read_only,
    ..READ_ONLY
};

static VALUE_COLLECTION: Collection = Collection {
    count: part_len,
    add: values_are_read_only,
    remove: values_are_read_only,
    clear: values_are_read_only,
    ..READ_ONLY
};

fn keys_are_read_only(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Err(cx.throw(Exc::NotSupported, "Mutating a key collection derived from a dictionary is not allowed."))
}

fn values_are_read_only(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Err(cx.throw(Exc::NotSupported, "Mutating a value collection derived from a dictionary is not allowed."))
}

/// A new dictionary of items that are to be added by [`insert_new`].
pub(crate) fn new_dictionary(cx: &mut Cx<'_>, key: TypeId, value: TypeId, comparer: Value) -> Result<Value, Throw> {
    let table = Table::new(comparer::kind_of(cx.heap, comparer));
    let ty = types::construct(TypeId::DICTIONARY, &[key, value]);
    let pair = types::construct(TypeId::KEY_VALUE_PAIR, &[key, value]);
    Ok(cx.heap.new_native(Dictionary { ty, pair, table, comparer, version: 0 })?)
}

fn dictionary<'h>(cx: &'h Cx<'_>, this: Value) -> Result<&'h Dictionary, Throw> {
    cx.heap.native::<Dictionary>(this).ok_or(fault("a dictionary was expected"))
}

fn new_empty(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let (key, value) = (cx.type_arg(0), cx.type_arg(1));
    new_dictionary(cx, key, value, Value::Null)
}

fn new_with_comparer(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (key, value) = (cx.type_arg(0), cx.type_arg(1));
    new_dictionary(cx, key, value, arg(args, 0))
}

fn new_with_capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if as_i32(args, 0)? < 0 {
        return Err(capacity_out_of_range(cx));
    }
    let (key, value) = (cx.type_arg(0), cx.type_arg(1));
    new_dictionary(cx, key, value, arg(args, 1))
}

pub(super) fn capacity_out_of_range(cx: &mut Cx<'_>) -> Throw {
    let message = "Specified argument was out of the range of valid values.";
    cx.throw_argument(Exc::ArgumentOutOfRange, message, "capacity")
}

fn new_from_dictionary(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    copy_of(cx, arg(args, 0), arg(args, 1), "dictionary")
}

fn new_from_pairs(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    copy_of(cx, arg(args, 0), arg(args, 1), "collection")
}

fn copy_of(cx: &mut Cx<'_>, source: Value, comparer: Value, parameter: &str) -> Result<Value, Throw> {
    if source.is_null() {
        return Err(cx.argument_null(parameter));
    }
    let (key, value) = (cx.type_arg(0), cx.type_arg(1));
    let new = new_dictionary(cx, key, value, comparer)?;
    for pair in collect(cx, source)? {
        let (key, value) = pair_parts(cx, pair);
        insert_new(cx, new, key, value)?;
    }
    Ok(new)
}

/// `Add(key, value)`.
pub(crate) fn insert_new(cx: &mut Cx<'_>, this: Value, key: Value, value: Value) -> Result<(), Throw> {
    if try_insert(cx, this, key, value)? { Ok(()) } else { Err(duplicate_key(cx, key)) }
}

/// `ArgumentException` of a key that is there already.
pub(crate) fn duplicate_key(cx: &mut Cx<'_>, key: Value) -> Throw {
    match behaviour::to_text(cx, key) {
        Ok(text) => {
            let text = cx.text(text).to_utf8().into_owned();
            cx.throw(Exc::Argument, format_args!("An item with the same key has already been added. Key: {text}"))
        }
        Err(throw) => throw,
    }
}

fn try_insert(cx: &mut Cx<'_>, this: Value, key: Value, value: Value) -> Result<bool, Throw> {
    if key.is_null() {
        return Err(cx.argument_null("key"));
    }
    with(cx, this, |cx, dictionary: &mut Dictionary| {
        let added = dictionary.table.add(cx, key, value)?;
        dictionary.version = dictionary.version.wrapping_add(u32::from(added));
        Ok(added)
    })
}

fn comparer_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let comparer = dictionary(cx, arg(args, 0))?.comparer;
    if comparer.is_null() { super::comparers::default(cx) } else { Ok(comparer) }
}

fn count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(int(dictionary(cx, arg(args, 0))?.table.len()))
}

fn keys(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    static KNOWN: types::Known = types::Known::new("System.Collections.Generic.Dictionary.KeyCollection<TKey,TValue>");
    part(cx, arg(args, 0), KNOWN.id(), What::Keys)
}

fn values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    static KNOWN: types::Known =
        types::Known::new("System.Collections.Generic.Dictionary.ValueCollection<TKey,TValue>");
    part(cx, arg(args, 0), KNOWN.id(), What::Values)
}

fn part(cx: &mut Cx<'_>, this: Value, open: TypeId, what: What) -> Result<Value, Throw> {
    let args = match types::get(dictionary(cx, this)?.ty) {
        types::Type::Named { args, .. } => args,
        _ => return Err(fault("a dictionary has two type arguments")),
    };
    let ty = types::construct(open, args);
    Ok(cx.heap.new_native(Entry { dictionary: this, ty, what })?)
}

fn part_len(cx: &mut Cx<'_>, this: Value) -> Result<usize, Throw> {
    let part = cx.heap.native::<Entry>(this).ok_or(fault("a collection of keys or values was expected"))?;
    Ok(dictionary(cx, part.dictionary)?.table.len())
}

fn part_count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    part_len(cx, arg(args, 0)).map(int)
}

fn part_contains(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let part = cx.heap.native::<Entry>(arg(args, 0)).ok_or(fault("a collection of keys was expected"))?;
    let dictionary = part.dictionary;
    let key = arg(args, 1);
    Ok(Value::Bool(!key.is_null() && get(cx, dictionary, key)?.is_some()))
}

/// The value of a key that is not null.
fn get(cx: &mut Cx<'_>, this: Value, key: Value) -> Result<Option<Value>, Throw> {
    if let Value::String(key) = key {
        cx.charge(key.len() / 16)?;
        return Ok(dictionary(cx, this)?.table.get_string(cx.heap, key));
    }
    with(cx, this, |cx, dictionary: &mut Dictionary| dictionary.table.get(cx, key))
}

fn get_checked(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<Value>, Throw> {
    match arg(args, 1) {
        Value::Null => Err(cx.argument_null("key")),
        key => get(cx, arg(args, 0), key),
    }
}

fn item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    dictionary_item(cx, arg(args, 0), arg(args, 1))
}

fn set_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (key, value) = (arg(args, 1), arg(args, 2));
    if key.is_null() {
        return Err(cx.argument_null("key"));
    }
    with(cx, arg(args, 0), |cx, dictionary: &mut Dictionary| {
        let before = dictionary.table.len();
        dictionary.table.set(cx, key, value)?;
        // Only a new key disturbs enumerations.
        dictionary.version = dictionary.version.wrapping_add(u32::from(dictionary.table.len() != before));
        Ok(Value::Null)
    })
}

fn add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    insert_new(cx, arg(args, 0), arg(args, 1), arg(args, 2))?;
    Ok(Value::Null)
}

fn try_add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(try_insert(cx, arg(args, 0), arg(args, 1), arg(args, 2))?))
}

fn clear(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    with(cx, arg(args, 0), |_, dictionary: &mut Dictionary| {
        dictionary.table.clear();
        Ok(Value::Null)
    })
}

fn contains_key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(get_checked(cx, args)?.is_some()))
}

fn contains_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let mut place = 0;
    while let Some((next, _, value)) = dictionary(cx, arg(args, 0))?.table.next_from(place) {
        cx.charge(1)?;
        if behaviour::equals(cx, value, arg(args, 1))? {
            return Ok(Value::Bool(true));
        }
        place = next;
    }
    Ok(Value::Bool(false))
}

fn ensure_capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let wanted = as_i32(args, 1)?;
    if wanted < 0 { Err(capacity_out_of_range(cx)) } else { Ok(Value::Int32(wanted)) }
}

fn remove(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(take(cx, args)?.is_some()))
}

fn remove_out(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let taken = take(cx, args)?;
    out(cx, taken)
}

fn take(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<Value>, Throw> {
    let key = arg(args, 1);
    if key.is_null() {
        return Err(cx.argument_null("key"));
    }
    with(cx, arg(args, 0), |cx, dictionary: &mut Dictionary| dictionary.table.remove(cx, key))
}

fn try_get_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = get_checked(cx, args)?;
    out(cx, found)
}

/// Sets the `out` argument to what was found or to `default(TValue)`, and says which.
pub(super) fn out(cx: &mut Cx<'_>, found: Option<Value>) -> Result<Value, Throw> {
    let ty = cx.type_arg(1);
    let value = match found {
        Some(value) => value,
        None => behaviour::default_of(cx.heap, ty)?,
    };
    cx.set_out(0, value);
    Ok(Value::Bool(found.is_some()))
}

fn add_pair(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (key, value) = pair_parts(cx, arg(args, 1));
    insert_new(cx, arg(args, 0), key, value)?;
    Ok(Value::Null)
}

fn has_pair(cx: &mut Cx<'_>, args: &[Value]) -> Result<bool, Throw> {
    let (key, value) = pair_parts(cx, arg(args, 1));
    match get_checked(cx, &[arg(args, 0), key])? {
        Some(found) => behaviour::equals(cx, found, value),
        None => Ok(false),
    }
}

fn contains_pair(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(has_pair(cx, args)?))
}

fn remove_pair(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if !has_pair(cx, args)? {
        return Ok(Value::Bool(false));
    }
    let (key, _) = pair_parts(cx, arg(args, 1));
    remove(cx, &[arg(args, 0), key])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check;

    #[test]
    fn keys_are_found_by_comparer_and_duplicates_refused() {
        check::with_cx(&[TypeId::STRING, TypeId::INT32], |cx| {
            let Ok(d) = new_empty(cx, &[]) else { panic!() };
            let Ok(key) = cx.string("a") else { panic!() };
            let Ok(same) = cx.string("a") else { panic!() };
            assert_eq!(add(cx, &[d, key, Value::Int32(1)]), Ok(Value::Null));
            assert_eq!(item(cx, &[d, same]), Ok(Value::Int32(1)));
            let Err(throw) = add(cx, &[d, same, Value::Int32(1)]) else { panic!() };
            assert_eq!(
                check::show_throw(cx, throw),
                "System.ArgumentException: An item with the same key has already been added. Key: a"
            );
            let Ok(missing) = cx.string("k") else { panic!() };
            let Err(throw) = item(cx, &[d, missing]) else { panic!() };
            assert_eq!(
                check::show_throw(cx, throw),
                "System.Collections.Generic.KeyNotFoundException: The given key 'k' was not present in the dictionary."
            );
            assert_eq!(try_get_value(cx, &[d, missing]), Ok(Value::Bool(false)));
            assert_eq!(cx.outs[0], Value::Int32(0));
        });
    }
}
