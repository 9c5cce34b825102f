//! `OrderBy` and `ThenBy`: stable, by keys that are computed once.

use std::cmp::Ordering;

use super::query::{Buffer, present, source};
use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::collections::list::comparison_failed;
use crate::library::collections::{ITEM, collect};
use crate::types::{self, Known, TypeId};
use crate::value::comparer::{self, ComparerKind};
use crate::value::heap::NetObject;
use crate::value::sequence::{Enumerator, Iter};
use crate::value::{Value, sort};

/// One `OrderBy` or `ThenBy`.
#[derive(Clone, Copy, Debug)]
struct Level {
    /// Null: the item itself is the key.
    selector: Value,
    kind: ComparerKind,
    descending: bool,
}

/// An `IOrderedEnumerable<T>`.
#[derive(Clone, Debug)]
struct Ordered {
    element: TypeId,
    source: Value,
    levels: Vec<Level>,
}

impl NetObject for Ordered {
    fn net_type(&self) -> TypeId {
        static KNOWN: Known = Known::new("System.Linq.IOrderedEnumerable<TElement>");
        types::construct(KNOWN.id(), &[self.element])
    }
    fn iterate(&self, _: Value) -> Option<Iter> {
        Some(Iter::Lazy(Box::new(Sorted { query: self.clone(), items: None })))
    }
}

#[derive(Debug)]
struct Sorted {
    query: Ordered,
    items: Buffer,
}

impl Enumerator for Sorted {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let items = match &mut self.items {
            Some(items) => items,
            None => self.items.insert(self.query.sort(cx)?.into_iter()),
        };
        Ok(items.next())
    }
}

impl Ordered {
    fn sort(&self, cx: &mut Cx<'_>) -> Result<Vec<Value>, Throw> {
        let items = collect(cx, self.source)?;
        let keys = self.keys(cx, &items)?;
        let mut order: Vec<usize> = (0..items.len()).collect();
        let compared = sort::stable(cx, &mut order, &mut |cx, a, b| self.compare(cx, &keys, *a, *b));
        compared.map_err(|throw| comparison_failed(cx, throw))?;
        Ok(order.iter().filter_map(|at| items.get(*at).copied()).collect())
    }

    /// The keys, one level after the other.
    fn keys(&self, cx: &mut Cx<'_>, items: &[Value]) -> Result<Vec<Value>, Throw> {
        cx.heap.charge(items.len().saturating_mul(self.levels.len() + 1).saturating_mul(ITEM))?;
        let mut keys = Vec::with_capacity(items.len() * self.levels.len());
        for level in &self.levels {
            for item in items {
                keys.push(match level.selector {
                    Value::Null => *item,
                    selector => cx.invoke(selector, &[*item])?,
                });
            }
        }
        Ok(keys)
    }

    /// The item that would come first (or last), found without sorting; its exceptions are not wrapped either.
    fn end(&self, cx: &mut Cx<'_>, last: bool) -> Result<Option<Value>, Throw> {
        let items = collect(cx, self.source)?;
        let keys = self.keys(cx, &items)?;
        let mut best = 0;
        for at in 1..items.len() {
            cx.charge(1)?;
            let order = self.compare(cx, &keys, at, best)?;
            let better = if last { order != Ordering::Less } else { order == Ordering::Less };
            best = if better { at } else { best };
        }
        Ok(items.get(best).copied())
    }

    fn compare(&self, cx: &mut Cx<'_>, keys: &[Value], a: usize, b: usize) -> Result<Ordering, Throw> {
        let items = keys.len() / self.levels.len().max(1);
        for (n, level) in self.levels.iter().enumerate() {
            let key = |at: usize| keys.get(n * items + at).copied().unwrap_or(Value::Null);
            let order = comparer::compare(cx, level.kind, key(a), key(b))?;
            if order != Ordering::Equal {
                return Ok(if level.descending { order.reverse() } else { order });
            }
        }
        Ok(Ordering::Equal)
    }
}

/// `First()` or `Last()` of an ordered sequence; `None` for any other.
pub(super) fn end(cx: &mut Cx<'_>, source: Value, last: bool) -> Option<Result<Option<Value>, Throw>> {
    let ordered = cx.heap.native::<Ordered>(source)?.clone();
    Some(ordered.end(cx, last))
}

/// `OrderBy` and `OrderByDescending`, with or without comparer.
pub(super) fn order_by(cx: &mut Cx<'_>, args: &[Value], descending: bool) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let selector = present(cx, args, 1, "keySelector")?;
    let kind = comparer::kind_of(cx.heap, arg(args, 2));
    begin(cx, source, Level { selector, kind, descending })
}

/// `Order` and `OrderDescending`, with or without comparer.
pub(super) fn order(cx: &mut Cx<'_>, args: &[Value], descending: bool) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let kind = comparer::kind_of(cx.heap, arg(args, 1));
    begin(cx, source, Level { selector: Value::Null, kind, descending })
}

fn begin(cx: &mut Cx<'_>, source: Value, level: Level) -> Result<Value, Throw> {
    let element = cx.type_arg(0);
    Ok(cx.heap.new_native(Ordered { element, source, levels: vec![level] })?)
}

/// `ThenBy` and `ThenByDescending`, with or without comparer.
pub(super) fn then_by(cx: &mut Cx<'_>, args: &[Value], descending: bool) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let selector = present(cx, args, 1, "keySelector")?;
    let kind = comparer::kind_of(cx.heap, arg(args, 2));
    let mut ordered = cx.heap.native::<Ordered>(source).cloned().ok_or(fault("an ordered sequence was expected"))?;
    cx.heap.charge((ordered.levels.len() + 1) * size_of::<Level>())?;
    ordered.levels.push(Level { selector, kind, descending });
    Ok(cx.heap.new_native(ordered)?)
}
