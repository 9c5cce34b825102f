//! What all lazy operators are made of.

use crate::cx::{Cx, arg, as_bool};
use crate::exception::{Exc, Throw};
use crate::types::{self, TypeId};
use crate::value::Value;
use crate::value::heap::NetObject;
use crate::value::sequence::{Enumerator, Iter, iterate};

/// The result of a lazy operator: an enumerator that has not begun, cloned each time someone goes through it.
#[derive(Debug)]
pub(in crate::library) struct Query<E> {
    element: TypeId,
    begin: E,
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
}

impl Clone for Source {
    fn clone(&self) -> Self {
        Self::new(self.value)
    }
}

impl Source {
    pub(in crate::library) const fn new(value: Value) -> Self {
        Self { value, iter: None }
    }

    /// The next item, charged.
    #[inline]
    pub(in crate::library) fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        match &mut self.iter {
            Some(iter) => iter.pull(cx),
            None => self.iter.insert(iterate(cx, self.value)?).pull(cx),
        }
    }
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
