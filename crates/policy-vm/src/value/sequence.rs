//! Going through sequences: `foreach`, LINQ, `string.Join` and everything else that takes an `IEnumerable<T>`.

use super::heap::{Heap, Object};
use super::{Ref, Value};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};

/// A position in a sequence: an `IEnumerator<T>`.
#[derive(Debug)]
#[non_exhaustive]
pub enum Iter {
    /// Through an array.
    Array {
        /// The array.
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
}

impl Iter {
    /// How many items are still to come, when that is known without computing them.
    #[must_use]
    pub fn remaining(&self, heap: &Heap) -> Option<usize> {
        let (len, index) = match self {
            Self::Array { array, index } => match heap.object(*array) {
                Object::Array(array) => (array.items.len(), *index),
                Object::Bytes(bytes) => (bytes.len(), *index),
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
                    _ => None,
                };
                *index += 1;
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
                *index += 1;
                Ok(item)
            }
            Self::Text { text, index } => {
                let unit = cx.heap.text(*text).get(*index);
                *index += 1;
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

fn begin(heap: &Heap, call: &crate::exchange::Call, value: Value) -> Option<Iter> {
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
