//! `OrderBy` and `ThenBy`: stable, by keys that are computed once.

use std::cmp::Ordering;

use super::query::{Buffer, buffer, cheap_count, count, holds, present, source, walk};
use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::collections::ITEM;
use crate::library::collections::list::comparison_failed;
use crate::machine::contained;
use crate::types::{self, Known, TypeId};
use crate::value::comparer::{self, ComparerKind};
use crate::value::heap::NetObject;
use crate::value::sequence::{Enumerator, Iter, Places, iterate};
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
        Some(Iter::Lazy(Box::new(Sorted { query: self.clone(), items: None, passed: 0 })))
    }
}

#[derive(Debug)]
struct Sorted {
    query: Ordered,
    items: Buffer,
    /// How many items were passed over before the first.
    passed: usize,
}

impl Enumerator for Sorted {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let items = match &mut self.items {
            Some(items) => items,
            None => {
                let mut sorted = self.query.sort(cx, self.passed)?.into_iter();
                if let Some(last) = self.passed.checked_sub(1) {
                    sorted.nth(last);
                }
                self.items.insert(sorted)
            }
        };
        Ok(items.next())
    }
    fn advance(&mut self, cx: &mut Cx<'_>, count: usize) -> Result<(), Throw> {
        match &mut self.items {
            Some(_) => walk(self, cx, count),
            None => {
                self.passed = self.passed.saturating_add(count);
                Ok(())
            }
        }
    }
    fn places(&self) -> Places {
        Places::Ordered
    }
    fn cheap_count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        cheap_count(cx, self.query.source)
    }
    fn count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        count(cx, self.query.source).map(Some)
    }
}

impl Ordered {
    /// The items in their order; nothing is compared, and no key asked for, when all of them are passed over.
    fn sort(&self, cx: &mut Cx<'_>, passed: usize) -> Result<Vec<Value>, Throw> {
        let items = buffer(cx, self.source)?;
        if items.len() <= passed {
            return Ok(Vec::new());
        }
        let keys = self.keys(cx, &items)?;
        let mut order: Vec<usize> = (0..items.len()).collect();
        let compared =
            contained(cx, |cx| sort::stable(cx, &mut order, &mut |cx, a, b| self.compare(cx, &keys, *a, *b)));
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

    /// The item that would come first (or last) of those that the predicate holds for, found without sorting: a key is
    /// asked for when it is compared, and what comparing throws is not wrapped.
    fn end(&self, cx: &mut Cx<'_>, predicate: Option<Value>, last: bool) -> Result<Option<Value>, Throw> {
        let mut items = iterate(cx, self.source)?;
        let mut best = None;
        let mut keys = Vec::new();
        while let Some(item) = items.pull(cx)? {
            if let Some(predicate) = predicate
                && !holds(cx, predicate, item)?
            {
                continue;
            }
            if best.is_none() {
                self.keep(cx, &mut keys, 0, item)?;
                best = Some(item);
            } else if self.beats(cx, &mut keys, item, last)? {
                best = Some(item);
            }
        }
        Ok(best)
    }

    fn key(cx: &mut Cx<'_>, level: &Level, item: Value) -> Result<Value, Throw> {
        match level.selector {
            Value::Null => Ok(item),
            selector => cx.invoke(selector, &[item]),
        }
    }

    /// Keeps the keys of an item from a level on.
    fn keep(&self, cx: &mut Cx<'_>, keys: &mut Vec<Value>, from: usize, item: Value) -> Result<(), Throw> {
        keys.truncate(from);
        for level in self.levels.iter().skip(from) {
            let key = Self::key(cx, level, item)?;
            keys.push(key);
        }
        Ok(())
    }

    /// Whether an item comes before (or behind) the one whose keys are kept; if so its own are.
    fn beats(&self, cx: &mut Cx<'_>, keys: &mut Vec<Value>, item: Value, last: bool) -> Result<bool, Throw> {
        for (n, level) in self.levels.iter().enumerate() {
            let (key, old) = (Self::key(cx, level, item)?, keys.get(n).copied().unwrap_or(Value::Null));
            let order = comparer::compare(cx, level.kind, key, old)?;
            if order == Ordering::Equal {
                continue;
            }
            let wins = ((order == Ordering::Less) != level.descending) != last;
            if wins {
                keys.truncate(n);
                keys.push(key);
                self.keep(cx, keys, n + 1, item)?;
            }
            return Ok(wins);
        }
        Ok(last)
    }

    /// The item at an index: what comparing throws is not wrapped here.
    fn at(&self, cx: &mut Cx<'_>, index: usize) -> Result<Option<Value>, Throw> {
        if index == 0 {
            return self.end(cx, None, false);
        }
        let items = buffer(cx, self.source)?;
        if items.len() <= index {
            return Ok(None);
        }
        let keys = self.keys(cx, &items)?;
        let mut order: Vec<usize> = (0..items.len()).collect();
        sort::stable(cx, &mut order, &mut |cx, a, b| self.compare(cx, &keys, *a, *b))?;
        Ok(order.get(index).and_then(|at| items.get(*at).copied()))
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

/// `First` or `Last` of an ordered sequence, perhaps with a predicate; `None` for any other sequence.
pub(super) fn end(
    cx: &mut Cx<'_>,
    source: Value,
    predicate: Option<Value>,
    last: bool,
) -> Option<Result<Option<Value>, Throw>> {
    let ordered = cx.heap.native::<Ordered>(source)?.clone();
    Some(ordered.end(cx, predicate, last))
}

/// `ElementAt` of an ordered sequence; `None` for any other.
pub(super) fn at(cx: &mut Cx<'_>, source: Value, index: usize) -> Option<Result<Option<Value>, Throw>> {
    let ordered = cx.heap.native::<Ordered>(source)?.clone();
    Some(ordered.at(cx, index))
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
