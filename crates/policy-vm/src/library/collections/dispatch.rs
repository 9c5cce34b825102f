//! How members of the collection interfaces find what runs: each kind of receiver has one table of functions.

use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::NativeFn;
use crate::value::behaviour;
use crate::value::heap::Object;
use crate::value::sequence::iterate;
use crate::value::{Part, Value, View};

use super::{collect, index_out_of_range, int};

/// What a collection can do, as the interfaces ask for it. Fill in what the collection has over [`READ_ONLY`].
///
/// The functions are called as natives are: the receiver first, then the arguments of the interface's member.
#[derive(Debug)]
pub struct Collection {
    /// `Count`.
    pub count: fn(&mut Cx<'_>, Value) -> Result<usize, Throw>,
    /// `ICollection<T>.IsReadOnly`.
    pub is_read_only: bool,
    /// `ICollection<T>.Contains(T item)`.
    pub contains: NativeFn,
    /// `ICollection<T>.Add(T item)`.
    pub add: NativeFn,
    /// `ICollection<T>.Remove(T item)`.
    pub remove: NativeFn,
    /// `ICollection<T>.Clear()`.
    pub clear: NativeFn,
    /// `IList<T>[int]`.
    pub item: NativeFn,
    /// `IList<T>[int] = value`.
    pub set_item: NativeFn,
    /// `IList<T>.IndexOf(T item)`.
    pub index_of: NativeFn,
    /// `IList<T>.Insert(int index, T item)`.
    pub insert: NativeFn,
    /// `IList<T>.RemoveAt(int index)`.
    pub remove_at: NativeFn,
    /// A dictionary's value for a key that is not null; `None` when there is none.
    pub get: fn(&mut Cx<'_>, Value, Value) -> Result<Option<Value>, Throw>,
    /// `IDictionary<K,V>[K] = value`.
    pub set: NativeFn,
    /// `IDictionary<K,V>.Add(K key, V value)`.
    pub add_key: NativeFn,
    /// `IDictionary<K,V>.Remove(K key)`.
    pub remove_key: NativeFn,
    /// `IDictionary<K,V>.Keys`.
    pub keys: NativeFn,
    /// `IDictionary<K,V>.Values`.
    pub values: NativeFn,
    /// True when the indexer of a dictionary gives null for a missing key, as that of the variables does.
    pub missing_is_null: bool,
}

/// A collection of which nothing but its items is known, and that refuses to be changed.
pub const READ_ONLY: Collection = Collection {
    count: count_items,
    is_read_only: true,
    contains: contains_item,
    add: read_only,
    remove: read_only,
    clear: read_only,
    item: item_by_walking,
    set_item: read_only,
    index_of: index_by_walking,
    insert: read_only,
    remove_at: read_only,
    get: get_by_walking,
    set: read_only,
    add_key: read_only,
    remove_key: read_only,
    keys: keys_by_walking,
    values: values_by_walking,
    missing_is_null: false,
};

/// Arrays: elements can be set, their number is fixed.
static ARRAY: Collection = Collection {
    count: count_items,
    add: fixed_size,
    remove: fixed_size,
    clear: read_only,
    item: array_item,
    set_item: set_array_item,
    insert: fixed_size,
    remove_at: fixed_size,
    ..READ_ONLY
};

static UNKNOWN: Collection = READ_ONLY;

/// The functions of a collection.
#[must_use]
pub fn of(cx: &Cx<'_>, this: Value) -> &'static Collection {
    match this {
        Value::View(view) => crate::library::apim::collection_of_view(view).unwrap_or(&UNKNOWN),
        Value::Object(handle) => match cx.heap.object(handle) {
            Object::Array(_) | Object::Bytes(_) => &ARRAY,
            Object::List(_) => &super::list::COLLECTION,
            Object::Json(node) => crate::library::json::collection_of_node(node).unwrap_or(&UNKNOWN),
            Object::Native(object) => object.collection().unwrap_or(&UNKNOWN),
            _ => &UNKNOWN,
        },
        _ => &UNKNOWN,
    }
}

/// The number of items when the value is a collection that knows it; `None` for what must be walked.
///
/// # Errors
/// When a budget is exhausted.
pub fn known_count(cx: &mut Cx<'_>, this: Value) -> Result<Option<usize>, Throw> {
    if let Some(items) = super::stored_items(cx.heap, this) {
        return Ok(Some(items.len()));
    }
    match cx.heap.get(this) {
        Some(Object::Bytes(bytes)) => Ok(Some(bytes.len())),
        Some(Object::Native(object)) => match object.collection() {
            Some(collection) => (collection.count)(cx, this).map(Some),
            None => {
                let iter = object.iterate(this);
                Ok(iter.and_then(|iter| iter.remaining(cx.heap)))
            }
        },
        _ if !std::ptr::eq(of(cx, this), &raw const UNKNOWN) => (of(cx, this).count)(cx, this).map(Some),
        _ => Ok(None),
    }
}

/// A dictionary's value for a key, `None` when there is none: `TryGetValue` on whatever dictionary.
///
/// # Errors
/// `ArgumentNullException` for a null key.
pub fn dictionary_get(cx: &mut Cx<'_>, dictionary: Value, key: Value) -> Result<Option<Value>, Throw> {
    if key.is_null() {
        return Err(cx.argument_null("key"));
    }
    (of(cx, dictionary).get)(cx, dictionary, key)
}

/// `dictionary[key]`.
///
/// # Errors
/// `KeyNotFoundException`; `ArgumentNullException` for a null key.
pub fn dictionary_item(cx: &mut Cx<'_>, dictionary: Value, key: Value) -> Result<Value, Throw> {
    // Nearly always it is `context.Variables["name"]`.
    if let (Value::View(View { part: Part::Variables, .. }), Value::String(name)) = (dictionary, key) {
        return match crate::library::apim::view_variable(cx, name) {
            Some(value) => Ok(value),
            None if is_strict(cx, dictionary) => Err(key_not_found(cx, key)),
            None => Ok(Value::Null),
        };
    }
    match dictionary_get(cx, dictionary, key)? {
        Some(value) => Ok(value),
        None if of(cx, dictionary).missing_is_null && !is_strict(cx, dictionary) => Ok(Value::Null),
        None => Err(key_not_found(cx, key)),
    }
}

/// The variables of the context, where a switch makes them like every other dictionary.
fn is_strict(cx: &Cx<'_>, dictionary: Value) -> bool {
    matches!(dictionary, Value::View(_)) && cx.code.is_some_and(|code| code.strict_variables)
}

/// `KeyNotFoundException` naming the key.
pub fn key_not_found(cx: &mut Cx<'_>, key: Value) -> Throw {
    match behaviour::to_text(cx, key) {
        Ok(text) => {
            let text = cx.text(text).to_utf8().into_owned();
            cx.throw(Exc::KeyNotFound, format_args!("The given key '{text}' was not present in the dictionary."))
        }
        Err(throw) => throw,
    }
}

/// `Count` of any collection.
///
/// # Errors
/// What enumerating throws.
pub fn count(cx: &mut Cx<'_>, this: Value) -> Result<usize, Throw> {
    (of(cx, this).count)(cx, this)
}

fn count_items(cx: &mut Cx<'_>, this: Value) -> Result<usize, Throw> {
    let mut iter = iterate(cx, this)?;
    if let Some(count) = iter.remaining(cx.heap) {
        return Ok(count);
    }
    let mut count = 0;
    while iter.pull(cx)?.is_some() {
        count += 1;
    }
    Ok(count)
}

fn read_only(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Err(cx.throw(Exc::NotSupported, "Collection is read-only."))
}

fn fixed_size(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Err(cx.throw(Exc::NotSupported, "Collection was of a fixed size."))
}

fn contains_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(find(cx, arg(args, 0), arg(args, 1))?.is_some()))
}

fn index_by_walking(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(find(cx, arg(args, 0), arg(args, 1))?.map_or(Value::Int32(-1), int))
}

/// The place of the first equal item.
pub(super) fn find(cx: &mut Cx<'_>, sequence: Value, item: Value) -> Result<Option<usize>, Throw> {
    let mut iter = iterate(cx, sequence)?;
    let mut at = 0;
    while let Some(candidate) = iter.pull(cx)? {
        if behaviour::equals(cx, candidate, item)? {
            return Ok(Some(at));
        }
        at += 1;
    }
    Ok(None)
}

fn item_by_walking(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let index = usize::try_from(crate::cx::as_i32(args, 1)?).ok();
    let mut iter = iterate(cx, arg(args, 0))?;
    let mut left = index;
    while let (Some(n), Some(item)) = (left, iter.pull(cx)?) {
        if n == 0 {
            return Ok(item);
        }
        left = n.checked_sub(1);
    }
    Err(index_out_of_range(cx, "index"))
}

fn array_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let index = usize::try_from(crate::cx::as_i32(args, 1)?).unwrap_or(usize::MAX);
    let item = match cx.heap.get(arg(args, 0)) {
        Some(Object::Array(array)) => array.items.get(index).copied(),
        Some(Object::Bytes(bytes)) => bytes.get(index).map(|b| Value::Byte(*b)),
        _ => None,
    };
    item.ok_or_else(|| index_out_of_range(cx, "index"))
}

fn set_array_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let index = usize::try_from(crate::cx::as_i32(args, 1)?).unwrap_or(usize::MAX);
    let done = match (cx.heap.get_mut(arg(args, 0)), arg(args, 2)) {
        (Some(Object::Array(array)), value) => array.items.get_mut(index).map(|slot| *slot = value),
        (Some(Object::Bytes(bytes)), Value::Byte(b)) => bytes.get_mut(index).map(|slot| *slot = b),
        _ => return Err(fault("an array was expected")),
    };
    done.map(|()| Value::Null).ok_or_else(|| index_out_of_range(cx, "index"))
}

/// The key and value of a pair.
pub(crate) fn pair_parts(cx: &Cx<'_>, pair: Value) -> (Value, Value) {
    match cx.heap.get(pair) {
        Some(Object::Pair { key, value, .. }) => (*key, *value),
        _ => (Value::Null, Value::Null),
    }
}

fn get_by_walking(cx: &mut Cx<'_>, this: Value, key: Value) -> Result<Option<Value>, Throw> {
    let mut iter = iterate(cx, this)?;
    while let Some(pair) = iter.pull(cx)? {
        let (candidate, value) = pair_parts(cx, pair);
        if behaviour::equals(cx, candidate, key)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

fn keys_by_walking(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (keys, ty) = (parts(cx, arg(args, 0), true)?, cx.type_arg(0));
    Ok(super::new_array(cx.heap, ty, keys)?)
}

fn values_by_walking(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (values, ty) = (parts(cx, arg(args, 0), false)?, cx.type_arg(1));
    Ok(super::new_array(cx.heap, ty, values)?)
}

fn parts(cx: &mut Cx<'_>, this: Value, keys: bool) -> Result<Vec<Value>, Throw> {
    let mut items = collect(cx, this)?;
    for item in &mut items {
        let (key, value) = pair_parts(cx, *item);
        *item = if keys { key } else { value };
    }
    Ok(items)
}
