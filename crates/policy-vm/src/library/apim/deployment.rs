//! `context.Deployment` and `context.Backend`.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::exchange::{BackendChoice, Call, Deployment};
use crate::library::{TypeDef, property, view};
use crate::types::{Known, TypeId};
use crate::value::{Part, Value};

use super::{part, text};

static BACKEND_KIND: Known = Known::new("ApiManagement.BackendType");
static CARBON_KIND: Known = Known::new("ApiManagement.CarbonIntensityCategory");

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.IDeployment").members(&[
    property("IEnumerable<string> BaseUrls { get; }", |cx, _| Ok(cx.heap.new_array(TypeId::STRING, Vec::new())?)),
    view(
        "IReadOnlyDictionary<string, X509Certificate2> Certificates { get; }",
        Part::DeploymentCertificates,
        part!(DeploymentCertificates),
    ),
    view("IGateway Gateway { get; }", Part::Gateway, part!(Gateway)),
    text!("string GatewayId { get; }", |call, _| Some(&of(call)?.gateway_id)),
    text!("string Region { get; }", |call, _| Some(&of(call)?.region)),
    text!("string ServiceId { get; }", |call, _| Some(&of(call)?.service_id)),
    text!("string ServiceName { get; }", |call, _| Some(&of(call)?.service_name)),
    property("string Sku { get; }", |_, _| Ok(Value::Null)),
    view("ISustainabilityInfo SustainabilityInfo { get; }", Part::SustainabilityInfo, part!(SustainabilityInfo)),
    property("int Units { get; }", |_, _| Ok(Value::Int32(0))),
]);

pub(in crate::library) const GATEWAY: TypeDef = TypeDef::interface("ApiManagement.IGateway").members(&[
    text!("string Id { get; }", |call, _| Some(&of(call)?.gateway_id)),
    text!("string InstanceId { get; }", |call, _| Some(&of(call)?.instance_id)),
    property("bool IsManaged { get; }", |cx, _| {
        Ok(Value::Bool(of(cx.call).is_some_and(|d| d.gateway_id == "managed")))
    }),
]);

pub(in crate::library) const SUSTAINABILITY: TypeDef =
    TypeDef::interface("ApiManagement.ISustainabilityInfo")
        .members(&[property("CarbonIntensityCategory CurrentCarbonIntensity { get; }", |_, _| {
            Ok(Value::Enum(CARBON_KIND.id(), 0))
        })]);

pub(in crate::library) const CARBON: TypeDef = TypeDef::enumeration(
    "ApiManagement.CarbonIntensityCategory",
    &[("NotAvailable", 0), ("VeryLow", 1), ("Low", 2), ("Medium", 3), ("High", 4), ("VeryHigh", 5)],
);

pub(in crate::library) const BACKEND: TypeDef = TypeDef::interface("ApiManagement.IBackend").members(&[
    property("string Id { get; }", backend_id),
    property("string AzureRegion { get; }", |_, _| Ok(Value::Null)),
    property("BackendType Type { get; }", |_, _| Ok(Value::Enum(BACKEND_KIND.id(), 0))),
]);

pub(in crate::library) const BACKEND_TYPE: TypeDef =
    TypeDef::enumeration("ApiManagement.BackendType", &[("Single", 0), ("Pool", 1)]);

fn of(call: &Call) -> Option<&Deployment> {
    call.deployment.as_deref()
}

fn backend_id(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    match &cx.call.backend {
        BackendChoice::Entity(id) => Ok(Value::String(cx.heap.new_str(id)?)),
        _ => Ok(Value::Null),
    }
}
