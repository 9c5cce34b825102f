//! `context.Response`, and responses kept in variables.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::exchange::{Body, Call, Response};
use crate::library::{TypeDef, property};
use crate::value::{Part, Value, View};

use super::{part_at, view_arg};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.IResponse").members(&[
    property("IMessageBody Body { get; }", body),
    property("IReadOnlyDictionary<string, string[]> Headers { get; }", headers),
    property("int StatusCode { get; }", status_code),
    property("string StatusReason { get; }", status_reason),
]);

/// The response that a part is.
pub(super) fn of(call: &Call, view: View) -> Option<&Response> {
    match view.part {
        Part::Stored => call.stored.get(view.index as usize),
        _ => call.response.as_ref(),
    }
}

fn body(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    if of(cx.call, view).is_none_or(|r| matches!(r.body, Body::None)) {
        return Ok(Value::Null);
    }
    Ok(match view.part {
        Part::Stored => part_at(Part::StoredBody, view.index),
        _ => Part::ResponseBody.into(),
    })
}

fn headers(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    Ok(match view.part {
        Part::Stored => part_at(Part::StoredHeaders, view.index),
        _ => Part::ResponseHeaders.into(),
    })
}

fn status_code(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    Ok(Value::Int32(of(cx.call, view).map_or(0, |r| i32::from(r.status))))
}

fn status_reason(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    let Some(response) = of(cx.call, view) else { return Ok(Value::Null) };
    let standard = http::StatusCode::from_u16(response.status).ok().and_then(|s| s.canonical_reason());
    let reason = response.reason.as_deref().or(standard).unwrap_or_default();
    Ok(Value::String(cx.heap.new_str(reason)?))
}
