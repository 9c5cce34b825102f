//! `context.LastError`.

use crate::error::PolicyError;
use crate::exchange::Call;
use crate::library::{TypeDef, property};
use crate::value::Value;

use super::text;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.ILastError").members(&[
    text!("string Source { get; }", |call, _| Some(&of(call)?.source)),
    text!("string Reason { get; }", |call, _| Some(&of(call)?.reason)),
    text!("string Message { get; }", |call, _| Some(&of(call)?.message)),
    text!("string Scope { get; }", |call, _| Some(&of(call)?.scope)),
    text!("string Section { get; }", |call, _| Some(&of(call)?.section)),
    text!("string Path { get; }", |call, _| Some(&of(call)?.path)),
    text!("string PolicyId { get; }", |call, _| Some(&of(call)?.policy_id)),
    property("int Elapsed { get; }", |_, _| Ok(Value::Int32(0))),
    property("int HttpErrorCode { get; }", |cx, _| {
        Ok(Value::Int32(of(cx.call).map_or(0, |error| i32::from(error.status))))
    }),
    property("int TransportErrorCode { get; }", |_, _| Ok(Value::Int32(0))),
]);

fn of(call: &Call) -> Option<&PolicyError> {
    call.last_error.as_deref()
}
