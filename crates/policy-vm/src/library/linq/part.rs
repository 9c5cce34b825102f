//! Operators that give part of a sequence, or more than it has: `Take`, `Skip`, `Concat`, `Append`, `Chunk` …

use std::collections::VecDeque;

use super::query::{Buffer, Source, lazy, out_of_range, present, source};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::Throw;
use crate::library::collections::{ITEM, collect, new_array};
use crate::types::{self, TypeId};
use crate::value::sequence::Enumerator;
use crate::value::{Value, behaviour};

/// An `int` argument that counts items, 0 for less.
fn count_arg(args: &[Value]) -> Result<usize, Throw> {
    Ok(usize::try_from(as_i32(args, 1)?).unwrap_or(0))
}

#[derive(Clone, Debug)]
struct Take {
    source: Source,
    left: usize,
}

impl Enumerator for Take {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                self.source.next(cx)
            }
            None => Ok(None),
        }
    }
}

pub(super) fn take(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let take = Take { source: Source::new(source(cx, args)?), left: count_arg(args)? };
    let element = cx.type_arg(0);
    lazy(cx, element, take)
}

#[derive(Clone, Debug)]
struct Skip {
    source: Source,
    left: usize,
}

impl Enumerator for Skip {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        while self.left > 0 {
            self.left -= 1;
            if self.source.next(cx)?.is_none() {
                self.left = 0;
                return Ok(None);
            }
        }
        self.source.next(cx)
    }
}

pub(super) fn skip(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let skip = Skip { source: Source::new(source(cx, args)?), left: count_arg(args)? };
    let element = cx.type_arg(0);
    lazy(cx, element, skip)
}

#[derive(Clone, Debug)]
struct SkipLast {
    source: Source,
    held: VecDeque<Value>,
    count: usize,
}

impl Enumerator for SkipLast {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        while let Some(item) = self.source.next(cx)? {
            if self.count == 0 {
                return Ok(Some(item));
            }
            if self.held.len() < self.count {
                cx.heap.charge(ITEM)?;
                self.held.push_back(item);
                continue;
            }
            self.held.push_back(item);
            return Ok(self.held.pop_front());
        }
        Ok(None)
    }
}

pub(super) fn skip_last(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = Source::new(source(cx, args)?);
    let skip = SkipLast { source, held: VecDeque::new(), count: count_arg(args)? };
    let element = cx.type_arg(0);
    lazy(cx, element, skip)
}

#[derive(Clone, Debug)]
struct TakeLast {
    source: Source,
    count: usize,
    items: Buffer,
}

impl Enumerator for TakeLast {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        if self.items.is_none() {
            let mut held = VecDeque::new();
            while let Some(item) = self.source.next(cx)? {
                if held.len() == self.count {
                    held.pop_front();
                } else {
                    cx.heap.charge(ITEM)?;
                }
                if self.count > 0 {
                    held.push_back(item);
                }
            }
            self.items = Some(Vec::from(held).into_iter());
        }
        Ok(self.items.as_mut().and_then(Iterator::next))
    }
}

pub(super) fn take_last(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = Source::new(source(cx, args)?);
    let take = TakeLast { source, count: count_arg(args)?, items: None };
    let element = cx.type_arg(0);
    lazy(cx, element, take)
}

/// One sequence after the other; `Append` and `Prepend` are such with an array of one item.
#[derive(Clone, Debug)]
struct Concat {
    first: Source,
    second: Source,
    in_second: bool,
}

impl Enumerator for Concat {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        if !self.in_second {
            if let Some(item) = self.first.next(cx)? {
                return Ok(Some(item));
            }
            self.in_second = true;
        }
        self.second.next(cx)
    }
}

pub(super) fn concat(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let first = present(cx, args, 0, "first")?;
    let second = present(cx, args, 1, "second")?;
    join(cx, first, second)
}

fn join(cx: &mut Cx<'_>, first: Value, second: Value) -> Result<Value, Throw> {
    let element = cx.type_arg(0);
    lazy(cx, element, Concat { first: Source::new(first), second: Source::new(second), in_second: false })
}

pub(super) fn append(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let one = single(cx, arg(args, 1))?;
    join(cx, source, one)
}

pub(super) fn prepend(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let one = single(cx, arg(args, 1))?;
    join(cx, one, source)
}

fn single(cx: &mut Cx<'_>, item: Value) -> Result<Value, Throw> {
    let element = cx.type_arg(0);
    Ok(cx.heap.new_array(element, vec![item])?)
}

#[derive(Clone, Debug)]
struct DefaultIfEmpty {
    source: Source,
    default: Option<Value>,
}

impl Enumerator for DefaultIfEmpty {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let item = self.source.next(cx)?;
        let default = self.default.take();
        Ok(item.or(default))
    }
}

/// `DefaultIfEmpty()` and `DefaultIfEmpty(defaultValue)`.
pub(super) fn default_if_empty(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = Source::new(source(cx, args)?);
    let element = cx.type_arg(0);
    let default = match args.get(1) {
        Some(default) => *default,
        None => behaviour::default_of(cx.heap, element)?,
    };
    lazy(cx, element, DefaultIfEmpty { source, default: Some(default) })
}

#[derive(Clone, Debug)]
struct Reverse {
    source: Value,
    items: Buffer,
}

impl Enumerator for Reverse {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let items = match &mut self.items {
            Some(items) => items,
            None => self.items.insert(collect(cx, self.source)?.into_iter()),
        };
        Ok(items.next_back())
    }
}

pub(super) fn reverse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let reverse = Reverse { source: source(cx, args)?, items: None };
    let element = cx.type_arg(0);
    lazy(cx, element, reverse)
}

#[derive(Clone, Debug)]
struct Chunk {
    source: Source,
    size: usize,
    element: TypeId,
}

impl Enumerator for Chunk {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let mut items = Vec::new();
        while items.len() < self.size {
            let Some(item) = self.source.next(cx)? else { break };
            cx.heap.charge(ITEM)?;
            items.push(item);
        }
        if items.is_empty() { Ok(None) } else { Ok(Some(new_array(cx.heap, self.element, items)?)) }
    }
}

pub(super) fn chunk(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = Source::new(source(cx, args)?);
    let Some(size) = usize::try_from(as_i32(args, 1)?).ok().filter(|size| *size > 0) else {
        return Err(out_of_range(cx, "size"));
    };
    let element = cx.type_arg(0);
    lazy(cx, types::array_of(element), Chunk { source, size, element })
}
