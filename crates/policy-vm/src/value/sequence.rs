//! Going through sequences: `foreach`, LINQ, `string.Join` and everything else that takes an `IEnumerable<T>`.

use super::heap::{Heap, Object};
use super::{Ref, Value};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};

/// A position in a sequence: an `IEnumerator<T>`.
#[derive(Debug)]
#[non_exhaustive]
pub enum Iter {
    /// Through an array, or through the places of a list whether it changes meanwhile or not.
    Array {
        /// The array or list.
        array: Ref,
        /// What comes next.
        index: usize,
    },
    /// Through a `List<T>`.
    List {
        /// The list.
        list: Ref,
        /// What comes next.
        index: usize,
        /// The list's version when it began.
        version: u32,
    },
    /// Through the units of a string.
    Text {
        /// The string.
        text: super::text::Str,
        /// What comes next.
        index: usize,
    },
    /// Through values computed before.
    Items(std::vec::IntoIter<Value>),
    /// Through anything else.
    Lazy(Box<dyn Enumerator>),
}

/// A sequence that computes its items as they are asked for.
pub trait Enumerator: Send + Sync + std::fmt::Debug {
    /// The next item.
    ///
    /// # Errors
    /// What computing it throws.
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw>;
    /// How many items are still to come, when that is known without computing them.
    fn remaining(&self) -> Option<usize> {
        None
    }
    /// Passes over items. An operator with places computes none of them.
    ///
    /// # Errors
    /// What computing them throws.
    fn advance(&mut self, cx: &mut Cx<'_>, count: usize) -> Result<(), Throw> {
        for _ in 0..count {
            cx.charge(1)?;
            if self.next(cx)?.is_none() {
                break;
            }
        }
        Ok(())
    }
    /// Whether each item can be had without those before it: what .NET calls a partition.
    fn places(&self) -> Places {
        Places::None
    }
    /// The first or the last item, where it is found in another way than by going through all; `None` where it is not.
    fn end(&self, cx: &mut Cx<'_>, last: bool) -> Option<Result<Option<Value>, Throw>> {
        let _ = (cx, last);
        None
    }
    /// All items, where those who want them at once get them in another order of computing; `None` for the usual one.
    fn all(&self, cx: &mut Cx<'_>) -> Option<Result<Vec<Value>, Throw>> {
        let _ = cx;
        None
    }
    /// How many items there are, where that is known without going through them.
    ///
    /// # Errors
    /// When a budget is exhausted.
    fn cheap_count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        let _ = cx;
        Ok(self.remaining())
    }
    /// `Count()`, where it computes less than going through all items does.
    ///
    /// # Errors
    /// What counting throws.
    fn count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        let _ = cx;
        Ok(self.remaining())
    }
}

/// The position in what an object holds: going through it copies nothing.
#[derive(Debug)]
struct Held {
    object: Value,
    index: usize,
}

impl Held {
    fn items<'a>(&self, heap: &'a Heap) -> &'a [Value] {
        match heap.get(self.object) {
            Some(Object::Native(object)) => object.items(),
            _ => &[],
        }
    }
}

impl Enumerator for Held {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let item = self.items(cx.heap).get(self.index).copied();
        self.index = self.index.saturating_add(1);
        Ok(item)
    }
    fn advance(&mut self, cx: &mut Cx<'_>, count: usize) -> Result<(), Throw> {
        cx.charge(count.min(self.items(cx.heap).len()))?;
        self.index = self.index.saturating_add(count);
        Ok(())
    }
    fn cheap_count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        Ok(Some(self.items(cx.heap).len().saturating_sub(self.index)))
    }
    fn count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        self.cheap_count(cx)
    }
}

/// Which items of a sequence can be had without those before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    /// The first only.
    None,
    /// Each, once they are in order.
    Ordered,
    /// Each, and it is computed when it is asked for.
    Computed,
    /// Each, as those of a list.
    List,
}

impl Iter {
    /// Through [`NetObject::items`](super::heap::NetObject::items) of an object, each as it is when its turn comes.
    #[must_use]
    pub fn held(object: Value) -> Self {
        Self::Lazy(Box::new(Held { object, index: 0 }))
    }

    /// Whether each item can be had without those before it.
    #[must_use]
    pub fn places(&self) -> Places {
        match self {
            Self::Array { .. } | Self::List { .. } => Places::List,
            Self::Lazy(lazy) => lazy.places(),
            Self::Text { .. } | Self::Items(_) => Places::None,
        }
    }

    /// Passes over items, computing none that have places.
    ///
    /// # Errors
    /// What computing the others throws.
    pub fn advance(&mut self, cx: &mut Cx<'_>, count: usize) -> Result<(), Throw> {
        match self {
            Self::Array { index, .. } | Self::List { index, .. } | Self::Text { index, .. } => {
                *index = index.saturating_add(count);
            }
            Self::Items(items) => {
                if let Some(last) = count.checked_sub(1) {
                    cx.charge(count.min(items.len()))?;
                    items.nth(last);
                }
            }
            Self::Lazy(lazy) => {
                cx.charge(1)?;
                cx.budget.depth = cx.budget.depth.checked_sub(1).ok_or(crate::exception::Trap::Depth)?;
                let passed = lazy.advance(cx, count);
                cx.budget.depth += 1;
                return passed;
            }
        }
        Ok(())
    }

    /// How many items are still to come, when that is known without computing them.
    #[must_use]
    pub fn remaining(&self, heap: &Heap) -> Option<usize> {
        let (len, index) = match self {
            Self::Array { array, index } => match heap.object(*array) {
                Object::Array(array) => (array.items.len(), *index),
                Object::Bytes(bytes) => (bytes.len(), *index),
                Object::List(list) => (list.items.len(), *index),
                _ => return None,
            },
            Self::List { list, index, .. } => match heap.object(*list) {
                Object::List(list) => (list.items.len(), *index),
                _ => return None,
            },
            Self::Text { text, index } => (text.len(), *index),
            Self::Items(items) => (items.len(), 0),
            Self::Lazy(lazy) => return lazy.remaining(),
        };
        Some(len.saturating_sub(index))
    }

    /// The next item, counted against the budgets of instructions and of nesting: sequences over sequences are as
    /// deep as a program made them.
    ///
    /// # Errors
    /// As [`Iter::next`].
    pub fn pull(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        cx.charge(1)?;
        let Self::Lazy(lazy) = self else { return self.next(cx) };
        cx.budget.depth = cx.budget.depth.checked_sub(1).ok_or(crate::exception::Trap::Depth)?;
        let item = lazy.next(cx);
        cx.budget.depth += 1;
        item
    }

    /// The next item.
    ///
    /// # Errors
    /// What computing it throws; `InvalidOperationException` when a list changed meanwhile.
    pub fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        match self {
            Self::Array { array, index } => {
                let item = match cx.heap.object(*array) {
                    Object::Array(array) => array.items.get(*index).copied(),
                    Object::Bytes(bytes) => bytes.get(*index).map(|b| Value::Byte(*b)),
                    Object::List(list) => list.items.get(*index).copied(),
                    _ => None,
                };
                *index = index.saturating_add(1);
                Ok(item)
            }
            Self::List { list, index, version } => {
                let Object::List(list) = cx.heap.object(*list) else { return Ok(None) };
                if list.version != *version {
                    return Err(cx.throw(
                        Exc::InvalidOperation,
                        "Collection was modified; enumeration operation may not execute.",
                    ));
                }
                let item = list.items.get(*index).copied();
                *index = index.saturating_add(1);
                Ok(item)
            }
            Self::Text { text, index } => {
                let unit = cx.heap.text(*text).get(*index);
                *index = index.saturating_add(1);
                Ok(unit.map(Value::Char))
            }
            Self::Items(items) => Ok(items.next()),
            Self::Lazy(enumerator) => enumerator.next(cx),
        }
    }
}

/// Begins to go through a sequence: `value.GetEnumerator()`.
///
/// # Errors
/// `NullReferenceException` for null; a fault for what is no sequence.
pub fn iterate(cx: &mut Cx<'_>, value: Value) -> Result<Iter, Throw> {
    if value.is_null() {
        return Err(cx.throw_default(Exc::NullReference));
    }
    begin(cx.heap, cx.call, value).ok_or(crate::cx::fault("not a sequence"))
}

/// The same, where it is a sequence.
pub(crate) fn begin(heap: &Heap, call: &crate::exchange::Call, value: Value) -> Option<Iter> {
    match value {
        Value::String(text) => Some(Iter::Text { text, index: 0 }),
        Value::View(view) => crate::library::apim::iterate_view(call, view),
        Value::Object(handle) => match heap.object(handle) {
            Object::Array(_) | Object::Bytes(_) => Some(Iter::Array { array: handle, index: 0 }),
            Object::List(list) => Some(Iter::List { list: handle, index: 0, version: list.version }),
            Object::Json(_) => crate::library::json::iterate_node(heap, handle),
            Object::Native(object) => object.iterate(value),
            _ => None,
        },
        _ => None,
    }
}
