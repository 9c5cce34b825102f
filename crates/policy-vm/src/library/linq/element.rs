//! Operators that give one item or one answer: `First`, `Single`, `Any`, `Count`, `Contains` …

use super::order;
use super::query::{cheap_count, count as count_of, holds, no_elements, out_of_range, present, source, source_and};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::collections::{dispatch, index_out_of_range, int, stored_items};
use crate::value::heap::Object;
use crate::value::sequence::{Iter, Places, iterate};
use crate::value::{Value, behaviour, comparer};

/// The first item, or the first that a predicate holds for.
fn first_item(cx: &mut Cx<'_>, source: Value, predicate: Option<Value>) -> Result<Option<Value>, Throw> {
    let Some(predicate) = predicate else {
        if let Some(first) = order::end(cx, source, None, false) {
            return first;
        }
        return match stored_items(cx.heap, source) {
            Some(items) => Ok(items.first().copied()),
            None => {
                let mut iter = iterate(cx, source)?;
                if let Iter::Lazy(lazy) = &iter
                    && let Some(first) = lazy.end(cx, false)
                {
                    return first;
                }
                iter.pull(cx)
            }
        };
    };
    let mut iter = iterate(cx, source)?;
    while let Some(item) = iter.pull(cx)? {
        if holds(cx, predicate, item)? {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

/// The last item, or the last that a predicate holds for; arrays and lists are searched from their end.
fn last_item(cx: &mut Cx<'_>, source: Value, predicate: Option<Value>) -> Result<Option<Value>, Throw> {
    if let Some(len) = stored_items(cx.heap, source).map(<[Value]>::len) {
        for index in (0..len).rev() {
            cx.charge(1)?;
            let Some(item) = stored_items(cx.heap, source).and_then(|items| items.get(index).copied()) else { break };
            match predicate {
                Some(predicate) if !holds(cx, predicate, item)? => {}
                _ => return Ok(Some(item)),
            }
        }
        return Ok(None);
    }
    if let Some(last) = order::end(cx, source, predicate, true) {
        return last;
    }
    let mut iter = iterate(cx, source)?;
    if predicate.is_none()
        && let Iter::Lazy(lazy) = &iter
        && let Some(last) = lazy.end(cx, true)
    {
        return last;
    }
    let places = iter.places();
    if (places == Places::List || (places != Places::None && predicate.is_none()))
        && let Some(count) = cheap_count(cx, source)?
    {
        return last_by_places(cx, source, predicate, count);
    }
    let mut last = None;
    while let Some(item) = iter.pull(cx)? {
        match predicate {
            Some(predicate) if !holds(cx, predicate, item)? => {}
            _ => last = Some(item),
        }
    }
    Ok(last)
}

/// The first item, or the last.
pub(super) fn end_item(cx: &mut Cx<'_>, source: Value, last: bool) -> Result<Option<Value>, Throw> {
    if last { last_item(cx, source, None) } else { first_item(cx, source, None) }
}

/// The same where the items have places: from the end on.
fn last_by_places(
    cx: &mut Cx<'_>,
    source: Value,
    predicate: Option<Value>,
    count: usize,
) -> Result<Option<Value>, Throw> {
    for before in (0..count).rev() {
        let mut iter = iterate(cx, source)?;
        iter.advance(cx, before)?;
        match (iter.pull(cx)?, predicate) {
            (Some(item), Some(predicate)) if !holds(cx, predicate, item)? => {}
            (item, _) => return Ok(item),
        }
    }
    Ok(None)
}

/// The only item, or the only one that a predicate holds for.
fn single_item(cx: &mut Cx<'_>, source: Value, predicate: Option<Value>) -> Result<Option<Value>, Throw> {
    let mut iter = iterate(cx, source)?;
    let mut single = None;
    while let Some(item) = iter.pull(cx)? {
        if let Some(predicate) = predicate
            && !holds(cx, predicate, item)?
        {
            continue;
        }
        if single.replace(item).is_some() {
            let matching = if predicate.is_some() { "matching " } else { "" };
            return Err(
                cx.throw(Exc::InvalidOperation, format_args!("Sequence contains more than one {matching}element"))
            );
        }
    }
    Ok(single)
}

type Find = fn(&mut Cx<'_>, Value, Option<Value>) -> Result<Option<Value>, Throw>;

fn of_all(cx: &mut Cx<'_>, args: &[Value], find: Find) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    match find(cx, source, None)? {
        Some(item) => Ok(item),
        None => Err(no_elements(cx)),
    }
}

fn of_matching(cx: &mut Cx<'_>, args: &[Value], find: Find) -> Result<Value, Throw> {
    let (source, predicate) = source_and(cx, args, "predicate")?;
    match find(cx, source, Some(predicate))? {
        Some(item) => Ok(item),
        None => Err(cx.throw(Exc::InvalidOperation, "Sequence contains no matching element")),
    }
}

fn or_default(cx: &mut Cx<'_>, item: Option<Value>) -> Result<Value, Throw> {
    let ty = cx.type_arg(0);
    match item {
        Some(item) => Ok(item),
        None => behaviour::default_of(cx.heap, ty),
    }
}

fn of_all_or_default(cx: &mut Cx<'_>, args: &[Value], find: Find) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let item = find(cx, source, None)?;
    or_default(cx, item)
}

fn of_matching_or_default(cx: &mut Cx<'_>, args: &[Value], find: Find) -> Result<Value, Throw> {
    let (source, predicate) = source_and(cx, args, "predicate")?;
    let item = find(cx, source, Some(predicate))?;
    or_default(cx, item)
}

fn of_all_or(cx: &mut Cx<'_>, args: &[Value], find: Find) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    Ok(find(cx, source, None)?.unwrap_or(arg(args, 1)))
}

fn of_matching_or(cx: &mut Cx<'_>, args: &[Value], find: Find) -> Result<Value, Throw> {
    let (source, predicate) = source_and(cx, args, "predicate")?;
    Ok(find(cx, source, Some(predicate))?.unwrap_or(arg(args, 2)))
}

/// The six overloads that `First`, `Last` and `Single` have.
macro_rules! finders {
    ($find:ident: $all:ident $matching:ident $all_default:ident $matching_default:ident $all_or:ident $matching_or:ident) => {
        pub(super) fn $all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
            of_all(cx, args, $find)
        }
        pub(super) fn $matching(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
            of_matching(cx, args, $find)
        }
        pub(super) fn $all_default(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
            of_all_or_default(cx, args, $find)
        }
        pub(super) fn $matching_default(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
            of_matching_or_default(cx, args, $find)
        }
        pub(super) fn $all_or(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
            of_all_or(cx, args, $find)
        }
        pub(super) fn $matching_or(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
            of_matching_or(cx, args, $find)
        }
    };
}

finders!(first_item: first first_by first_or_default first_or_default_by first_or first_or_by);
finders!(last_item: last last_by last_or_default last_or_default_by last_or last_or_by);
finders!(single_item: single single_by single_or_default single_or_default_by single_or single_or_by);

/// The item at an index, walking there unless the sequence has places.
fn item_at(cx: &mut Cx<'_>, source: Value, index: i32) -> Result<Option<Value>, Throw> {
    let Ok(index) = usize::try_from(index) else { return Ok(None) };
    if let Some(items) = stored_items(cx.heap, source) {
        return Ok(items.get(index).copied());
    }
    if let Some(found) = order::at(cx, source, index) {
        return found;
    }
    let mut iter = iterate(cx, source)?;
    iter.advance(cx, index)?;
    iter.pull(cx)
}

pub(super) fn element_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    match item_at(cx, source, as_i32(args, 1)?)? {
        Some(item) => Ok(item),
        // Lists say it themselves, and in other words.
        None if !matches!(cx.heap.get(source), Some(Object::Native(_))) => Err(index_out_of_range(cx, "index")),
        None => Err(out_of_range(cx, "index")),
    }
}

pub(super) fn element_at_or_default(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let item = item_at(cx, source, as_i32(args, 1)?)?;
    or_default(cx, item)
}

pub(super) fn any(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    if let Some(items) = stored_items(cx.heap, source) {
        return Ok(Value::Bool(!items.is_empty()));
    }
    if let Some(count) = cheap_count(cx, source)? {
        return Ok(Value::Bool(count > 0));
    }
    Ok(Value::Bool(iterate(cx, source)?.pull(cx)?.is_some()))
}

pub(super) fn any_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (source, predicate) = source_and(cx, args, "predicate")?;
    let mut iter = iterate(cx, source)?;
    while let Some(item) = iter.pull(cx)? {
        if holds(cx, predicate, item)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (source, predicate) = source_and(cx, args, "predicate")?;
    let mut iter = iterate(cx, source)?;
    while let Some(item) = iter.pull(cx)? {
        if !holds(cx, predicate, item)? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

fn count_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<usize, Throw> {
    let source = source(cx, args)?;
    count_of(cx, source)
}

fn count_matching(cx: &mut Cx<'_>, args: &[Value]) -> Result<usize, Throw> {
    let (source, predicate) = source_and(cx, args, "predicate")?;
    let mut iter = iterate(cx, source)?;
    let mut count = 0;
    while let Some(item) = iter.pull(cx)? {
        count += usize::from(holds(cx, predicate, item)?);
    }
    Ok(count)
}

pub(super) fn count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    count_all(cx, args).map(int)
}

pub(super) fn count_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    count_matching(cx, args).map(int)
}

fn long(count: usize) -> Value {
    Value::Int64(i64::try_from(count).unwrap_or(i64::MAX))
}

pub(super) fn long_count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    if let Some(count) = dispatch::known_count(cx, source)? {
        return Ok(long(count));
    }
    let mut iter = iterate(cx, source)?;
    let mut count = 0;
    while iter.pull(cx)?.is_some() {
        count += 1;
    }
    Ok(long(count))
}

pub(super) fn long_count_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    count_matching(cx, args).map(long)
}

pub(super) fn known_count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let count = cheap_count(cx, source)?;
    cx.set_out(0, int(count.unwrap_or(0)));
    Ok(Value::Bool(count.is_some()))
}

/// `Contains(value)`: a collection answers for itself, as in .NET (a set by its own comparer).
pub(super) fn contains(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    if let Some(Object::Native(object)) = cx.heap.get(source)
        && let Some(collection) = object.collection()
    {
        return (collection.contains)(cx, args);
    }
    contains_by(cx, &[source, arg(args, 1), Value::Null])
}

pub(super) fn contains_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let kind = comparer::kind_of(cx.heap, arg(args, 2));
    let mut iter = iterate(cx, source)?;
    while let Some(item) = iter.pull(cx)? {
        if comparer::equals(cx, kind, item, arg(args, 1))? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

/// `SequenceEqual(second)` and `SequenceEqual(second, comparer)`.
pub(super) fn sequence_equal(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let first = present(cx, args, 0, "first")?;
    let second = present(cx, args, 1, "second")?;
    let kind = comparer::kind_of(cx.heap, arg(args, 2));
    let (mut first, mut second) = (iterate(cx, first)?, iterate(cx, second)?);
    loop {
        match (first.pull(cx)?, second.pull(cx)?) {
            (Some(a), Some(b)) if comparer::equals(cx, kind, a, b)? => {}
            (None, None) => return Ok(Value::Bool(true)),
            _ => return Ok(Value::Bool(false)),
        }
    }
}
