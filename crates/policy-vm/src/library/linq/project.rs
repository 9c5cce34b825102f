//! Operators that make other items of items: `Select`, `SelectMany`, `Cast`, `Zip`.

use super::query::{Source, call_indexed, lazy, present, source, source_and};
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::types::{self, TypeId};
use crate::value::sequence::Enumerator;
use crate::value::{Value, cast};

#[derive(Clone, Debug)]
struct Select {
    source: Source,
    selector: Value,
    index: Option<i32>,
}

impl Enumerator for Select {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let Some(item) = self.source.next(cx)? else { return Ok(None) };
        call_indexed(cx, self.selector, item, &mut self.index).map(Some)
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
    lazy(cx, element, Select { source: Source::new(source), selector, index })
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

/// The sequence itself, whatever it is.
pub(super) fn as_enumerable(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(arg(args, 0))
}
