//! `context.User`, its groups and identities, and the groups of a product.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::exchange::{Call, Group, User};
use crate::library::{TypeDef, property};
use crate::types::TypeId;
use crate::value::{Part, Value, View};

use super::{known, part_at, text, utc};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.IUser").members(&[
    text!("string Email { get; }", |call, _| Some(&of(call)?.email)),
    text!("string FirstName { get; }", |call, _| Some(&of(call)?.first_name)),
    property("IEnumerable<IGroup> Groups { get; }", groups),
    text!("string Id { get; }", |call, _| Some(&of(call)?.id)),
    property("IEnumerable<IUserIdentity> Identities { get; }", identities),
    text!("string LastName { get; }", |call, _| Some(&of(call)?.last_name)),
    text!("string Note { get; }", |call, _| Some(&of(call)?.note)),
    property("DateTime RegistrationDate { get; }", |cx, _| Ok(utc(of(cx.call).map_or(0, |u| u.registration_date)))),
]);

pub(in crate::library) const GROUP: TypeDef = TypeDef::interface("ApiManagement.IGroup").members(&[
    text!("string Id { get; }", |call, view| Some(&group(call, view)?.id)),
    text!("string Name { get; }", |call, view| Some(&group(call, view)?.name)),
]);

pub(in crate::library) const IDENTITY: TypeDef = TypeDef::interface("ApiManagement.IUserIdentity").members(&[
    text!("string Id { get; }", |call, view| Some(&identity(call, view)?.0)),
    text!("string Provider { get; }", |call, view| Some(&identity(call, view)?.1)),
]);

fn of(call: &Call) -> Option<&User> {
    call.user.as_deref()
}

fn group(call: &Call, view: View) -> Option<&Group> {
    let groups = match view.part {
        Part::ProductGroup => &call.product.as_ref()?.groups,
        _ => &of(call)?.groups,
    };
    groups.get(view.index as usize)
}

fn identity(call: &Call, view: View) -> Option<&(String, String)> {
    of(call)?.identities.get(view.index as usize)
}

/// A sequence of `count` parts of one kind.
pub(super) fn views(cx: &mut Cx<'_>, ty: TypeId, part: Part, count: usize) -> Result<Value, Throw> {
    let items = (0..u32::try_from(count).unwrap_or(u32::MAX)).map(|i| part_at(part, i)).collect();
    Ok(cx.heap.new_array(ty, items)?)
}

fn groups(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let count = of(cx.call).map_or(0, |u| u.groups.len());
    views(cx, known::GROUP.id(), Part::UserGroup, count)
}

fn identities(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let count = of(cx.call).map_or(0, |u| u.identities.len());
    views(cx, known::IDENTITY.id(), Part::UserIdentity, count)
}
