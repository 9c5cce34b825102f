//! `System.Collections.Generic.Queue<T>`.

use super::line::{self, End, clear, contains, copy_to, count, peek, put, take, to_array, try_peek, try_take};
use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::{TypeDef, constructor, method, property};
use crate::types;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Collections.Generic.Queue<T>")
    .interfaces(&["IReadOnlyCollection<T>"])
    .summary("First in, first out.")
    .members(&[
        constructor("Queue()", new_empty),
        constructor("Queue(int capacity)", new_with_capacity),
        constructor("Queue(IEnumerable<T> collection)", new_from),
        property("int Count { get; }", count),
        method("void Clear()", clear),
        method("bool Contains(T item)", contains),
        method("void CopyTo(T[] array, int arrayIndex)", copy_to),
        method("T Dequeue()", take),
        method("void Enqueue(T item)", put),
        method("IEnumerator<T> GetEnumerator()", super::enumerator::begin),
        method("T Peek()", peek),
        method("T[] ToArray()", to_array),
        method("void TrimExcess()", |_, _| Ok(Value::Null)),
        method("bool TryDequeue(out T result)", try_take),
        method("bool TryPeek(out T result)", try_peek),
    ]);

static KNOWN: types::Known = types::Known::new("System.Collections.Generic.Queue<T>");

fn new_empty(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    line::new(cx, &KNOWN, End::First, Vec::new())
}

fn new_with_capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    line::new_with_capacity(cx, args, &KNOWN, End::First)
}

fn new_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    line::new_from(cx, args, &KNOWN, End::First)
}
