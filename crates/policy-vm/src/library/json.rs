//! `Newtonsoft.Json`: trees of tokens.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::TypeDef;
use crate::types::TypeId;
use crate::value::Ref;
use crate::value::heap::Heap;
use crate::value::sequence::Iter;
use crate::value::text::TextBuf;

/// The types of this namespace.
pub(super) static TYPES: &[&TypeDef] = &[];

/// A node of a JSON tree.
#[derive(Debug, Default)]
pub struct Node {}

impl Node {
    /// The run-time type.
    #[must_use]
    pub fn type_id(&self) -> TypeId {
        TypeId::OBJECT
    }
}

/// Begins to go through a token's children.
#[must_use]
pub fn iterate_node(heap: &Heap, node: Ref) -> Option<Iter> {
    let _ = (heap, node);
    None
}

/// Appends `ToString()` of a token.
///
/// # Errors
/// When a budget is exhausted.
pub fn write_text(cx: &mut Cx<'_>, node: Ref, out: &mut TextBuf) -> Result<(), Throw> {
    let _ = (cx, node, out);
    Ok(())
}

/// `JToken.Equals`.
///
/// # Errors
/// When a budget is exhausted.
pub fn equals(cx: &mut Cx<'_>, a: Ref, b: Ref) -> Result<bool, Throw> {
    let _ = cx;
    Ok(a == b)
}
