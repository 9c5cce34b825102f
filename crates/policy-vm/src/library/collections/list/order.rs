//! Sorting and binary search.

use std::cmp::Ordering;

use super::{items, list_mut, not_null, range};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::collections::{ITEM, int};
use crate::machine::contained;
use crate::value::{Value, comparer, sort};

/// `Sort()` and `Sort(comparer)`.
pub(super) fn sort(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    sort_in(cx, arg(args, 0), 0..len, arg(args, 1))
}

pub(super) fn sort_range(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    let range = range(cx, as_i32(args, 1)?, as_i32(args, 2)?, len)?;
    sort_in(cx, arg(args, 0), range, arg(args, 3))
}

pub(super) fn sort_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let comparison = not_null(cx, arg(args, 1), "comparison")?;
    let len = items(cx, arg(args, 0))?.len();
    sort_with(cx, arg(args, 0), 0..len, &mut |cx, a, b| {
        let answer = cx.invoke(comparison, &[*a, *b])?;
        Ok(as_i32(&[answer], 0)?.cmp(&0))
    })
}

fn sort_in(cx: &mut Cx<'_>, this: Value, range: std::ops::Range<usize>, by: Value) -> Result<Value, Throw> {
    let kind = comparer::kind_of(cx.heap, by);
    sort_with(cx, this, range, &mut |cx, a, b| comparer::compare(cx, kind, *a, *b))
}

/// Sorts a copy, so that a comparison may look at the list.
fn sort_with(
    cx: &mut Cx<'_>,
    this: Value,
    range: std::ops::Range<usize>,
    compare: sort::Compare<'_, Value>,
) -> Result<Value, Throw> {
    cx.heap.charge(range.len() * ITEM)?;
    let mut part = items(cx, this)?.get(range.clone()).unwrap_or_default().to_vec();
    contained(cx, |cx| sort::unstable(cx, &mut part, compare)).map_err(|throw| comparison_failed(cx, throw))?;
    let list = list_mut(cx, this)?;
    list.version = list.version.wrapping_add(1);
    if let Some(place) = list.items.get_mut(range).filter(|place| place.len() == part.len()) {
        place.copy_from_slice(&part);
    }
    Ok(Value::Null)
}

/// What .NET makes of an exception thrown by a comparison while sorting.
pub(in crate::library) fn comparison_failed(cx: &mut Cx<'_>, throw: Throw) -> Throw {
    let Throw::Exception(inner) = throw else { return throw };
    let outer = cx.throw(Exc::InvalidOperation, "Failed to compare two elements in the array.");
    if let Throw::Exception(outer) = outer
        && let Some(crate::value::heap::Object::Exception(exception)) = cx.heap.object_mut(outer)
    {
        exception.inner = Value::Object(inner);
    }
    outer
}

/// `BinarySearch(item)` and `BinarySearch(item, comparer)`.
pub(super) fn binary_search(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    search_in(cx, arg(args, 0), 0..len, arg(args, 1), arg(args, 2))
}

pub(super) fn binary_search_range(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    let range = range(cx, as_i32(args, 1)?, as_i32(args, 2)?, len)?;
    search_in(cx, arg(args, 0), range, arg(args, 3), arg(args, 4))
}

fn search_in(
    cx: &mut Cx<'_>,
    this: Value,
    range: std::ops::Range<usize>,
    item: Value,
    by: Value,
) -> Result<Value, Throw> {
    let kind = comparer::kind_of(cx.heap, by);
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        cx.charge(1)?;
        // .NET's middle of the closed interval [low, high - 1].
        let middle = low + (high - 1 - low) / 2;
        let Some(candidate) = items(cx, this)?.get(middle).copied() else { break };
        let compared = contained(cx, |cx| comparer::compare(cx, kind, candidate, item));
        match compared.map_err(|throw| comparison_failed(cx, throw))? {
            Ordering::Equal => return Ok(int(middle)),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    Ok(Value::Int32(!i32::try_from(low).unwrap_or(i32::MAX)))
}
