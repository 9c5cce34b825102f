//! The `context` object, its parts, and the extension methods that come with it.

use crate::exchange::Call;
use crate::library::TypeDef;
use crate::types::TypeId;
use crate::value::sequence::Iter;
use crate::value::{Part, View};

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] = &[];

/// The type of a part of the context.
#[must_use]
pub fn type_of_part(part: Part) -> TypeId {
    let _ = part;
    TypeId::OBJECT
}

/// Begins to go through a part of the context that is a sequence.
#[must_use]
pub fn iterate_view(call: &Call, view: View) -> Option<Iter> {
    let _ = (call, view);
    None
}

/// How the collection interfaces reach a part of the context, when it is a collection.
#[must_use]
pub fn collection_of_view(view: View) -> Option<&'static super::collections::Collection> {
    let _ = view;
    None
}
