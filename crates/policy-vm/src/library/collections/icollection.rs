//! `System.Collections.Generic.ICollection<T>`.

use super::dispatch::{self, of};
use super::list::copy_into;
use super::{collect, int};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::Throw;
use crate::library::{TypeDef, method, property};
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.Collections.Generic.ICollection<T>")
    .interfaces(&["IEnumerable<T>"])
    .summary("A sequence whose number of items is known.")
    .members(&[
        property("int Count { get; }", count),
        property("bool IsReadOnly { get; }", is_read_only),
        method("void Add(T item)", |cx, args| (of(cx, arg(args, 0)).add)(cx, args)),
        method("void Clear()", |cx, args| (of(cx, arg(args, 0)).clear)(cx, args)),
        method("bool Contains(T item)", |cx, args| (of(cx, arg(args, 0)).contains)(cx, args)),
        method("void CopyTo(T[] array, int arrayIndex)", copy_to),
        method("bool Remove(T item)", |cx, args| (of(cx, arg(args, 0)).remove)(cx, args)),
    ]);

/// `Count` of any collection.
pub(super) fn count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    dispatch::count(cx, arg(args, 0)).map(int)
}

fn is_read_only(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(of(cx, arg(args, 0)).is_read_only))
}

/// `CopyTo(array, index)` of any collection.
pub(super) fn copy_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let items = collect(cx, arg(args, 0))?;
    copy_into(cx, &items, arg(args, 1), as_i32(args, 2)?)
}
