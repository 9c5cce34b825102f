//! The `context` object, its parts, and the extension methods that come with it.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::exchange::Call;
use crate::library::TypeDef;
use crate::types::{self, Type, TypeId};
use crate::value::sequence::Iter;
use crate::value::{Part, Value, View};

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

/// A new `Dictionary<TKey,TValue>` of these pairs, made by the members of that class.
///
/// # Errors
/// When a budget is exhausted.
pub(super) fn new_dictionary(
    cx: &mut Cx<'_>,
    key: TypeId,
    value: TypeId,
    pairs: &[(Value, Value)],
) -> Result<Option<Value>, Throw> {
    let library = super::get();
    let ty = types::construct(TypeId::DICTIONARY, &[key, value]);
    let Type::Named { def, args } = types::get(ty) else { return Ok(None) };
    let members = library.def(*def).members();
    let create = members.iter().find(|m| m.kind == super::MemberKind::Constructor && m.params.is_empty());
    let set = members.iter().find(|m| m.kind == super::MemberKind::Indexer && m.params.len() == 1).and_then(|m| m.set);
    let (Some(create), Some(set)) = (create, set) else { return Ok(None) };
    let outer = std::mem::replace(&mut cx.type_args, args);
    let made = fill(cx, create.run, set, pairs);
    cx.type_args = outer;
    made.map(Some)
}

fn fill(
    cx: &mut Cx<'_>,
    create: super::NativeFn,
    set: super::NativeFn,
    pairs: &[(Value, Value)],
) -> Result<Value, Throw> {
    let made = create(cx, &[])?;
    for (key, value) in pairs {
        set(cx, &[made, *key, *value])?;
    }
    Ok(made)
}

/// How the collection interfaces reach a part of the context, when it is a collection.
#[must_use]
pub fn collection_of_view(view: View) -> Option<&'static super::collections::Collection> {
    let _ = view;
    None
}

/// Appends `ToString()` of a part of the context.
///
/// # Errors
/// When a budget is exhausted.
pub fn write_view(cx: &mut Cx<'_>, view: View, out: &mut crate::value::text::TextBuf) -> Result<(), Throw> {
    let _ = cx;
    out.push_str(&types::net_name(type_of_part(view.part)));
    Ok(())
}
