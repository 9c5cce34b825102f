//! `Newtonsoft.Json`: trees of tokens.

use crate::library::TypeDef;
use crate::types::TypeId;
use crate::value::Ref;
use crate::value::heap::Heap;
use crate::value::sequence::Iter;

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

/// How the collection interfaces reach a token, when it is a container.
#[must_use]
pub fn collection_of_node(node: &Node) -> Option<&'static super::collections::Collection> {
    let _ = node;
    None
}
