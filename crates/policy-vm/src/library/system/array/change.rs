//! Copying, clearing, reversing, resizing and what goes through all elements.

use super::{defaults, element, fits, indexed, len, len_arg, line_arg, lower, number, part, put};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::system::math;
use crate::library::system::number::integer;
use crate::types::TypeId;
use crate::value::heap::Object;
use crate::value::{Value, behaviour};

pub(super) fn copy_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (source, target) = (arg(args, 0), arg(args, 1));
    let count = len(cx, source).unwrap_or(0);
    if len(cx, target).is_none() {
        return Err(cx.argument_null("destinationArray"));
    }
    copy_part(cx, source, 0, target, number(args, 2)?, i64::try_from(count).unwrap_or(i64::MAX))
}

/// `Copy(source, destination, length)` and `Copy(source, sourceIndex, destination, destinationIndex, length)`.
pub(super) fn copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let target = if args.len() > 3 { 2 } else { 1 };
    len_arg(cx, args, 0, "sourceArray")?;
    len_arg(cx, args, target, "destinationArray")?;
    if target == 1 {
        return copy_part(cx, arg(args, 0), 0, arg(args, 1), 0, number(args, 2)?);
    }
    let (source, target) = (arg(args, 0), arg(args, 2));
    let from = above(cx, number(args, 1)?, source, "sourceIndex")?;
    let at = above(cx, number(args, 3)?, target, "destinationIndex")?;
    copy_part(cx, source, from, target, at, number(args, 4)?)
}

/// An index as one of an array that begins at 0.
fn above(cx: &mut Cx<'_>, index: i64, array: Value, name: &str) -> Result<i64, Throw> {
    let lower = i64::from(lower(cx, array));
    if lower != 0 && index < lower {
        return Err(math::out_of_range(cx, name, index, &format!("must be greater than or equal to '{lower}'.")));
    }
    Ok(index.saturating_sub(lower))
}

fn below_zero(cx: &mut Cx<'_>, name: &str, actual: i64) -> Throw {
    math::out_of_range(cx, name, actual, "must be greater than or equal to '0'.")
}

fn copy_part(
    cx: &mut Cx<'_>,
    source: Value,
    source_index: i64,
    target: Value,
    target_index: i64,
    length: i64,
) -> Result<Value, Throw> {
    if indexed::rank(cx, source) != indexed::rank(cx, target) {
        return Err(cx.throw(Exc::Rank, "The specified arrays must have the same number of dimensions."));
    }
    let Ok(count) = usize::try_from(length) else { return Err(math::negative(cx, "length", length)) };
    let Ok(from) = usize::try_from(source_index) else { return Err(below_zero(cx, "sourceIndex", source_index)) };
    let Ok(at) = usize::try_from(target_index) else { return Err(below_zero(cx, "destinationIndex", target_index)) };
    if from.saturating_add(count) > len(cx, source).unwrap_or(0) {
        let message = "Source array was not long enough. Check the source index, length, and the array's lower bounds.";
        return Err(cx.throw_argument(Exc::Argument, message, "sourceArray"));
    }
    if at.saturating_add(count) > len(cx, target).unwrap_or(0) {
        let message =
            "Destination array was not long enough. Check the destination index, length, and the array's lower bounds.";
        return Err(cx.throw_argument(Exc::Argument, message, "destinationArray"));
    }
    cx.charge(count / 16)?;
    if source == target {
        match cx.heap.get_mut(source) {
            Some(Object::Bytes(bytes)) => bytes.copy_within(from..from + count, at),
            Some(Object::Array(array)) => array.items.copy_within(from..from + count, at),
            _ => {
                let items = part(cx, source, from, from + count)?;
                put(cx, target, at, &items)?;
            }
        }
        return Ok(Value::Null);
    }
    copy_between(cx, source, from, target, at, count)?;
    Ok(Value::Null)
}

/// Between two arrays: as they are, widened (`int[]` to `long[]`), boxed or unboxed.
fn copy_between(
    cx: &mut Cx<'_>,
    source: Value,
    from: usize,
    target: Value,
    at: usize,
    count: usize,
) -> Result<(), Throw> {
    let mut items = part(cx, source, from, from + count)?;
    let (is, wanted) = (element(cx, source), element(cx, target));
    if is != wanted {
        let widened = integer::kind_of(is).is_some() && integer::kind_of(wanted).is_some();
        let reference = |ty: TypeId| ty == TypeId::STRING || crate::library::system::type_code::code_of(ty) == 1;
        if widened {
            let kind = integer::kind_of(wanted);
            for item in &mut items {
                if let (Some(kind), Some(n)) = (kind, integer::get(*item)) {
                    *item = kind.value(n);
                }
            }
        } else if !reference(is) && !matches!(wanted, TypeId::OBJECT | TypeId::VALUE_TYPE) {
            let message = "Source array type cannot be assigned to destination array type.";
            return Err(cx.throw(Exc::ArrayTypeMismatch, message));
        } else if let Some(wrong) = items.iter().position(|item| !fits(cx, *item, wanted) && !item.is_null()) {
            // What comes before the element that does not fit is copied all the same.
            put(cx, target, at, items.get(..wrong).unwrap_or_default())?;
            let message =
                "At least one element in the source array could not be cast down to the destination array type.";
            return Err(cx.throw(Exc::InvalidCast, message));
        }
    }
    put(cx, target, at, &items)
}

/// `(array, index, length)` checked as `Clear` and `Reverse` do it.
fn range(cx: &mut Cx<'_>, args: &[Value]) -> Result<(usize, usize), Throw> {
    let len = line_arg(cx, args, 0, "array")?;
    if args.len() < 3 {
        return Ok((0, len));
    }
    let index = as_i32(args, 1)?.saturating_sub(lower(cx, arg(args, 0)));
    let length = as_i32(args, 2)?;
    let Ok(from) = usize::try_from(index) else { return Err(super::negative(cx, "index")) };
    let Ok(count) = usize::try_from(length) else { return Err(super::negative(cx, "length")) };
    if from.saturating_add(count) > len {
        let message = "Offset and length were out of bounds for the array or count is greater than the number of \
                       elements from index to the end of the source collection.";
        return Err(cx.throw(Exc::Argument, message));
    }
    Ok((from, from + count))
}

pub(super) fn clear(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = len_arg(cx, args, 0, "array")?;
    let (mut from, mut count) = (0, len);
    if args.len() > 1 {
        let index = as_i32(args, 1)?.checked_sub(lower(cx, arg(args, 0))).unwrap_or(-1);
        let (index, length) = (usize::try_from(index), usize::try_from(as_i32(args, 2)?));
        let (Ok(index), Ok(length)) = (index, length) else { return Err(cx.throw_default(Exc::IndexOutOfRange)) };
        if index.saturating_add(length) > len {
            return Err(cx.throw_default(Exc::IndexOutOfRange));
        }
        (from, count) = (index, length);
    }
    let element = element(cx, arg(args, 0));
    let items = defaults(cx, element, count)?;
    put(cx, arg(args, 0), from, &items)?;
    Ok(Value::Null)
}

pub(super) fn fill(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = len_arg(cx, args, 0, "array")?;
    let (mut from, mut count) = (0, len);
    if args.len() > 2 {
        let (start, size) = (as_i32(args, 2)?, as_i32(args, 3)?);
        let Some(at) = usize::try_from(start).ok().filter(|at| *at <= len) else {
            let message =
                "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
            return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "startIndex"));
        };
        let Some(size) = usize::try_from(size).ok().filter(|size| *size <= len - at) else {
            let message =
                "Count must be positive and count must refer to a location within the string/array/collection.";
            return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "count"));
        };
        (from, count) = (at, size);
    }
    cx.charge(count / 8)?;
    cx.heap.charge(count * size_of::<Value>())?;
    put(cx, arg(args, 0), from, &vec![arg(args, 1); count])?;
    Ok(Value::Null)
}

pub(super) fn resize(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (array, size) = (arg(args, 0), as_i32(args, 1)?);
    let Ok(size) = usize::try_from(size) else {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Non-negative number required.", "newSize"));
    };
    let old = len(cx, array);
    if old == Some(size) {
        cx.set_out(0, array);
        return Ok(Value::Null);
    }
    let element = if old.is_some() { element(cx, array) } else { cx.type_arg(0) };
    let mut items = part(cx, array, 0, old.unwrap_or(0).min(size))?;
    let more = defaults(cx, element, size - items.len())?;
    items.extend(more);
    let resized = super::new(cx, element, items)?;
    cx.set_out(0, resized);
    Ok(Value::Null)
}

pub(super) fn reverse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (from, to) = range(cx, args)?;
    cx.charge((to - from) / 8)?;
    match cx.heap.get_mut(arg(args, 0)) {
        Some(Object::Array(array)) => array.items.get_mut(from..to).unwrap_or_default().reverse(),
        Some(Object::Bytes(bytes)) => bytes.get_mut(from..to).unwrap_or_default().reverse(),
        _ => {
            let mut items = part(cx, arg(args, 0), from, to)?;
            items.reverse();
            put(cx, arg(args, 0), from, &items)?;
        }
    }
    Ok(Value::Null)
}

pub(super) fn convert_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = len_arg(cx, args, 0, "array")?;
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("converter"));
    }
    let element = cx.type_arg(1);
    let mut items = part(cx, arg(args, 0), 0, len)?;
    for item in &mut items {
        *item = cx.invoke(arg(args, 1), &[*item])?;
    }
    super::new(cx, element, items)
}

pub(super) fn for_each(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = len_arg(cx, args, 0, "array")?;
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("action"));
    }
    for i in 0..len {
        cx.charge(1)?;
        let Some(item) = super::get(cx, arg(args, 0), i) else { break };
        cx.invoke(arg(args, 1), &[item])?;
    }
    Ok(Value::Null)
}

/// The order of two elements by a comparer object, or the default order.
pub(super) fn order(cx: &mut Cx<'_>, comparer: Value, a: Value, b: Value) -> Result<std::cmp::Ordering, Throw> {
    use crate::library::system::string_comparison::StringComparer;
    match cx.heap.native::<StringComparer>(comparer).map(|c| c.ignore_case) {
        Some(ignore_case) => crate::library::system::string::compare::order(cx, a, b, ignore_case),
        None => behaviour::compare(cx, a, b),
    }
}
