//! Members that look through a list or copy from it.

use std::ops::Range;

use super::{OUT_OF_BOUNDS, items, new_list, not_null, range};
use crate::cx::{Cx, arg, as_bool, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::collections::{ITEM, collect, int, modified, new_array, with_actual};
use crate::value::heap::Object;
use crate::value::{Value, behaviour};

const NONE: Value = Value::Int32(-1);

pub(super) fn contains(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    Ok(Value::Bool(position(cx, args, 0..len)?.is_some()))
}

pub(super) fn index_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    Ok(position(cx, args, 0..len)?.map_or(NONE, int))
}

pub(super) fn index_of_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    let start = start_up_to(cx, as_i32(args, 2)?, len, parameter_of(args)?)?;
    Ok(position(cx, args, start..len)?.map_or(NONE, int))
}

pub(super) fn index_of_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    let start = start_up_to(cx, as_i32(args, 2)?, len, parameter_of(args)?)?;
    let range = count_from(cx, start, as_i32(args, 3)?, len)?;
    Ok(position(cx, args, range)?.map_or(NONE, int))
}

/// Below zero, it is the array's search that complains.
fn parameter_of(args: &[Value]) -> Result<&'static str, Throw> {
    Ok(if as_i32(args, 2)? < 0 { "startIndex" } else { "index" })
}

/// The first place in a range whose item equals the second argument.
fn position(cx: &mut Cx<'_>, args: &[Value], range: Range<usize>) -> Result<Option<usize>, Throw> {
    for index in range {
        if equals_at(cx, args, index)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn equals_at(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<bool, Throw> {
    cx.charge(1)?;
    match items(cx, arg(args, 0))?.get(index).copied() {
        Some(candidate) => behaviour::equals(cx, candidate, arg(args, 1)),
        None => Ok(false),
    }
}

fn start_up_to(cx: &mut Cx<'_>, start: i32, len: usize, parameter: &str) -> Result<usize, Throw> {
    match usize::try_from(start) {
        Ok(start) if start <= len => Ok(start),
        _ => {
            let message =
                "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
            Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, parameter))
        }
    }
}

fn count_from(cx: &mut Cx<'_>, start: usize, count: i32, len: usize) -> Result<Range<usize>, Throw> {
    match usize::try_from(count).ok().and_then(|count| start.checked_add(count)) {
        Some(end) if end <= len => Ok(start..end),
        _ => Err(bad_count(cx)),
    }
}

fn bad_count(cx: &mut Cx<'_>) -> Throw {
    let message = "Count must be positive and count must refer to a location within the string/array/collection.";
    cx.throw_argument(Exc::ArgumentOutOfRange, message, "count")
}

pub(super) fn last_index_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    last_position(cx, args, 0..len)
}

pub(super) fn last_index_of_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    let index = as_i32(args, 2)?;
    if usize::try_from(index).is_ok_and(|index| index >= len) {
        return Err(super::index_out_of_range(cx, "index"));
    }
    last_in(cx, args, index, index.saturating_add(1), len)
}

pub(super) fn last_index_of_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    last_in(cx, args, as_i32(args, 2)?, as_i32(args, 3)?, len)
}

/// `count` items backwards from `index`, with the checks of `LastIndexOf` in their order.
fn last_in(cx: &mut Cx<'_>, args: &[Value], index: i32, count: i32, len: usize) -> Result<Value, Throw> {
    const NEGATIVE: &str = "Non-negative number required.";
    const LARGER: &str = "Larger than collection size.";
    if len != 0 && index < 0 {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, NEGATIVE, "index"));
    }
    if len != 0 && count < 0 {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, NEGATIVE, "count"));
    }
    let (Ok(index), Ok(count), false) = (usize::try_from(index), usize::try_from(count), len == 0) else {
        return Ok(NONE);
    };
    if index >= len {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, LARGER, "index"));
    }
    let Some(start) = (index + 1).checked_sub(count) else {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, LARGER, "count"));
    };
    last_position(cx, args, start..index + 1)
}

fn last_position(cx: &mut Cx<'_>, args: &[Value], range: Range<usize>) -> Result<Value, Throw> {
    for index in range.rev() {
        if equals_at(cx, args, index)? {
            return Ok(int(index));
        }
    }
    Ok(NONE)
}

/// Where in a range the predicate first holds, with the item.
fn first_match(
    cx: &mut Cx<'_>,
    this: Value,
    range: impl Iterator<Item = usize>,
    predicate: Value,
) -> Result<Option<(usize, Value)>, Throw> {
    for index in range {
        cx.charge(1)?;
        let Some(item) = items(cx, this)?.get(index).copied() else { break };
        let answer = cx.invoke(predicate, &[item])?;
        if as_bool(&[answer], 0)? {
            return Ok(Some((index, item)));
        }
    }
    Ok(None)
}

fn forward(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<(usize, Value)>, Throw> {
    let predicate = not_null(cx, arg(args, 1), "match")?;
    let len = items(cx, arg(args, 0))?.len();
    first_match(cx, arg(args, 0), 0..len, predicate)
}

pub(super) fn exists(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(forward(cx, args)?.is_some()))
}

pub(super) fn find(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match forward(cx, args)? {
        Some((_, item)) => Ok(item),
        None => default_item(cx),
    }
}

fn default_item(cx: &mut Cx<'_>) -> Result<Value, Throw> {
    let ty = cx.type_arg(0);
    behaviour::default_of(cx.heap, ty)
}

pub(super) fn find_index(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(forward(cx, args)?.map_or(NONE, |(index, _)| int(index)))
}

pub(super) fn find_index_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    let start = start_up_to(cx, as_i32(args, 1)?, len, "startIndex")?;
    let predicate = not_null(cx, arg(args, 2), "match")?;
    Ok(first_match(cx, arg(args, 0), start..len, predicate)?.map_or(NONE, |(index, _)| int(index)))
}

pub(super) fn find_index_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    let start = start_up_to(cx, as_i32(args, 1)?, len, "startIndex")?;
    let range = count_from(cx, start, as_i32(args, 2)?, len)?;
    let predicate = not_null(cx, arg(args, 3), "match")?;
    Ok(first_match(cx, arg(args, 0), range, predicate)?.map_or(NONE, |(index, _)| int(index)))
}

pub(super) fn find_last(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let predicate = not_null(cx, arg(args, 1), "match")?;
    let len = items(cx, arg(args, 0))?.len();
    match first_match(cx, arg(args, 0), (0..len).rev(), predicate)? {
        Some((_, item)) => Ok(item),
        None => default_item(cx),
    }
}

pub(super) fn find_last_index(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let predicate = not_null(cx, arg(args, 1), "match")?;
    let len = items(cx, arg(args, 0))?.len();
    Ok(first_match(cx, arg(args, 0), (0..len).rev(), predicate)?.map_or(NONE, |(index, _)| int(index)))
}

pub(super) fn find_last_index_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let start = as_i32(args, 1)?;
    find_last_in(cx, arg(args, 0), start, start.saturating_add(1), arg(args, 2))
}

pub(super) fn find_last_index_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    find_last_in(cx, arg(args, 0), as_i32(args, 1)?, as_i32(args, 2)?, arg(args, 3))
}

fn find_last_in(cx: &mut Cx<'_>, this: Value, start: i32, count: i32, predicate: Value) -> Result<Value, Throw> {
    let predicate = not_null(cx, predicate, "match")?;
    let len = items(cx, this)?.len();
    // An empty list accepts -1 as the place to start from.
    let end = match usize::try_from(start.saturating_add(1)) {
        Ok(end) if end <= len && (end > 0 || len == 0) => end,
        _ => return Err(super::index_out_of_range(cx, "startIndex")),
    };
    let Some(first) = usize::try_from(count).ok().and_then(|count| end.checked_sub(count)) else {
        return Err(bad_count(cx));
    };
    Ok(first_match(cx, this, (first..end).rev(), predicate)?.map_or(NONE, |(index, _)| int(index)))
}

pub(super) fn find_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let predicate = not_null(cx, arg(args, 1), "match")?;
    let mut found = Vec::new();
    let mut from = 0;
    let len = items(cx, arg(args, 0))?.len();
    while let Some((index, item)) = first_match(cx, arg(args, 0), from..len, predicate)? {
        cx.heap.charge(ITEM)?;
        found.push(item);
        from = index + 1;
    }
    let element = cx.type_arg(0);
    new_list(cx, element, found)
}

pub(super) fn true_for_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let predicate = not_null(cx, arg(args, 1), "match")?;
    let len = items(cx, arg(args, 0))?.len();
    for index in 0..len {
        if first_match(cx, arg(args, 0), index..index + 1, predicate)?.is_none() {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

pub(super) fn for_each(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let action = not_null(cx, arg(args, 1), "action")?;
    let version = version(cx, arg(args, 0));
    let mut index = 0;
    while let Some(item) = items(cx, arg(args, 0))?.get(index).copied() {
        cx.charge(1)?;
        cx.invoke(action, &[item])?;
        if self::version(cx, arg(args, 0)) != version {
            return Err(modified(cx));
        }
        index += 1;
    }
    Ok(Value::Null)
}

fn version(cx: &Cx<'_>, this: Value) -> u32 {
    match cx.heap.get(this) {
        Some(Object::List(list)) => list.version,
        _ => 0,
    }
}

pub(super) fn convert_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let converter = not_null(cx, arg(args, 1), "converter")?;
    let output = cx.type_arg(1);
    let mut all = collect(cx, arg(args, 0))?;
    for item in &mut all {
        *item = cx.invoke(converter, &[*item])?;
    }
    new_list(cx, output, all)
}

pub(super) fn to_array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let all = collect(cx, arg(args, 0))?;
    let ty = cx.type_arg(0);
    Ok(new_array(cx.heap, ty, all)?)
}

/// `CopyTo(array)` and `CopyTo(array, arrayIndex)`.
pub(super) fn copy_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let all = collect(cx, arg(args, 0))?;
    let at = if args.len() > 2 { as_i32(args, 2)? } else { 0 };
    copy_into(cx, &all, arg(args, 1), at)
}

pub(super) fn copy_range_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    let (index, count) = (as_i32(args, 1)?, as_i32(args, 4)?);
    if usize::try_from(index).is_ok_and(|index| index > len) {
        return Err(cx.throw(Exc::Argument, OUT_OF_BOUNDS));
    }
    let range = range(cx, index, count, len)?;
    let all = collect(cx, arg(args, 0))?;
    copy_into(cx, all.get(range).unwrap_or_default(), arg(args, 2), as_i32(args, 3)?)
}

/// `Array.Copy` into an array, with its exceptions.
pub(in crate::library) fn copy_into(cx: &mut Cx<'_>, from: &[Value], array: Value, at: i32) -> Result<Value, Throw> {
    let len = match cx.heap.get(array) {
        Some(Object::Array(array)) => array.items.len(),
        Some(Object::Bytes(bytes)) => bytes.len(),
        _ => return Err(cx.argument_null("destinationArray")),
    };
    let Ok(start) = usize::try_from(at) else {
        let message = format!("destinationIndex ('{at}') must be greater than or equal to '0'.");
        let throw = cx.throw_argument(Exc::ArgumentOutOfRange, &message, "destinationIndex");
        return Err(with_actual(cx, throw, at));
    };
    if start.checked_add(from.len()).is_none_or(|end| end > len) {
        let message = "Destination array was not long enough. Check the destination index, length, and the array's \
                       lower bounds.";
        return Err(cx.throw_argument(Exc::Argument, message, "destinationArray"));
    }
    write_into(cx, from, array, start);
    Ok(Value::Null)
}

/// Writes items that fit.
pub(in crate::library) fn write_into(cx: &mut Cx<'_>, from: &[Value], array: Value, start: usize) {
    match cx.heap.get_mut(array) {
        Some(Object::Array(array)) => {
            for (slot, item) in array.items.iter_mut().skip(start).zip(from) {
                *slot = *item;
            }
        }
        Some(Object::Bytes(bytes)) => {
            for (slot, item) in bytes.iter_mut().skip(start).zip(from) {
                if let Value::Byte(b) = item {
                    *slot = *b;
                }
            }
        }
        _ => {}
    }
}
