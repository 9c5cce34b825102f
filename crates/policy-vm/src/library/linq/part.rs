//! Operators that give part of a sequence, or more than it has: `Take`, `Skip`, `Concat`, `Append`, `Chunk` …

use std::collections::VecDeque;

use super::convert::nothing;
use super::query::{Buffer, Source, buffer, cheap_count, count, lazy, out_of_range, present, source};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::Throw;
use crate::library::collections::{ITEM, new_array};
use crate::types::{self, TypeId};
use crate::value::heap::Object;
use crate::value::sequence::{Enumerator, Places};
use crate::value::{Value, behaviour};

/// An `int` argument that counts items, 0 for less.
fn count_arg(args: &[Value]) -> Result<usize, Throw> {
    Ok(usize::try_from(as_i32(args, 1)?).unwrap_or(0))
}

#[derive(Clone, Debug)]
struct Take {
    source: Source,
    left: usize,
    /// Those of the source.
    places: Places,
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
    fn advance(&mut self, cx: &mut Cx<'_>, count: usize) -> Result<(), Throw> {
        match self.left.checked_sub(count) {
            Some(left) if left > 0 => {
                self.left = left;
                self.source.advance(cx, count)
            }
            // Of what is behind the end nothing is computed.
            _ => {
                self.left = 0;
                Ok(())
            }
        }
    }
    fn places(&self) -> Places {
        part(self.places)
    }
    fn cheap_count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        if self.places == Places::None {
            return Ok(None);
        }
        Ok(self.source.cheap_count(cx)?.map(|count| count.min(self.left)))
    }
    fn count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        match self.places {
            Places::Ordered | Places::List => Ok(Some(self.source.count(cx)?.min(self.left))),
            Places::Computed | Places::None => Ok(None),
        }
    }
}

/// The places of a part: any part has them.
const fn part(of: Places) -> Places {
    match of {
        Places::None => Places::Computed,
        other => other,
    }
}

pub(super) fn take(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (source, left) = (source(cx, args)?, count_arg(args)?);
    let element = cx.type_arg(0);
    if left == 0 {
        return nothing(cx, element);
    }
    let source = Source::by_places(source);
    let places = source.places(cx);
    lazy(cx, element, Take { source, left, places })
}

#[derive(Clone, Debug)]
struct Skip {
    source: Source,
    left: usize,
    /// Those of the source.
    places: Places,
}

impl Enumerator for Skip {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let left = std::mem::take(&mut self.left);
        self.source.advance(cx, left)?;
        self.source.next(cx)
    }
    fn advance(&mut self, _: &mut Cx<'_>, count: usize) -> Result<(), Throw> {
        self.left = self.left.saturating_add(count);
        Ok(())
    }
    fn places(&self) -> Places {
        part(self.places)
    }
    fn cheap_count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        if self.places == Places::None {
            return Ok(None);
        }
        Ok(self.source.cheap_count(cx)?.map(|count| count.saturating_sub(self.left)))
    }
    fn count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        match self.places {
            // The selectors of what is left are called.
            Places::Computed => Ok(None),
            _ => Ok(Some(self.source.count(cx)?.saturating_sub(self.left))),
        }
    }
}

pub(super) fn skip(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let count = count_arg(args)?;
    skip_some(cx, source, count)
}

fn skip_some(cx: &mut Cx<'_>, source: Value, left: usize) -> Result<Value, Throw> {
    let element = cx.type_arg(0);
    // Another operator's result is given back as it is.
    if left == 0 && matches!(cx.heap.get(source), Some(Object::Native(object)) if object.collection().is_none()) {
        return Ok(source);
    }
    let source = Source::by_places(source);
    let places = source.places(cx);
    lazy(cx, element, Skip { source, left, places })
}

#[derive(Clone, Debug)]
struct SkipLast {
    source: Source,
    held: VecDeque<Value>,
    count: usize,
    /// How many items come, once that is known from the number that there are.
    left: Option<usize>,
    begun: bool,
}

impl Enumerator for SkipLast {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        if !std::mem::replace(&mut self.begun, true) {
            self.left = self.source.cheap_count(cx)?.map(|all| all.saturating_sub(self.count));
        }
        if let Some(left) = self.left {
            let Some(left) = left.checked_sub(1) else { return Ok(None) };
            self.left = Some(left);
            return self.source.next(cx);
        }
        while let Some(item) = self.source.next(cx)? {
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
    let (source, count) = (source(cx, args)?, count_arg(args)?);
    if count == 0 {
        return skip_some(cx, source, 0);
    }
    let skip = SkipLast { source: Source::new(source), held: VecDeque::new(), count, left: None, begun: false };
    let element = cx.type_arg(0);
    lazy(cx, element, skip)
}

#[derive(Clone, Debug)]
struct TakeLast {
    source: Source,
    count: usize,
    items: Buffer,
    /// The number of items was known: those before the last were passed over.
    passed: bool,
}

impl Enumerator for TakeLast {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        if self.items.is_none() && !self.passed {
            if let Some(all) = self.source.cheap_count(cx)? {
                self.passed = true;
                self.source.advance(cx, all.saturating_sub(self.count))?;
            } else {
                self.items = Some(self.last_items(cx)?.into_iter());
            }
        }
        match &mut self.items {
            Some(items) => Ok(items.next()),
            None => self.source.next(cx),
        }
    }
}

impl TakeLast {
    fn last_items(&mut self, cx: &mut Cx<'_>) -> Result<Vec<Value>, Throw> {
        let mut held = VecDeque::new();
        while let Some(item) = self.source.next(cx)? {
            if held.len() == self.count {
                held.pop_front();
            } else {
                cx.heap.charge(ITEM)?;
            }
            held.push_back(item);
        }
        Ok(Vec::from(held))
    }
}

pub(super) fn take_last(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (source, count) = (source(cx, args)?, count_arg(args)?);
    let element = cx.type_arg(0);
    if count == 0 {
        return nothing(cx, element);
    }
    lazy(cx, element, TakeLast { source: Source::new(source), count, items: None, passed: false })
}

/// One sequence after the other; `Append` and `Prepend` are such with an array of one item.
#[derive(Clone, Debug)]
struct Concat {
    first: Source,
    second: Source,
    in_second: bool,
    /// One of them is a single item.
    single: bool,
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
    fn cheap_count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        let (first, second) = (self.first.cheap_count(cx)?, self.second.cheap_count(cx)?);
        Ok(first.zip(second).map(|(first, second)| first.saturating_add(second)))
    }
    fn count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        let mut both = 0_usize;
        for part in [&self.first, &self.second] {
            let count = match part.cheap_count(cx)? {
                Some(count) if !self.single => count,
                _ => part.count(cx)?,
            };
            both = both.saturating_add(count);
        }
        Ok(Some(both))
    }
}

pub(super) fn concat(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let first = present(cx, args, 0, "first")?;
    let second = present(cx, args, 1, "second")?;
    join(cx, first, second, false)
}

fn join(cx: &mut Cx<'_>, first: Value, second: Value, single: bool) -> Result<Value, Throw> {
    let element = cx.type_arg(0);
    let (first, second) = (Source::new(first), Source::new(second));
    lazy(cx, element, Concat { first, second, in_second: false, single })
}

pub(super) fn append(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let one = single(cx, arg(args, 1))?;
    join(cx, source, one, true)
}

pub(super) fn prepend(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let one = single(cx, arg(args, 1))?;
    join(cx, one, source, true)
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
    fn cheap_count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        Ok(self.source.cheap_count(cx)?.map(|count| count.max(1)))
    }
    fn count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        Ok(Some(self.source.count(cx)?.max(1)))
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
            None => self.items.insert(buffer(cx, self.source)?.into_iter()),
        };
        Ok(items.next_back())
    }
    fn cheap_count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        cheap_count(cx, self.source)
    }
    fn count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        count(cx, self.source).map(Some)
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
