//! `System.Xml` and `System.Xml.Linq`.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::TypeDef;
use crate::value::Value;

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] = &[];

/// `XNodeEqualityComparer.Equals`.
pub(crate) fn trees_equal(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<bool, Throw> {
    let _ = cx;
    Ok(a == b)
}

/// `XNodeEqualityComparer.GetHashCode`.
pub(crate) fn tree_hash(cx: &mut Cx<'_>, node: Value) -> Result<u64, Throw> {
    let _ = (cx, node);
    Ok(0)
}
