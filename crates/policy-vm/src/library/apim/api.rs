//! `context.Api`, and the APIs of a product.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::exchange::{Api, Call};
use crate::library::{TypeDef, property};
use crate::types::TypeId;
use crate::value::{Part, Value, View};

use super::{part_at, text, view_arg};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.IApi").members(&[
    text!("string Id { get; }", |call, view| Some(&of(call, view)?.id)),
    text!("string Name { get; }", |call, view| Some(&of(call, view)?.name)),
    text!("string Path { get; }", |call, view| Some(&of(call, view)?.path)),
    property("IEnumerable<string> Protocols { get; }", protocols),
    property("IUrl ServiceUrl { get; }", service_url),
    property("ISubscriptionKeyParameterNames SubscriptionKeyParameterNames { get; }", key_names),
]);

pub(in crate::library) const CONTEXT_API: TypeDef =
    TypeDef::interface("ApiManagement.IContextApi").interfaces(&["ApiManagement.IApi"]).members(&[
        property("bool IsCurrentRevision { get; }", is_current_revision),
        text!("string Revision { get; }", |call, view| Some(&of(call, view)?.revision)),
        text!("string Version { get; }", |call, view| Some(&of(call, view)?.version)),
    ]);

pub(in crate::library) const KEY_NAMES: TypeDef = TypeDef::interface("ApiManagement.ISubscriptionKeyParameterNames")
    .members(&[
        text!("string Header { get; }", |call, view| Some(&of(call, view)?.key_header)),
        text!("string Query { get; }", |call, view| Some(&of(call, view)?.key_query)),
    ]);

/// The API that a part is, or belongs to.
pub(super) fn of(call: &Call, view: View) -> Option<&Api> {
    match view.part {
        Part::Api | Part::ApiServiceUrl | Part::ApiKeyNames => call.api.as_deref(),
        Part::ProductApi | Part::ProductApiServiceUrl | Part::ProductApiKeyNames => {
            call.product.as_ref()?.apis.get(view.index as usize).map(|api| &**api)
        }
        _ => None,
    }
}

fn protocols(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    let mut items = Vec::new();
    for protocol in of(cx.call, view).map(|api| api.protocols.as_slice()).unwrap_or_default() {
        items.push(Value::String(cx.heap.new_str(protocol)?));
    }
    Ok(cx.heap.new_array(TypeId::STRING, items)?)
}

fn service_url(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    if of(cx.call, view).is_none_or(|api| api.service_url.is_none()) {
        return Ok(Value::Null);
    }
    let part = if view.part == Part::Api { Part::ApiServiceUrl } else { Part::ProductApiServiceUrl };
    Ok(part_at(part, view.index))
}

fn key_names(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    let part = if view.part == Part::Api { Part::ApiKeyNames } else { Part::ProductApiKeyNames };
    Ok(part_at(part, view.index))
}

fn is_current_revision(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    Ok(Value::Bool(of(cx.call, view).is_some_and(|api| api.is_current_revision)))
}
