//! `context` itself, and the small parts that have no file of their own.

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::exchange::GraphQl;
use crate::host::TraceRecord;
use crate::library::{TypeDef, method, property, view};
use crate::value::heap::Object;
use crate::value::{Part, Value};

use super::{part, part_if, part_or_null, text, utc};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.IContext").members(&[
    part_or_null!("IContextApi Api { get; }", Api, |call| call.api.is_some()),
    property("IBackend Backend { get; }", backend),
    view("IDeployment Deployment { get; }", Part::Deployment, part!(Deployment)),
    property("TimeSpan Elapsed { get; }", elapsed),
    part_or_null!("IGraphQL GraphQL { get; }", GraphQl, |call| call.graph_ql.is_some()),
    part_or_null!("ILastError LastError { get; }", LastError, |call| call.last_error.is_some()),
    part_or_null!("IOperation Operation { get; }", Operation, |call| call.operation.is_some()),
    part_or_null!("IProduct Product { get; }", Product, |call| call.product.is_some()),
    view("IRequest Request { get; }", Part::Request, part!(Request)),
    property("Guid RequestId { get; }", request_id),
    part_or_null!("IResponse Response { get; }", Response, |call| call.response.is_some()),
    part_or_null!("ISubscription Subscription { get; }", Subscription, |call| call.subscription.is_some()),
    property("DateTime Timestamp { get; }", |cx, _| Ok(utc(cx.call.timestamp))),
    property("bool Tracing { get; }", |cx, _| Ok(Value::Bool(cx.call.tracing))),
    part_or_null!("IUser User { get; }", User, |call| call.user.is_some()),
    view("IReadOnlyDictionary<string, object> Variables { get; }", Part::Variables, part!(Variables)),
    part_or_null!("IWorkspace Workspace { get; }", Workspace, |call| call.workspace.is_some()),
    method("void Trace(string message)", trace),
    method("void Trace(string source, object data)", trace_data),
]);

/// `IGraphQL`: only resolvers have it.
pub(in crate::library) const GRAPH_QL: TypeDef = TypeDef::interface("ApiManagement.IGraphQL").members(&[
    property("JObject Arguments { get; }", |cx, _| json(cx, |graph_ql| &graph_ql.arguments)),
    property("JObject GraphQLArguments { get; }", |cx, _| json(cx, |graph_ql| &graph_ql.arguments)),
    property("JObject Parent { get; }", |cx, _| json(cx, |graph_ql| &graph_ql.parent)),
]);

/// `IWorkspace`.
pub(in crate::library) const WORKSPACE: TypeDef = TypeDef::interface("ApiManagement.IWorkspace").members(&[
    text!("string Id { get; }", |call, _| Some(&call.workspace.as_ref()?.id)),
    text!("string Name { get; }", |call, _| Some(&call.workspace.as_ref()?.name)),
]);

/// One of the JSON objects of a resolver's call, null when there is none.
fn json(cx: &mut Cx<'_>, which: fn(&GraphQl) -> &Option<Box<str>>) -> Result<Value, Throw> {
    let Some(graph_ql) = cx.call.graph_ql.clone() else { return Ok(Value::Null) };
    match which(&graph_ql) {
        Some(text) => crate::library::json::parse_bytes(cx, text.as_bytes(), crate::library::json::Shape::Object),
        None => Ok(Value::Null),
    }
}

fn backend(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let entity = matches!(cx.call.backend, crate::exchange::BackendChoice::Entity(_));
    Ok(part_if(entity, Part::Backend))
}

fn elapsed(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let ticks = match cx.call.started {
        Some(started) => {
            let micros = cx.ambient.monotonic_micros().saturating_sub(started);
            i64::try_from(micros).unwrap_or(i64::MAX).saturating_mul(10)
        }
        None => cx.ambient.now_ticks().saturating_sub(cx.call.timestamp).max(0),
    };
    Ok(Value::TimeSpan(ticks))
}

fn request_id(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let id = cx.call.request_id;
    Ok(Value::Object(cx.heap.new_object(Object::Guid(id))?))
}

fn trace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    send(cx, "context", arg(args, 1))
}

fn trace_data(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = cx.string_opt(args, 1).map(|s| cx.text(s).to_utf8().into_owned()).unwrap_or_default();
    send(cx, &source, arg(args, 2))
}

fn send(cx: &mut Cx<'_>, source: &str, message: Value) -> Result<Value, Throw> {
    let message = crate::value::behaviour::to_text(cx, message)?;
    let message = cx.text(message).to_utf8();
    cx.ambient.trace(TraceRecord { source, severity: "information", message: &message, metadata: &[] });
    Ok(Value::Null)
}
