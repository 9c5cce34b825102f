//! `context.Operation`.

use crate::exchange::{Call, Operation};
use crate::library::TypeDef;

use super::text;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.IOperation").members(&[
    text!("string Id { get; }", |call, _| Some(&of(call)?.id)),
    text!("string Method { get; }", |call, _| Some(&of(call)?.method)),
    text!("string Name { get; }", |call, _| Some(&of(call)?.name)),
    text!("string UrlTemplate { get; }", |call, _| Some(&of(call)?.url_template)),
]);

fn of(call: &Call) -> Option<&Operation> {
    call.operation.as_deref()
}
