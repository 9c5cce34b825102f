//! `context.Operation`.

use crate::exchange::{Call, Operation};
use crate::library::{TypeDef, property};

use super::text;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.IOperation").members(&[
    property("string Id { get; }", text!(|call, _| Some(&of(call)?.id))),
    property("string Method { get; }", text!(|call, _| Some(&of(call)?.method))),
    property("string Name { get; }", text!(|call, _| Some(&of(call)?.name))),
    property("string UrlTemplate { get; }", text!(|call, _| Some(&of(call)?.url_template))),
]);

fn of(call: &Call) -> Option<&Operation> {
    call.operation.as_deref()
}
