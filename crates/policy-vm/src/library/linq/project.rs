//! Operators that make other items of items: `Select`, `SelectMany`, `Cast`, `Zip`.

use super::query::{Source, call_indexed, cheap_count, lazy, present, source, source_and, walk};
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::collections::{ITEM, collect};
use crate::types::{self, Type, TypeId};
use crate::value::heap::Object;
use crate::value::sequence::{Enumerator, Places};
use crate::value::{Value, cast};

#[derive(Clone, Debug)]
struct Select {
    source: Source,
    selector: Value,
    index: Option<i32>,
    /// The source has places: the selector is called for no item that is passed over.
    placed: bool,
}

impl Enumerator for Select {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let Some(item) = self.source.next(cx)? else { return Ok(None) };
        call_indexed(cx, self.selector, item, &mut self.index).map(Some)
    }
    fn advance(&mut self, cx: &mut Cx<'_>, count: usize) -> Result<(), Throw> {
        if self.placed {
            return self.source.advance(cx, count);
        }
        walk(self, cx, count)
    }
    fn places(&self) -> Places {
        if self.placed { Places::Computed } else { Places::None }
    }
    fn end(&self, cx: &mut Cx<'_>, last: bool) -> Option<Result<Option<Value>, Throw>> {
        if !self.placed {
            return None;
        }
        let item = self.source.end(cx, last);
        Some(item.and_then(|item| item.map(|item| cx.invoke(self.selector, &[item])).transpose()))
    }
    fn cheap_count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        if self.placed { self.source.cheap_count(cx) } else { Ok(None) }
    }
}

pub(super) fn select(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    select_from(cx, args, None)
}

pub(super) fn select_indexed(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    select_from(cx, args, Some(0))
}

fn select_from(cx: &mut Cx<'_>, args: &[Value], index: Option<i32>) -> Result<Value, Throw> {
    let (source, selector) = source_and(cx, args, "selector")?;
    let element = cx.type_arg(1);
    let source = Source::new(source);
    let placed = index.is_none() && source.places(cx) != Places::None;
    lazy(cx, element, Select { source, selector, index, placed })
}

#[derive(Clone, Debug)]
struct SelectMany {
    source: Source,
    selector: Value,
    index: Option<i32>,
    result: Option<Value>,
    inner: Option<(Value, Source)>,
}

impl Enumerator for SelectMany {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        loop {
            if let Some((outer, inner)) = &mut self.inner {
                match (inner.next(cx)?, self.result) {
                    (Some(item), None) => return Ok(Some(item)),
                    (Some(item), Some(result)) => return cx.invoke(result, &[*outer, item]).map(Some),
                    (None, _) => self.inner = None,
                }
            }
            let Some(outer) = self.source.next(cx)? else { return Ok(None) };
            let items = call_indexed(cx, self.selector, outer, &mut self.index)?;
            self.inner = Some((outer, Source::new(items)));
        }
    }
    /// Sequences whose length is known are gone through when all of them are there.
    fn all(&self, cx: &mut Cx<'_>) -> Option<Result<Vec<Value>, Throw>> {
        if self.result.is_some() || self.index.is_some() {
            return None;
        }
        Some(self.gather(cx))
    }
}

impl SelectMany {
    fn gather(&self, cx: &mut Cx<'_>) -> Result<Vec<Value>, Throw> {
        let mut source = self.source.clone();
        let (mut parts, mut later) = (Vec::new(), Vec::new());
        while let Some(outer) = source.next(cx)? {
            let items = cx.invoke(self.selector, &[outer])?;
            cx.heap.charge(ITEM)?;
            if !items.is_null() && cheap_count(cx, items)?.is_some() {
                later.push((parts.len(), items));
                parts.push(Vec::new());
            } else {
                parts.push(collect(cx, items)?);
            }
        }
        for (place, items) in later {
            let items = collect(cx, items)?;
            if let Some(part) = parts.get_mut(place) {
                *part = items;
            }
        }
        Ok(parts.concat())
    }
}

pub(super) fn select_many(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    flatten(cx, args, None)
}

pub(super) fn select_many_indexed(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    flatten(cx, args, Some(0))
}

fn flatten(cx: &mut Cx<'_>, args: &[Value], index: Option<i32>) -> Result<Value, Throw> {
    let (source, selector) = source_and(cx, args, "selector")?;
    let element = cx.type_arg(1);
    lazy(cx, element, SelectMany { source: Source::new(source), selector, index, result: None, inner: None })
}

pub(super) fn select_many_result(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    flatten_result(cx, args, None)
}

pub(super) fn select_many_indexed_result(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    flatten_result(cx, args, Some(0))
}

fn flatten_result(cx: &mut Cx<'_>, args: &[Value], index: Option<i32>) -> Result<Value, Throw> {
    let (source, selector) = source_and(cx, args, "collectionSelector")?;
    let result = Some(present(cx, args, 2, "resultSelector")?);
    let element = cx.type_arg(2);
    lazy(cx, element, SelectMany { source: Source::new(source), selector, index, result, inner: None })
}

#[derive(Clone, Debug)]
struct Cast {
    source: Source,
    to: TypeId,
    /// True for `OfType`: items of other types are left out.
    only: bool,
}

impl Enumerator for Cast {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        while let Some(item) = self.source.next(cx)? {
            if !self.only {
                return cast::cast(cx, item, self.to).map(Some);
            }
            if cast::is_instance(cx.heap, item, self.to) {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }
}

/// What is an `IEnumerable<TResult>` already is given back as it is.
pub(super) fn cast(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let to = cx.type_arg(0);
    if cast::is_instance(cx.heap, source, types::construct(TypeId::ENUMERABLE, &[to])) {
        return Ok(source);
    }
    lazy(cx, to, Cast { source: Source::new(source), to, only: false })
}

pub(super) fn of_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let to = cx.type_arg(0);
    lazy(cx, to, Cast { source: Source::new(source), to, only: true })
}

#[derive(Clone, Debug)]
struct Zip {
    first: Source,
    second: Source,
    result: Value,
}

impl Enumerator for Zip {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let Some(a) = self.first.next(cx)? else { return Ok(None) };
        let Some(b) = self.second.next(cx)? else { return Ok(None) };
        cx.invoke(self.result, &[a, b]).map(Some)
    }
}

pub(super) fn zip(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let first = Source::new(present(cx, args, 0, "first")?);
    let second = Source::new(present(cx, args, 1, "second")?);
    let result = present(cx, args, 2, "resultSelector")?;
    let element = cx.type_arg(2);
    lazy(cx, element, Zip { first, second, result })
}

#[derive(Clone, Debug)]
struct Tuples {
    sources: Box<[Source]>,
    ty: TypeId,
}

impl Enumerator for Tuples {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let mut values = Vec::with_capacity(self.sources.len());
        for source in &mut self.sources {
            let Some(value) = source.next(cx)? else { return Ok(None) };
            values.push(value);
        }
        cx.heap.charge(values.len() * size_of::<Value>())?;
        let tuple = Object::Anonymous { ty: self.ty, values: values.into() };
        Ok(Some(Value::Object(cx.heap.new_object(tuple)?)))
    }
}

/// `Zip` without a selector, of two or three sequences.
pub(super) fn zip_tuples(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let mut sources = Vec::with_capacity(args.len());
    let mut elements = Vec::with_capacity(args.len());
    for (index, parameter) in ["first", "second", "third"].iter().enumerate().take(args.len()) {
        sources.push(Source::new(present(cx, args, index, parameter)?));
        elements.push((None, cx.type_arg(index)));
    }
    let ty = types::nameless(types::intern(Type::Tuple(elements.into())));
    lazy(cx, ty, Tuples { sources: sources.into(), ty })
}

/// The sequence itself, whatever it is.
pub(super) fn as_enumerable(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(arg(args, 0))
}
