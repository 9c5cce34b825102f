//! Operators that make collections of sequences, and those that make sequences of nothing.

use super::query::{Query, buffer, lazy, out_of_range, present, source};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::Throw;
use crate::library::collections::dictionary::{insert_new, new_dictionary};
use crate::library::collections::dispatch::pair_parts;
use crate::library::collections::hash_set::new_set;
use crate::library::collections::list::new_list;
use crate::library::collections::{collect, new_array};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::sequence::{Enumerator, Places, iterate};

pub(super) fn to_array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (source, element) = (source(cx, args)?, cx.type_arg(0));
    let items = buffer(cx, source)?;
    if items.is_empty() {
        return Ok(cx.heap.empty_array(element)?);
    }
    Ok(new_array(cx.heap, element, items)?)
}

pub(super) fn to_list(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (source, element) = (source(cx, args)?, cx.type_arg(0));
    let items = collect(cx, source)?;
    new_list(cx, element, items)
}

/// `ToHashSet()` and `ToHashSet(comparer)`.
pub(super) fn to_hash_set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (source, element) = (source(cx, args)?, cx.type_arg(0));
    new_set(cx, element, Some(source), arg(args, 1))
}

/// `ToDictionary(keySelector)` and `ToDictionary(keySelector, comparer)`.
pub(super) fn to_dictionary(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let key = present(cx, args, 1, "keySelector")?;
    let types = (cx.type_arg(1), cx.type_arg(0));
    fill(cx, source, key, None, types, arg(args, 2))
}

/// `ToDictionary(keySelector, elementSelector)`, with or without comparer.
pub(super) fn to_dictionary_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let key = present(cx, args, 1, "keySelector")?;
    let element = present(cx, args, 2, "elementSelector")?;
    let types = (cx.type_arg(1), cx.type_arg(2));
    fill(cx, source, key, Some(element), types, arg(args, 3))
}

fn fill(
    cx: &mut Cx<'_>,
    source: Value,
    key: Value,
    element: Option<Value>,
    types: (TypeId, TypeId),
    comparer: Value,
) -> Result<Value, Throw> {
    let dictionary = new_dictionary(cx, types.0, types.1, comparer)?;
    let mut iter = iterate(cx, source)?;
    while let Some(item) = iter.pull(cx)? {
        let key = cx.invoke(key, &[item])?;
        let value = match element {
            Some(selector) => cx.invoke(selector, &[item])?,
            None => item,
        };
        insert_new(cx, dictionary, key, value)?;
    }
    Ok(dictionary)
}

/// `ToDictionary()` of pairs, with or without comparer.
pub(super) fn pairs_to_dictionary(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let (key, value) = (cx.type_arg(0), cx.type_arg(1));
    let dictionary = new_dictionary(cx, key, value, arg(args, 1))?;
    let mut iter = iterate(cx, source)?;
    while let Some(pair) = iter.pull(cx)? {
        let (key, value) = pair_parts(cx, pair);
        insert_new(cx, dictionary, key, value)?;
    }
    Ok(dictionary)
}

#[derive(Clone, Debug)]
struct Range {
    next: i64,
    end: i64,
}

impl Enumerator for Range {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        if self.next >= self.end {
            return Ok(None);
        }
        cx.charge(1)?;
        let item = Value::Int32(i32::try_from(self.next).unwrap_or(i32::MAX));
        self.next += 1;
        Ok(Some(item))
    }
    fn remaining(&self) -> Option<usize> {
        usize::try_from(self.end - self.next).ok()
    }
    fn advance(&mut self, _: &mut Cx<'_>, count: usize) -> Result<(), Throw> {
        self.next = self.next.saturating_add(i64::try_from(count).unwrap_or(i64::MAX)).min(self.end);
        Ok(())
    }
    fn places(&self) -> Places {
        Places::List
    }
}

pub(super) fn range(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (start, count) = (i64::from(as_i32(args, 0)?), i64::from(as_i32(args, 1)?));
    let end = start + count;
    if count < 0 || end > i64::from(i32::MAX) + 1 {
        return Err(out_of_range(cx, "count"));
    }
    lazy(cx, TypeId::INT32, Range { next: start, end })
}

#[derive(Clone, Debug)]
struct Repeat {
    item: Value,
    left: usize,
}

impl Enumerator for Repeat {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        cx.charge(1)?;
        self.left = left;
        Ok(Some(self.item))
    }
    fn remaining(&self) -> Option<usize> {
        Some(self.left)
    }
    fn advance(&mut self, _: &mut Cx<'_>, count: usize) -> Result<(), Throw> {
        self.left = self.left.saturating_sub(count);
        Ok(())
    }
    fn places(&self) -> Places {
        Places::List
    }
}

pub(super) fn repeat(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Ok(left) = usize::try_from(as_i32(args, 1)?) else { return Err(out_of_range(cx, "count")) };
    let element = cx.type_arg(0);
    lazy(cx, element, Repeat { item: arg(args, 0), left })
}

pub(super) fn empty(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let element = cx.type_arg(0);
    nothing(cx, element)
}

/// An empty sequence.
pub(super) fn nothing(cx: &mut Cx<'_>, element: TypeId) -> Result<Value, Throw> {
    Ok(cx.heap.single("Empty", element, Query::new(element, Repeat { item: Value::Null, left: 0 }))?)
}
