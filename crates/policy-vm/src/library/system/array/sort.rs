//! `Sort` and `BinarySearch`. The sort is a stable merge sort: what .NET leaves open about equal elements is decided.

use std::cmp::Ordering;

use super::change::order;
use super::{line_arg, lower, part, put};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::machine::contained;
use crate::value::Value;

type Item = (Value, Value);

/// How two elements compare.
#[derive(Clone, Copy)]
enum By {
    Comparer(Value),
    Comparison(Value),
}

impl By {
    /// An exception of the comparison is wrapped, as .NET does it.
    fn compare(self, cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Ordering, Throw> {
        cx.charge(1)?;
        let result = contained(cx, |cx| match self {
            Self::Comparer(comparer) => order(cx, comparer, a, b),
            Self::Comparison(f) => cx.invoke(f, &[a, b]).map(|v| match v {
                Value::Int32(n) => n.cmp(&0),
                _ => Ordering::Equal,
            }),
        });
        result.map_err(|throw| wrapped(cx, throw))
    }
}

fn wrapped(cx: &mut Cx<'_>, throw: Throw) -> Throw {
    let Throw::Exception(inner) = throw else { return throw };
    let message = "Failed to compare two elements in the array.".to_owned();
    let made =
        crate::library::system::exception::create(cx, Exc::InvalidOperation, message, Value::Object(inner), None);
    match made {
        Ok(Value::Object(handle)) => Throw::Exception(handle),
        Ok(_) => throw,
        Err(throw) => throw,
    }
}

fn merge_sort(cx: &mut Cx<'_>, mut items: Vec<Item>, by: By) -> Result<Vec<Item>, Throw> {
    let mut width = 1;
    while width < items.len() {
        let mut merged = Vec::with_capacity(items.len());
        for pair in items.chunks(width * 2) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
            loop {
                let take_right = match (left.peek(), right.peek()) {
                    (Some(a), Some(b)) => by.compare(cx, a.0, b.0)?.is_gt(),
                    (None, Some(_)) => true,
                    (Some(_), None) => false,
                    (None, None) => break,
                };
                merged.extend(if take_right { right.next() } else { left.next() });
            }
        }
        items = merged;
        width *= 2;
    }
    Ok(items)
}

fn sort_part(cx: &mut Cx<'_>, keys: Value, items: Value, (from, to): (usize, usize), by: By) -> Result<Value, Throw> {
    let key_values = part(cx, keys, from, to)?;
    let item_values = if items.is_null() { key_values.clone() } else { part(cx, items, from, to)? };
    let sorted = merge_sort(cx, key_values.into_iter().zip(item_values).collect(), by)?;
    let (key_values, item_values): (Vec<_>, Vec<_>) = sorted.into_iter().unzip();
    put(cx, keys, from, &key_values)?;
    if !items.is_null() {
        put(cx, items, from, &item_values)?;
    }
    Ok(Value::Null)
}

/// `Sort(array)` and `Sort(array, comparer)`.
pub(super) fn sort(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = line_arg(cx, args, 0, "array")?;
    sort_part(cx, arg(args, 0), Value::Null, (0, len), By::Comparer(arg(args, 1)))
}

/// `Sort(array, comparison)`.
pub(super) fn sort_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = line_arg(cx, args, 0, "array")?;
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("comparison"));
    }
    sort_part(cx, arg(args, 0), Value::Null, (0, len), By::Comparison(arg(args, 1)))
}

/// `Sort(array, index, length)` and `Sort(array, index, length, comparer)`.
pub(super) fn sort_range(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = line_arg(cx, args, 0, "array")?;
    let index = as_i32(args, 1)?.saturating_sub(lower(cx, arg(args, 0)));
    let length = as_i32(args, 2)?;
    let Ok(from) = usize::try_from(index) else { return Err(super::negative(cx, "index")) };
    let Ok(count) = usize::try_from(length) else { return Err(super::negative(cx, "length")) };
    if from.saturating_add(count) > len {
        let message = "Offset and length were out of bounds for the array or count is greater than the number of \
                       elements from index to the end of the source collection.";
        return Err(cx.throw(Exc::Argument, message));
    }
    sort_part(cx, arg(args, 0), Value::Null, (from, from + count), By::Comparer(arg(args, 3)))
}

/// `Sort(keys, items)` and `Sort(keys, items, comparer)`.
pub(super) fn sort_pairs(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = line_arg(cx, args, 0, "keys")?;
    if super::len(cx, arg(args, 1)).is_some_and(|items| items < len) {
        let message = "Offset and length were out of bounds for the array or count is greater than the number of \
                       elements from index to the end of the source collection.";
        return Err(cx.throw(Exc::Argument, message));
    }
    sort_part(cx, arg(args, 0), arg(args, 1), (0, len), By::Comparer(arg(args, 2)))
}

/// `Sort(keys, items, index, length)` and `Sort(keys, items, index, length, comparer)`.
pub(super) fn sort_pairs_range(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = line_arg(cx, args, 0, "keys")?;
    let (index, length) = (as_i32(args, 2)?, as_i32(args, 3)?);
    for (name, value) in [("index", index), ("length", length)] {
        if value < 0 {
            return Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Non-negative number required.", name));
        }
    }
    let (from, count) = (usize::try_from(index).unwrap_or(0), usize::try_from(length).unwrap_or(0));
    let to = from.saturating_add(count);
    if to > len.min(super::len(cx, arg(args, 1)).unwrap_or(len)) {
        let message = "Offset and length were out of bounds for the array or count is greater than the number of \
                       elements from index to the end of the source collection.";
        return Err(cx.throw(Exc::Argument, message));
    }
    sort_part(cx, arg(args, 0), arg(args, 1), (from, to), By::Comparer(arg(args, 4)))
}

/// The index, or the complement of where it would stand.
pub(super) fn binary_search(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = line_arg(cx, args, 0, "array")?;
    search_between(cx, [arg(args, 0), arg(args, 1), arg(args, 2)], 0, len)
}

/// `BinarySearch(array, index, length, value[, comparer])`.
pub(super) fn binary_search_range(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = line_arg(cx, args, 0, "array")?;
    let index = as_i32(args, 1)?.saturating_sub(lower(cx, arg(args, 0)));
    let length = as_i32(args, 2)?;
    for (name, value) in [("index", index), ("length", length)] {
        if value < 0 {
            return Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Non-negative number required.", name));
        }
    }
    let (low, count) = (usize::try_from(index).unwrap_or(0), usize::try_from(length).unwrap_or(0));
    let Some(high) = low.checked_add(count).filter(|high| *high <= len) else {
        let why = "Offset and length were out of bounds for the array or count is greater than the number of elements \
                   from index to the end of the source collection.";
        return Err(cx.throw(Exc::Argument, why));
    };
    search_between(cx, [arg(args, 0), arg(args, 3), arg(args, 4)], low, high)
}

/// The place of a value between two places of a sorted array, or the complement of where it would go.
fn search_between(cx: &mut Cx<'_>, args: [Value; 3], mut low: usize, mut high: usize) -> Result<Value, Throw> {
    let args = &args;
    while low < high {
        cx.charge(1)?;
        // .NET's middle of the closed interval [low, high - 1].
        let middle = low + (high - 1 - low) / 2;
        let item = super::get(cx, arg(args, 0), middle).unwrap_or(Value::Null);
        match By::Comparer(arg(args, 2)).compare(cx, item, arg(args, 1))? {
            Ordering::Equal => return Ok(place(cx, arg(args, 0), middle)),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    match place(cx, arg(args, 0), low) {
        Value::Int32(at) => Ok(Value::Int32(!at)),
        other => Ok(other),
    }
}

/// The index of the n-th element.
fn place(cx: &Cx<'_>, array: Value, at: usize) -> Value {
    Value::Int32(i32::try_from(at).unwrap_or(i32::MAX).wrapping_add(lower(cx, array)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check;
    use crate::types::TypeId;
    use crate::value::heap::{Closure, ClosureCode, Object};

    fn backwards(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
        match args {
            [Value::Int32(a), Value::Int32(b)] => Ok(Value::Int32(b - a)),
            _ => Ok(Value::Null),
        }
    }

    #[test]
    fn a_comparison_decides_the_order() {
        check::with_cx(&[], |cx| {
            let array = cx.heap.new_array(TypeId::INT32, [3, 1, 2].map(Value::Int32).to_vec()).unwrap();
            let code = ClosureCode::Native { run: backwards, receiver: None };
            let comparison = cx.heap.new_object(Object::Closure(Closure { ty: TypeId::DELEGATE, code })).unwrap();
            sort_by(cx, &[array, Value::Object(comparison)]).unwrap();
            assert_eq!(part(cx, array, 0, 3), Ok([3, 2, 1].map(Value::Int32).to_vec()));
            sort(cx, &[array]).unwrap();
            assert_eq!(part(cx, array, 0, 3), Ok([1, 2, 3].map(Value::Int32).to_vec()));
        });
    }

    #[test]
    fn what_has_no_order_fails_as_a_whole() {
        check::with_cx(&[], |cx| {
            let text = cx.string("a").unwrap();
            let array = cx.heap.new_array(TypeId::OBJECT, vec![Value::Int32(1), text]).unwrap();
            let throw = sort(cx, &[array]).unwrap_err();
            assert_eq!(
                check::show_throw(cx, throw),
                "System.InvalidOperationException: Failed to compare two elements in the array."
            );
        });
    }
}
