//! What all lazy operators are made of.

use crate::cx::{Cx, arg, as_bool, fault};
use crate::exception::{Exc, Throw, Trap};
use crate::library::collections::{collect, dispatch};
use crate::types::{self, TypeId};
use crate::value::Value;
use crate::value::heap::{NetObject, Object};
use crate::value::sequence::{Enumerator, Iter, Places, begin, iterate};

/// The result of a lazy operator: an enumerator that has not begun, cloned each time someone goes through it.
#[derive(Debug)]
pub(in crate::library) struct Query<E> {
    element: TypeId,
    begin: E,
}

impl<E> Query<E> {
    pub(super) const fn new(element: TypeId, begin: E) -> Self {
        Self { element, begin }
    }
}

impl<E: Enumerator + Clone + 'static> NetObject for Query<E> {
    fn net_type(&self) -> TypeId {
        types::construct(TypeId::ENUMERABLE, &[self.element])
    }
    fn iterate(&self, _: Value) -> Option<Iter> {
        Some(Iter::Lazy(Box::new(self.begin.clone())))
    }
}

/// A new lazy sequence.
pub(in crate::library) fn lazy<E>(cx: &mut Cx<'_>, element: TypeId, begin: E) -> Result<Value, Throw>
where
    E: Enumerator + Clone + 'static,
{
    Ok(cx.heap.new_native(Query { element, begin })?)
}

/// A sequence that is begun when its first item is asked for.
#[derive(Debug)]
pub(in crate::library) struct Source {
    value: Value,
    iter: Option<Iter>,
    /// A list is gone through by its places: whether it changes meanwhile is not looked at.
    by_places: bool,
}

impl Clone for Source {
    fn clone(&self) -> Self {
        Self { iter: None, ..*self }
    }
}

impl Source {
    pub(in crate::library) const fn new(value: Value) -> Self {
        Self { value, iter: None, by_places: false }
    }

    /// As `Skip` and `Take` go through lists.
    pub(super) const fn by_places(value: Value) -> Self {
        Self { value, iter: None, by_places: true }
    }

    /// The next item, charged.
    #[inline]
    pub(in crate::library) fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        match &mut self.iter {
            Some(iter) => iter.pull(cx),
            None => self.begun(cx)?.pull(cx),
        }
    }
}

impl Source {
    /// The sequence, begun but not gone into.
    fn begun(&mut self, cx: &mut Cx<'_>) -> Result<&mut Iter, Throw> {
        if self.iter.is_none() {
            self.iter = Some(match (self.value, cx.heap.get(self.value)) {
                (Value::Object(array), Some(Object::List(_))) if self.by_places => Iter::Array { array, index: 0 },
                _ => iterate(cx, self.value)?,
            });
        }
        self.iter.as_mut().ok_or(fault("a sequence that is begun"))
    }

    /// Whether each item can be had without those before it. An operator asks once, when it is made: what is asked here
    /// does not ask further.
    pub(super) fn places(&self, cx: &Cx<'_>) -> Places {
        places(cx, self.value)
    }

    /// The first or the last item.
    pub(super) fn end(&self, cx: &mut Cx<'_>, last: bool) -> Result<Option<Value>, Throw> {
        deeper(cx, |cx| super::element::end_item(cx, self.value, last))
    }

    /// Passes over items, computing none that have places.
    pub(super) fn advance(&mut self, cx: &mut Cx<'_>, count: usize) -> Result<(), Throw> {
        if count == 0 {
            return Ok(());
        }
        self.begun(cx)?.advance(cx, count)
    }

    /// How many items there are, where that is known without going through them.
    pub(super) fn cheap_count(&self, cx: &mut Cx<'_>) -> Result<Option<usize>, Throw> {
        cheap_count(cx, self.value)
    }

    /// `Count()`.
    pub(super) fn count(&self, cx: &mut Cx<'_>) -> Result<usize, Throw> {
        count(cx, self.value)
    }
}

/// Whether each item of a sequence can be had without those before it.
pub(super) fn places(cx: &Cx<'_>, sequence: Value) -> Places {
    begin(cx.heap, cx.call, sequence).map_or(Places::None, |iter| iter.places())
}

/// `TryGetNonEnumeratedCount`.
pub(super) fn cheap_count(cx: &mut Cx<'_>, sequence: Value) -> Result<Option<usize>, Throw> {
    match begin(cx.heap, cx.call, sequence) {
        Some(Iter::Lazy(lazy)) if !has_collection(cx, sequence) => deeper(cx, |cx| lazy.cheap_count(cx)),
        _ => dispatch::known_count(cx, sequence),
    }
}

fn has_collection(cx: &Cx<'_>, sequence: Value) -> bool {
    !matches!(cx.heap.get(sequence), Some(Object::Native(object)) if object.collection().is_none())
}

/// `Count()` of a sequence that is not null.
pub(super) fn count(cx: &mut Cx<'_>, sequence: Value) -> Result<usize, Throw> {
    if has_collection(cx, sequence)
        && let Some(count) = dispatch::known_count(cx, sequence)?
    {
        return Ok(count);
    }
    let mut iter = iterate(cx, sequence)?;
    if let Iter::Lazy(lazy) = &iter
        && let Some(count) = deeper(cx, |cx| lazy.count(cx))?
    {
        return Ok(count);
    }
    let mut count = 0;
    while iter.pull(cx)?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// All items for `ToArray` and for what needs them all before it gives its first.
pub(super) fn buffer(cx: &mut Cx<'_>, sequence: Value) -> Result<Vec<Value>, Throw> {
    if let Some(Iter::Lazy(lazy)) = begin(cx.heap, cx.call, sequence)
        && let Some(items) = deeper(cx, |cx| lazy.all(cx).transpose())?
    {
        return Ok(items);
    }
    collect(cx, sequence)
}

/// Asks a sequence that asks another: how deep that goes is what a program made it.
fn deeper<T>(cx: &mut Cx<'_>, ask: impl FnOnce(&mut Cx<'_>) -> Result<T, Throw>) -> Result<T, Throw> {
    cx.charge(1)?;
    cx.budget.depth = cx.budget.depth.checked_sub(1).ok_or(Trap::Depth)?;
    let answer = ask(cx);
    cx.budget.depth += 1;
    answer
}

/// Passes over items that must be computed.
pub(super) fn walk(items: &mut dyn Enumerator, cx: &mut Cx<'_>, count: usize) -> Result<(), Throw> {
    for _ in 0..count {
        cx.charge(1)?;
        if items.next(cx)?.is_none() {
            break;
        }
    }
    Ok(())
}

/// A buffer that an operator fills before it gives its first item.
pub(super) type Buffer = Option<std::vec::IntoIter<Value>>;

/// An argument that must not be null.
pub(super) fn present(cx: &mut Cx<'_>, args: &[Value], index: usize, parameter: &str) -> Result<Value, Throw> {
    match arg(args, index) {
        Value::Null => Err(cx.argument_null(parameter)),
        value => Ok(value),
    }
}

/// The first argument, which must not be null.
pub(super) fn source(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    present(cx, args, 0, "source")
}

/// The first two arguments, which must not be null.
pub(super) fn source_and(cx: &mut Cx<'_>, args: &[Value], parameter: &str) -> Result<(Value, Value), Throw> {
    Ok((source(cx, args)?, present(cx, args, 1, parameter)?))
}

/// What a predicate says of an item.
#[inline]
pub(super) fn holds(cx: &mut Cx<'_>, predicate: Value, item: Value) -> Result<bool, Throw> {
    let answer = cx.invoke(predicate, &[item])?;
    as_bool(&[answer], 0)
}

/// Calls a delegate that may take the item's index as well.
pub(super) fn call_indexed(
    cx: &mut Cx<'_>,
    delegate: Value,
    item: Value,
    index: &mut Option<i32>,
) -> Result<Value, Throw> {
    let Some(n) = *index else { return cx.invoke(delegate, &[item]) };
    *index = Some(n.checked_add(1).ok_or_else(|| cx.throw_default(Exc::Overflow))?);
    cx.invoke(delegate, &[item, Value::Int32(n)])
}

/// `ArgumentOutOfRangeException` with its standard message.
pub(super) fn out_of_range(cx: &mut Cx<'_>, parameter: &str) -> Throw {
    cx.throw_argument(Exc::ArgumentOutOfRange, "Specified argument was out of the range of valid values.", parameter)
}

/// `InvalidOperationException` of an empty sequence.
pub(super) fn no_elements(cx: &mut Cx<'_>) -> Throw {
    cx.throw(Exc::InvalidOperation, "Sequence contains no elements")
}
