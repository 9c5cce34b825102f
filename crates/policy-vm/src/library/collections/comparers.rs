//! `IEqualityComparer<T>` and `IComparer<T>`, and the default comparer as an object.

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::system::string_comparison::{self, StringComparer};
use crate::library::{Allow, TypeDef, method};
use crate::types::{self, TypeId};
use crate::value::comparer::{self, ComparerKind};
use crate::value::heap::NetObject;
use crate::value::{Value, behaviour};

pub(in crate::library) const EQUALITY: TypeDef = TypeDef::interface("System.Collections.Generic.IEqualityComparer<T>")
    .allow(Allow::None)
    .members(&[method("bool Equals(T x, T y)", equals), method("int GetHashCode(T obj)", hash)]);

pub(in crate::library) const ORDER: TypeDef = TypeDef::interface("System.Collections.Generic.IComparer<T>")
    .allow(Allow::None)
    .members(&[method("int Compare(T x, T y)", compare)]);

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(comparer::equals_with(cx, arg(args, 0), arg(args, 1), arg(args, 2))?))
}

fn hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let hash = comparer::hash_with(cx, arg(args, 0), arg(args, 1))?;
    Ok(Value::Int32((hash >> 32) as i32))
}

fn compare(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if cx.heap.native::<StringComparer>(arg(args, 0)).is_some() {
        return string_comparison::compare_values(cx, args);
    }
    let order = comparer::compare_with(cx, arg(args, 0), arg(args, 1), arg(args, 2))?;
    Ok(Value::Int32(order as i32))
}

/// `EqualityComparer<T>.Default`, which has no public name of its own here.
#[derive(Debug)]
struct Default {
    ty: TypeId,
}

impl NetObject for Default {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn comparer(&self) -> Option<ComparerKind> {
        Some(ComparerKind::Default)
    }
}

/// The default comparer of keys of the first type argument.
pub(super) fn default(cx: &mut Cx<'_>) -> Result<Value, Throw> {
    static KNOWN: types::Known = types::Known::new("System.Collections.Generic.IEqualityComparer<T>");
    let ty = types::construct(KNOWN.id(), &[cx.type_arg(0)]);
    Ok(cx.heap.new_native(Default { ty })?)
}

/// `KeyValuePair<K,V>.Equals`: both parts equal.
pub(super) fn pairs_equal(cx: &mut Cx<'_>, a: (Value, Value), b: (Value, Value)) -> Result<bool, Throw> {
    Ok(behaviour::equals(cx, a.0, b.0)? && behaviour::equals(cx, a.1, b.1)?)
}
