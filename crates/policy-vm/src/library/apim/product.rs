//! `context.Product`.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::exchange::{Call, Product};
use crate::library::{TypeDef, property};
use crate::types::Known;
use crate::value::{Part, Value};

use super::user::views;
use super::{known, text};

static STATE_KIND: Known = Known::new("ApiManagement.ProductState");

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.IProduct").members(&[
    property("IEnumerable<IApi> Apis { get; }", apis),
    property("bool ApprovalRequired { get; }", |cx, _| {
        Ok(Value::Bool(of(cx.call).is_some_and(|p| p.approval_required)))
    }),
    property("IEnumerable<IGroup> Groups { get; }", groups),
    text!("string Id { get; }", |call, _| Some(&of(call)?.id)),
    text!("string Name { get; }", |call, _| Some(&of(call)?.name)),
    property("ProductState State { get; }", state),
    property("int? SubscriptionLimit { get; }", limit),
    property("int? SubscriptionsLimit { get; }", limit),
    property("bool SubscriptionRequired { get; }", |cx, _| {
        Ok(Value::Bool(of(cx.call).is_some_and(|p| p.subscription_required)))
    }),
]);

pub(in crate::library) const STATE: TypeDef =
    TypeDef::enumeration("ApiManagement.ProductState", &[("NotPublished", 0), ("Published", 1)]);

fn of(call: &Call) -> Option<&Product> {
    call.product.as_deref()
}

fn apis(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let count = of(cx.call).map_or(0, |p| p.apis.len());
    views(cx, known::API.id(), Part::ProductApi, count)
}

fn groups(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let count = of(cx.call).map_or(0, |p| p.groups.len());
    views(cx, known::GROUP.id(), Part::ProductGroup, count)
}

fn state(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Enum(STATE_KIND.id(), i64::from(of(cx.call).is_some_and(|p| p.published))))
}

fn limit(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(of(cx.call).and_then(|p| p.subscriptions_limit).map_or(Value::Null, Value::Int32))
}
