//! `context.LastError`.

use crate::error::PolicyError;
use crate::exchange::Call;
use crate::library::{TypeDef, property};
use crate::value::Value;

use super::text;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.ILastError").members(&[
    property("string Source { get; }", text!(|call, _| Some(&of(call)?.source))),
    property("string Reason { get; }", text!(|call, _| Some(&of(call)?.reason))),
    property("string Message { get; }", text!(|call, _| Some(&of(call)?.message))),
    property("string Scope { get; }", text!(|call, _| Some(&of(call)?.scope))),
    property("string Section { get; }", text!(|call, _| Some(&of(call)?.section))),
    property("string Path { get; }", text!(|call, _| Some(&of(call)?.path))),
    property("string PolicyId { get; }", text!(|call, _| Some(&of(call)?.policy_id))),
    property("int Elapsed { get; }", |_, _| Ok(Value::Int32(0))),
    property("int HttpErrorCode { get; }", |cx, _| {
        Ok(Value::Int32(of(cx.call).map_or(0, |error| i32::from(error.status))))
    }),
    property("int TransportErrorCode { get; }", |_, _| Ok(Value::Int32(0))),
]);

fn of(call: &Call) -> Option<&PolicyError> {
    call.last_error.as_deref()
}
