//! `System.IComparable`.

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, method};
use crate::value::{Value, behaviour};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.IComparable")
    .members(&[method("int CompareTo(object obj)", compare_to)])
    .allow(Allow::None)
    .summary("Has an order.");

pub(super) fn compare_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(behaviour::compare(cx, arg(args, 0), arg(args, 1))? as i32))
}
