//! `System.Array`: the members of every array. `T[]` indexers are instructions of their own.

mod change;
mod create;
mod find;
mod indexed;
mod sort;

use super::object;
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Intrinsic, TypeDef, method, property};
use crate::types::TypeId;
use crate::value::heap::{Array, Object};
use crate::value::matrix::Matrix;
use crate::value::{Value, behaviour};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Array")
    .interfaces(&["System.Collections.IEnumerable"])
    .members(&[
        property("int Length { get; }", length).intrinsic(Intrinsic::None),
        property("long LongLength { get; }", long_length),
        property("int Rank { get; }", rank),
        property("bool IsReadOnly { get; }", |_, _| Ok(Value::Bool(false))),
        property("bool IsFixedSize { get; }", |_, _| Ok(Value::Bool(true))),
        property("bool IsSynchronized { get; }", |_, _| Ok(Value::Bool(false))),
        property("object SyncRoot { get; }", |_, a| Ok(arg(a, 0))),
        property("static int MaxLength { get; }", |_, _| Ok(Value::Int32(0x7fff_ffc7))),
        method("int GetLength(int dimension)", get_length),
        method("long GetLongLength(int dimension)", |cx, args| {
            Ok(Value::Int64(i64::try_from(dimension(cx, args)?).unwrap_or(i64::MAX)))
        }),
        method("int GetUpperBound(int dimension)", get_upper_bound),
        method("int GetLowerBound(int dimension)", get_lower_bound),
        method("object GetValue(params int[] indices)", indexed::get_all),
        method("object GetValue(int index)", get_value),
        method("object GetValue(int index1, int index2)", indexed::get),
        method("object GetValue(int index1, int index2, int index3)", indexed::get),
        method("object GetValue(long index)", get_value),
        method("object GetValue(long index1, long index2)", indexed::get),
        method("object GetValue(long index1, long index2, long index3)", indexed::get),
        method("object GetValue(params long[] indices)", indexed::get_all),
        method("void SetValue(object value, int index)", set_value),
        method("void SetValue(object value, int index1, int index2)", indexed::set),
        method("void SetValue(object value, int index1, int index2, int index3)", indexed::set),
        method("void SetValue(object value, params int[] indices)", indexed::set_all),
        method("void SetValue(object value, long index)", set_value),
        method("void SetValue(object value, long index1, long index2)", indexed::set),
        method("void SetValue(object value, long index1, long index2, long index3)", indexed::set),
        method("void SetValue(object value, params long[] indices)", indexed::set_all),
        method("object Clone()", clone),
        method("void Initialize()", |_, _| Ok(Value::Null)),
        method("static T[] Empty<T>()", empty),
        method("static System.Collections.ObjectModel.ReadOnlyCollection<T> AsReadOnly<T>(T[] array)", |cx, args| {
            let element = cx.type_arg(0);
            crate::library::collections::read_only_collection::new(cx, element, arg(args, 0), "array")
        }),
        method("static Array CreateInstance(Type elementType, int length)", create::instance),
        method("static Array CreateInstance(Type elementType, int length1, int length2)", create::instance),
        method("static Array CreateInstance(Type elementType, int length1, int length2, int length3)", create::instance),
        method("static Array CreateInstance(Type elementType, params int[] lengths)", create::of_lengths),
        method("static Array CreateInstance(Type elementType, params long[] lengths)", create::of_lengths),
        method("static Array CreateInstance(Type elementType, int[] lengths, int[] lowerBounds)", create::of_lengths),
        method("void CopyTo(Array array, int index)", change::copy_to),
        method("void CopyTo(Array array, long index)", change::copy_to),
        method("static void Copy(Array sourceArray, Array destinationArray, long length)", change::copy),
        method(
            "static void Copy(Array sourceArray, long sourceIndex, Array destinationArray, long destinationIndex, \
             long length)",
            change::copy,
        ),
        method("static void Copy(Array sourceArray, Array destinationArray, int length)", change::copy),
        method(
            "static void Copy(Array sourceArray, int sourceIndex, Array destinationArray, int destinationIndex, int length)",
            change::copy,
        ),
        method(
            "static void ConstrainedCopy(Array sourceArray, int sourceIndex, Array destinationArray, \
             int destinationIndex, int length)",
            change::copy,
        ),
        method("static void Clear(Array array)", change::clear),
        method("static void Clear(Array array, int index, int length)", change::clear),
        method("static void Fill<T>(T[] array, T value)", change::fill),
        method("static void Fill<T>(T[] array, T value, int startIndex, int count)", change::fill),
        method("static void Resize<T>(ref T[] array, int newSize)", change::resize),
        method("static void Reverse(Array array)", change::reverse),
        method("static void Reverse(Array array, int index, int length)", change::reverse),
        method("static void Reverse<T>(T[] array)", change::reverse),
        method("static void Reverse<T>(T[] array, int index, int length)", change::reverse),
        method("static TOutput[] ConvertAll<TInput, TOutput>(TInput[] array, Converter<TInput, TOutput> converter)", change::convert_all),
        method("static void ForEach<T>(T[] array, Action<T> action)", change::for_each),
        method("static int IndexOf(Array array, object value)", find::index_of),
        method("static int IndexOf(Array array, object value, int startIndex)", find::index_of),
        method("static int IndexOf(Array array, object value, int startIndex, int count)", find::index_of),
        method("static int IndexOf<T>(T[] array, T value)", find::index_of),
        method("static int IndexOf<T>(T[] array, T value, int startIndex)", find::index_of),
        method("static int IndexOf<T>(T[] array, T value, int startIndex, int count)", find::index_of),
        method("static int LastIndexOf(Array array, object value)", find::last_index_of_any),
        method("static int LastIndexOf(Array array, object value, int startIndex)", find::last_index_of_any),
        method("static int LastIndexOf(Array array, object value, int startIndex, int count)", find::last_index_of_any),
        method("static int LastIndexOf<T>(T[] array, T value)", find::last_index_of),
        method("static int LastIndexOf<T>(T[] array, T value, int startIndex)", find::last_index_of),
        method("static int LastIndexOf<T>(T[] array, T value, int startIndex, int count)", find::last_index_of),
        method("static bool Exists<T>(T[] array, Predicate<T> match)", find::exists),
        method("static T Find<T>(T[] array, Predicate<T> match)", find::find),
        method("static T[] FindAll<T>(T[] array, Predicate<T> match)", find::find_all),
        method("static int FindIndex<T>(T[] array, Predicate<T> match)", find::find_index),
        method("static int FindIndex<T>(T[] array, int startIndex, Predicate<T> match)", find::find_index),
        method("static int FindIndex<T>(T[] array, int startIndex, int count, Predicate<T> match)", find::find_index),
        method("static T FindLast<T>(T[] array, Predicate<T> match)", find::find_last),
        method("static int FindLastIndex<T>(T[] array, Predicate<T> match)", find::find_last_index),
        method("static int FindLastIndex<T>(T[] array, int startIndex, Predicate<T> match)", find::find_last_index),
        method("static int FindLastIndex<T>(T[] array, int startIndex, int count, Predicate<T> match)", find::find_last_index),
        method("static bool TrueForAll<T>(T[] array, Predicate<T> match)", find::true_for_all),
        method("static int BinarySearch(Array array, object value)", sort::binary_search),
        method(
            "static int BinarySearch(Array array, int index, int length, object value)",
            sort::binary_search_range,
        ),
        method("static int BinarySearch<T>(T[] array, T value)", sort::binary_search),
        method("static int BinarySearch<T>(T[] array, T value, IComparer<T> comparer)", sort::binary_search),
        method("static int BinarySearch<T>(T[] array, int index, int length, T value)", sort::binary_search_range),
        method(
            "static int BinarySearch<T>(T[] array, int index, int length, T value, IComparer<T> comparer)",
            sort::binary_search_range,
        ),
        method("static void Sort(Array array)", sort::sort),
        method("static void Sort(Array keys, Array items)", sort::sort_pairs),
        method("static void Sort(Array array, int index, int length)", sort::sort_range),
        method("static void Sort(Array keys, Array items, int index, int length)", sort::sort_pairs_range),
        method("static void Sort<T>(T[] array)", sort::sort),
        method("static void Sort<TKey, TValue>(TKey[] keys, TValue[] items)", sort::sort_pairs),
        method(
            "static void Sort<TKey, TValue>(TKey[] keys, TValue[] items, int index, int length)",
            sort::sort_pairs_range,
        ),
        method(
            "static void Sort<TKey, TValue>(TKey[] keys, TValue[] items, int index, int length, \
             IComparer<TKey> comparer)",
            sort::sort_pairs_range,
        ),
        method("static void Sort<T>(T[] array, int index, int length)", sort::sort_range),
        method("static void Sort<T>(T[] array, IComparer<T> comparer)", sort::sort),
        method("static void Sort<TKey, TValue>(TKey[] keys, TValue[] items, IComparer<TKey> comparer)", sort::sort_pairs),
        method("static void Sort<T>(T[] array, int index, int length, IComparer<T> comparer)", sort::sort_range),
        method("static void Sort<T>(T[] array, Comparison<T> comparison)", sort::sort_by),
    ])
    .summary("The base of all arrays, and what is done with them.");

/// The length of an array; `None` for null.
pub(super) fn len(cx: &Cx<'_>, array: Value) -> Option<usize> {
    match cx.heap.get(array) {
        Some(Object::Array(array)) => Some(array.items.len()),
        Some(Object::Bytes(bytes)) => Some(bytes.len()),
        Some(_) => cx.heap.native::<Matrix>(array).map(|matrix| matrix.items.len()),
        _ => None,
    }
}

/// The length of an array argument that must not be null.
fn len_arg(cx: &mut Cx<'_>, args: &[Value], index: usize, name: &str) -> Result<usize, Throw> {
    match len(cx, arg(args, index)) {
        Some(len) => Ok(len),
        None => Err(cx.argument_null(name)),
    }
}

/// An element.
pub(super) fn get(cx: &Cx<'_>, array: Value, index: usize) -> Option<Value> {
    match cx.heap.get(array) {
        Some(Object::Array(array)) => array.items.get(index).copied(),
        Some(Object::Bytes(bytes)) => bytes.get(index).map(|b| Value::Byte(*b)),
        Some(_) => cx.heap.native::<Matrix>(array)?.items.get(index).copied(),
        _ => None,
    }
}

/// Copies of the elements of a part, paid for.
pub(super) fn part(cx: &mut Cx<'_>, array: Value, from: usize, to: usize) -> Result<Vec<Value>, Throw> {
    cx.charge(to.saturating_sub(from))?;
    cx.heap.charge(to.saturating_sub(from) * size_of::<Value>())?;
    Ok((from..to).filter_map(|i| get(cx, array, i)).collect())
}

/// Writes elements from `at` on.
pub(super) fn put(cx: &mut Cx<'_>, array: Value, at: usize, values: &[Value]) -> Result<(), Throw> {
    match cx.heap.get_mut(array) {
        Some(Object::Array(array)) => {
            for (slot, value) in array.items.iter_mut().skip(at).zip(values) {
                *slot = *value;
            }
        }
        Some(Object::Bytes(bytes)) => {
            for (slot, value) in bytes.iter_mut().skip(at).zip(values) {
                if let Value::Byte(byte) = value {
                    *slot = *byte;
                }
            }
        }
        _ => {
            let Some(matrix) = cx.heap.native_mut::<Matrix>(array) else { return Err(fault("an array was expected")) };
            for (slot, value) in matrix.items.iter_mut().skip(at).zip(values) {
                *slot = *value;
            }
        }
    }
    Ok(())
}

fn negative(cx: &mut Cx<'_>, name: &str) -> Throw {
    cx.throw_argument(Exc::ArgumentOutOfRange, "Non-negative number required.", name)
}

/// The first index of an array's only dimension.
fn lower(cx: &Cx<'_>, array: Value) -> i32 {
    cx.heap.native::<Matrix>(array).and_then(|matrix| matrix.lower.first().copied()).unwrap_or(0)
}

/// The length of an array argument that must not be null and have one dimension.
fn line_arg(cx: &mut Cx<'_>, args: &[Value], index: usize, name: &str) -> Result<usize, Throw> {
    let len = len_arg(cx, args, index, name)?;
    if indexed::rank(cx, arg(args, index)) != 1 {
        return Err(cx.throw(Exc::Rank, "Only single dimension arrays are supported here."));
    }
    Ok(len)
}

/// The element type.
fn element(cx: &Cx<'_>, array: Value) -> TypeId {
    match cx.heap.get(array) {
        Some(Object::Array(array)) => array.element,
        Some(Object::Bytes(_)) => TypeId::BYTE,
        _ => crate::value::matrix::element(cx, array).unwrap_or(TypeId::OBJECT),
    }
}

/// A new array; `byte[]` in its own form. The elements are to be paid for by the caller.
pub(super) fn new(cx: &mut Cx<'_>, element: TypeId, items: Vec<Value>) -> Result<Value, Throw> {
    let object = if element == TypeId::BYTE {
        let byte = |v: &Value| if let Value::Byte(b) = v { *b } else { 0 };
        Object::Bytes(items.iter().map(byte).collect())
    } else {
        Object::Array(Array { element, items })
    };
    Ok(Value::Object(cx.heap.new_object(object)?))
}

fn int(n: usize) -> Value {
    Value::Int32(i32::try_from(n).unwrap_or(i32::MAX))
}

/// An `int` or `long` argument.
fn number(args: &[Value], index: usize) -> Result<i64, Throw> {
    match arg(args, index) {
        Value::Int32(n) => Ok(n.into()),
        Value::Int64(n) => Ok(n),
        _ => Err(fault("an int was expected")),
    }
}

fn length(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    len(cx, arg(args, 0)).map(int).ok_or(fault("an array was expected"))
}

fn rank(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(int(cx.heap.native::<Matrix>(arg(args, 0)).map_or(1, |matrix| matrix.sizes.len())))
}

fn long_length(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = len(cx, arg(args, 0)).ok_or(fault("an array was expected"))?;
    Ok(Value::Int64(i64::try_from(len).unwrap_or(i64::MAX)))
}

/// The size of one dimension; most arrays have but one.
fn dimension(cx: &mut Cx<'_>, args: &[Value]) -> Result<usize, Throw> {
    let dimension = as_i32(args, 1)?;
    if let Some(matrix) = cx.heap.native::<Matrix>(arg(args, 0)) {
        let size = usize::try_from(dimension).ok().and_then(|d| matrix.sizes.get(d).copied());
        return size.ok_or_else(|| cx.throw(Exc::IndexOutOfRange, "Array does not have that many dimensions."));
    }
    if dimension != 0 {
        return Err(cx.throw(Exc::IndexOutOfRange, "Array does not have that many dimensions."));
    }
    len(cx, arg(args, 0)).ok_or(fault("an array was expected"))
}

fn get_length(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    dimension(cx, args).map(int)
}

fn get_upper_bound(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = i32::try_from(dimension(cx, args)?).unwrap_or(i32::MAX);
    Ok(Value::Int32(first_index(cx, args).wrapping_add(len).wrapping_sub(1)))
}

fn get_lower_bound(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    dimension(cx, args)?;
    Ok(Value::Int32(first_index(cx, args)))
}

/// The first index of the dimension that the argument names.
fn first_index(cx: &Cx<'_>, args: &[Value]) -> i32 {
    let dimension = as_i32(args, 1).ok().and_then(|dimension| usize::try_from(dimension).ok());
    let matrix = cx.heap.native::<Matrix>(arg(args, 0));
    matrix.zip(dimension).and_then(|(matrix, dimension)| matrix.lower.get(dimension).copied()).unwrap_or(0)
}

fn get_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    indexed::check_rank(cx, arg(args, 0), 1)?;
    let index = number(args, 1)?.saturating_sub(lower(cx, arg(args, 0)).into());
    let found = usize::try_from(index).ok().and_then(|i| get(cx, arg(args, 0), i));
    found.ok_or_else(|| cx.throw_default(Exc::IndexOutOfRange))
}

/// True when a value may stand in an array of that element type. Only plain cases are told apart here: value types
/// must be the same, references are taken as they come.
fn fits(cx: &Cx<'_>, value: Value, element: TypeId) -> bool {
    let primitive = |ty: TypeId| ty != TypeId::STRING && super::type_code::code_of(ty) != 1;
    match object::type_of(cx, value) {
        None => !primitive(element),
        Some(ty) => ty == element || (!primitive(element) && element != TypeId::STRING),
    }
}

fn set_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let array = arg(args, 0);
    indexed::check_rank(cx, array, 1)?;
    let len = len(cx, array).ok_or(fault("an array was expected"))?;
    let index = number(args, 2)?.saturating_sub(lower(cx, array).into());
    let Some(at) = usize::try_from(index).ok().filter(|at| *at < len) else {
        return Err(cx.throw_default(Exc::IndexOutOfRange));
    };
    let element = element(cx, array);
    let value = indexed::stored(cx, arg(args, 1), element)?;
    put(cx, array, at, &[value])?;
    Ok(Value::Null)
}

fn clone(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let array = arg(args, 0);
    let len = len(cx, array).ok_or(fault("an array was expected"))?;
    if let Some(Object::Bytes(bytes)) = cx.heap.get(array) {
        let copy = bytes.clone();
        cx.charge(len / 16)?;
        return Ok(cx.heap.new_bytes(copy)?);
    }
    if cx.heap.native::<Matrix>(array).is_some() {
        return crate::value::matrix::copied(cx, array);
    }
    let items = part(cx, array, 0, len)?;
    let element = element(cx, array);
    new(cx, element, items)
}

fn empty(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let element = cx.type_arg(0);
    Ok(cx.heap.empty_array(element)?)
}

/// `count` default values, paid for before they are made.
fn defaults(cx: &mut Cx<'_>, element: TypeId, count: usize) -> Result<Vec<Value>, Throw> {
    cx.heap.charge(count.saturating_mul(size_of::<Value>()))?;
    cx.charge(count / 8)?;
    let default = behaviour::default_of(cx.heap, element)?;
    Ok(vec![default; count])
}
