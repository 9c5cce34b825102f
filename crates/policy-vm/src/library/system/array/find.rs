//! Searches by value and by predicate.

use super::{get, int, len_arg, line_arg, lower, part};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::types::TypeId;
use crate::value::{Value, behaviour};

const START: &str =
    "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
const LAST_START: &str = "Index was out of range. Must be non-negative and less than the size of the collection.";
const COUNT: &str = "Count must be positive and count must refer to a location within the string/array/collection.";

fn range_error(cx: &mut Cx<'_>, message: &str, name: &str) -> Throw {
    cx.throw_argument(Exc::ArgumentOutOfRange, message, name)
}

/// `startIndex` and `count` of a search forward.
fn forward(cx: &mut Cx<'_>, len: usize, start: Option<Value>, count: Option<Value>) -> Result<(usize, usize), Throw> {
    let start = start.map_or(Ok(0), |v| as_i32(&[v], 0))?;
    let Some(from) = usize::try_from(start).ok().filter(|from| *from <= len) else {
        return Err(range_error(cx, START, "startIndex"));
    };
    let Some(count) = count else { return Ok((from, len)) };
    match usize::try_from(as_i32(&[count], 0)?).ok().filter(|count| *count <= len - from) {
        Some(count) => Ok((from, from + count)),
        None => Err(range_error(cx, COUNT, "count")),
    }
}

/// `startIndex` and `count` of a search backward.
fn backward(cx: &mut Cx<'_>, len: usize, start: Option<Value>, count: Option<Value>) -> Result<(usize, usize), Throw> {
    let Some(start) = start else { return Ok((0, len)) };
    let start = as_i32(&[start], 0)?;
    if len == 0 {
        if !matches!(start, -1 | 0) {
            return Err(range_error(cx, LAST_START, "startIndex"));
        }
        return match count {
            Some(count) if as_i32(&[count], 0)? != 0 => Err(range_error(cx, COUNT, "count")),
            _ => Ok((0, 0)),
        };
    }
    let Some(last) = usize::try_from(start).ok().filter(|last| *last < len) else {
        return Err(range_error(cx, LAST_START, "startIndex"));
    };
    let Some(count) = count else { return Ok((0, last + 1)) };
    match usize::try_from(as_i32(&[count], 0)?).ok().filter(|count| *count <= last + 1) {
        Some(count) => Ok((last + 1 - count, last + 1)),
        None => Err(range_error(cx, COUNT, "count")),
    }
}

fn position(cx: &mut Cx<'_>, args: &[Value], at: impl Iterator<Item = usize>) -> Result<Value, Throw> {
    for i in at {
        cx.charge(1)?;
        let item = get(cx, arg(args, 0), i).unwrap_or(Value::Null);
        if behaviour::equals(cx, item, arg(args, 1))? {
            let lower = lower(cx, arg(args, 0));
            return Ok(Value::Int32(i32::try_from(i).unwrap_or(i32::MAX).wrapping_add(lower)));
        }
    }
    Ok(Value::Int32(lower(cx, arg(args, 0)).wrapping_sub(1)))
}

/// A first index as one of an array that begins at 0.
fn start_of(cx: &Cx<'_>, args: &[Value]) -> Option<Value> {
    match args.get(2).copied() {
        Some(Value::Int32(start)) => Some(Value::Int32(start.wrapping_sub(lower(cx, arg(args, 0))))),
        other => other,
    }
}

pub(super) fn index_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = line_arg(cx, args, 0, "array")?;
    let start = start_of(cx, args);
    let (from, to) = forward(cx, len, start, args.get(3).copied())?;
    position(cx, args, from..to)
}

/// `LastIndexOf(Array, …)`, which looks for nothing in an empty array, wherever it is told to begin.
pub(super) fn last_index_of_any(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match line_arg(cx, args, 0, "array")? {
        0 => Ok(Value::Int32(lower(cx, arg(args, 0)).wrapping_sub(1))),
        _ => last_index_of(cx, args),
    }
}

pub(super) fn last_index_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = len_arg(cx, args, 0, "array")?;
    let start = start_of(cx, args);
    let (from, to) = backward(cx, len, start, args.get(3).copied())?;
    position(cx, args, (from..to).rev())
}

/// The predicate: the last argument, which must not be null.
fn predicate(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match args.last().copied().unwrap_or(Value::Null) {
        Value::Null => Err(cx.argument_null("match")),
        predicate => Ok(predicate),
    }
}

/// The first element the predicate holds for.
fn first(
    cx: &mut Cx<'_>,
    array: Value,
    predicate: Value,
    at: impl Iterator<Item = usize>,
    wanted: bool,
) -> Result<Option<(usize, Value)>, Throw> {
    for i in at {
        cx.charge(1)?;
        let Some(item) = get(cx, array, i) else { break };
        if cx.invoke(predicate, &[item])? == Value::Bool(wanted) {
            return Ok(Some((i, item)));
        }
    }
    Ok(None)
}

fn first_of_all(cx: &mut Cx<'_>, args: &[Value], wanted: bool) -> Result<Option<(usize, Value)>, Throw> {
    let len = len_arg(cx, args, 0, "array")?;
    let predicate = predicate(cx, args)?;
    first(cx, arg(args, 0), predicate, 0..len, wanted)
}

pub(super) fn exists(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(first_of_all(cx, args, true)?.is_some()))
}

pub(super) fn true_for_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(first_of_all(cx, args, false)?.is_none()))
}

fn or_default(cx: &mut Cx<'_>, found: Option<(usize, Value)>) -> Result<Value, Throw> {
    let ty: TypeId = cx.type_arg(0);
    match found {
        Some((_, item)) => Ok(item),
        None => behaviour::default_of(cx.heap, ty),
    }
}

pub(super) fn find(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = first_of_all(cx, args, true)?;
    or_default(cx, found)
}

pub(super) fn find_last(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = len_arg(cx, args, 0, "array")?;
    let predicate = predicate(cx, args)?;
    let found = first(cx, arg(args, 0), predicate, (0..len).rev(), true)?;
    or_default(cx, found)
}

pub(super) fn find_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = len_arg(cx, args, 0, "array")?;
    let predicate = predicate(cx, args)?;
    let mut found = Vec::new();
    for item in part(cx, arg(args, 0), 0, len)? {
        if cx.invoke(predicate, &[item])? == Value::Bool(true) {
            found.push(item);
        }
    }
    let element = super::element(cx, arg(args, 0));
    super::new(cx, element, found)
}

/// The arguments between the array and the predicate.
fn bounds(args: &[Value]) -> (Option<Value>, Option<Value>) {
    let inner = args.get(1..args.len().saturating_sub(1)).unwrap_or_default();
    (inner.first().copied(), inner.get(1).copied())
}

pub(super) fn find_index(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = len_arg(cx, args, 0, "array")?;
    let (start, count) = bounds(args);
    let (from, to) = forward(cx, len, start, count)?;
    let predicate = predicate(cx, args)?;
    let found = first(cx, arg(args, 0), predicate, from..to, true)?;
    Ok(found.map_or(Value::Int32(-1), |(i, _)| int(i)))
}

pub(super) fn find_last_index(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = len_arg(cx, args, 0, "array")?;
    let (start, count) = bounds(args);
    // An empty array has no first place either; `LastIndexOf` takes one all the same.
    if len == 0 && start.is_some_and(|start| start == Value::Int32(0)) {
        return Err(range_error(cx, LAST_START, "startIndex"));
    }
    let (from, to) = backward(cx, len, start, count)?;
    let predicate = predicate(cx, args)?;
    let found = first(cx, arg(args, 0), predicate, (from..to).rev(), true)?;
    Ok(found.map_or(Value::Int32(-1), |(i, _)| int(i)))
}
