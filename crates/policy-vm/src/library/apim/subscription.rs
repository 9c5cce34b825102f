//! `context.Subscription`.

use crate::exchange::{Call, Subscription};
use crate::library::{TypeDef, property};
use crate::value::Value;

use super::{text, utc};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.ISubscription").members(&[
    property("DateTime CreatedDate { get; }", |cx, _| Ok(utc(of(cx.call).map_or(0, |s| s.created)))),
    property("DateTime? EndDate { get; }", |cx, _| Ok(of(cx.call).and_then(|s| s.end).map_or(Value::Null, utc))),
    text!("string Id { get; }", |call, _| Some(&of(call)?.id)),
    // The primary key, by its older name.
    text!("string Key { get; }", |call, _| Some(&of(call)?.primary_key)),
    text!("string Name { get; }", |call, _| Some(&of(call)?.name)),
    text!("string PrimaryKey { get; }", |call, _| Some(&of(call)?.primary_key)),
    text!("string SecondaryKey { get; }", |call, _| Some(&of(call)?.secondary_key)),
    property("DateTime? StartDate { get; }", |cx, _| Ok(of(cx.call).and_then(|s| s.start).map_or(Value::Null, utc))),
]);

fn of(call: &Call) -> Option<&Subscription> {
    call.subscription.as_deref()
}
