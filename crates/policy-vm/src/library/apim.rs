//! The `context` object, its parts, and the extension methods that come with it.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::exchange::Call;
use crate::library::TypeDef;
use crate::types::TypeId;
use crate::value::sequence::Iter;
use crate::value::text::TextBuf;
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

/// Appends `ToString()` of a part of the context.
///
/// # Errors
/// When a budget is exhausted.
pub fn write_view(cx: &mut Cx<'_>, view: View, out: &mut TextBuf) -> Result<(), Throw> {
    let _ = cx;
    out.push_str(&crate::types::net_name(type_of_part(view.part)));
    Ok(())
}
