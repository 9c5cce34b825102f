//! `context.Request`.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::exchange::Body;
use crate::library::{TypeDef, property, view};
use crate::value::{Part, Value};

use super::{certificate, known, part, part_if, text};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.IRequest").members(&[
    property("IAzureVnetInfo AzureVnetInfo { get; }", |_, _| Ok(Value::Null)),
    property("IMessageBody Body { get; }", |cx, _| {
        Ok(part_if(!matches!(cx.call.request.body, Body::None), Part::RequestBody))
    }),
    property("X509Certificate2 Certificate { get; }", client_certificate),
    property("IEnumerable<X509Certificate2> ClientCertificates { get; }", client_certificates),
    property("IFoundry Foundry { get; }", |_, _| Ok(Value::Null)),
    property("bool HasBody { get; }", |cx, _| Ok(Value::Bool(!matches!(cx.call.request.body, Body::None)))),
    view("IReadOnlyDictionary<string, string[]> Headers { get; }", Part::RequestHeaders, part!(RequestHeaders)),
    property("string IpAddress { get; }", ip_address),
    view(
        "IReadOnlyDictionary<string, string> MatchedParameters { get; }",
        Part::RequestMatchedParameters,
        part!(RequestMatchedParameters),
    ),
    text!("string Method { get; }", |call, _| Some(call.request.method.as_str())),
    text!("string OriginalMethod { get; }", |call, _| Some(call.original_method.as_str())),
    view("IUrl OriginalUrl { get; }", Part::RequestOriginalUrl, part!(RequestOriginalUrl)),
    property("IPrivateEndpointConnection PrivateEndpointConnection { get; }", |_, _| Ok(Value::Null)),
    view("IUrl Url { get; }", Part::RequestUrl, part!(RequestUrl)),
]);

pub(in crate::library) const VNET: TypeDef = TypeDef::interface("ApiManagement.IAzureVnetInfo").members(&[
    property("int PrivateLinkId { get; }", |_, _| Ok(Value::Int32(0))),
    property("string SnatVip { get; }", |_, _| Ok(Value::Null)),
    property("int SubnetId { get; }", |_, _| Ok(Value::Int32(0))),
    property("int VnetTrafficTag { get; }", |_, _| Ok(Value::Int32(0))),
]);

pub(in crate::library) const FOUNDRY: TypeDef = TypeDef::interface("ApiManagement.IFoundry")
    .members(&[property("string Deployment { get; }", |_, _| Ok(Value::Null))]);

pub(in crate::library) const ENDPOINT: TypeDef = TypeDef::interface("ApiManagement.IPrivateEndpointConnection")
    .members(&[
        property("string GroupId { get; }", |_, _| Ok(Value::Null)),
        property("string MemberName { get; }", |_, _| Ok(Value::Null)),
        property("string Name { get; }", |_, _| Ok(Value::Null)),
    ]);

fn client_certificate(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let bytes = cx.call.request.certificate.as_ref().map(|bytes| bytes.to_vec());
    certificate(cx, bytes)
}

fn client_certificates(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let mut items = vec![client_certificate(cx, args)?];
    items.retain(|item| !item.is_null());
    Ok(cx.heap.new_array(known::CERTIFICATE.id(), items)?)
}

fn ip_address(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    match cx.call.client_ip {
        Some(ip) => cx.string(&ip.to_string()),
        None => Ok(Value::Null),
    }
}
