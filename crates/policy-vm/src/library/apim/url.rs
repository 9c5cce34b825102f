//! `IUrl`: a URL in parts.

use crate::cx::{Cx, fault};
use crate::exception::Throw;
use crate::exchange::{Call, Url};
use crate::library::{TypeDef, method, property};
use crate::types::TypeId;
use crate::value::{Part, Value, View};

use super::{dictionaries, text, view_arg};
use crate::library::json::convert::member;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.IUrl").members(&[
    text!("string Host { get; }", |call, view| Some(&of(call, view)?.host)),
    text!("string Path { get; }", |call, view| Some(&of(call, view)?.path)),
    property("int Port { get; }", port),
    property("IReadOnlyDictionary<string, string[]> Query { get; }", query),
    property("string QueryString { get; }", query_string),
    text!("string Scheme { get; }", |call, view| Some(&of(call, view)?.scheme)),
    method("Uri ToUri()", to_uri),
    method("string ToString()", to_string),
]);

/// The URL that a part is.
pub(super) fn of(call: &Call, view: View) -> Option<&Url> {
    match view.part {
        Part::RequestUrl => Some(&call.request.url),
        Part::RequestOriginalUrl => Some(&call.original_url),
        Part::ApiServiceUrl | Part::ProductApiServiceUrl => super::api::of(call, view)?.service_url.as_ref(),
        _ => None,
    }
}

fn default_port(scheme: &str) -> u16 {
    if scheme.eq_ignore_ascii_case("http") { 80 } else { 443 }
}

/// The whole URL, without the port that its scheme has anyway.
pub(super) fn text(url: &Url) -> String {
    let mut out = String::with_capacity(url.host.len() + url.path.len() + url.query.len() + 20);
    out.push_str(&url.scheme);
    out.push_str("://");
    out.push_str(&url.host);
    if url.port != 0 && url.port != default_port(&url.scheme) {
        out.push(':');
        out.push_str(&url.port.to_string());
    }
    out.push_str(&url.path);
    if !url.query.is_empty() {
        out.push('?');
        out.push_str(&url.query);
    }
    out
}

fn port(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    let port = of(cx.call, view).map_or(0, |url| if url.port == 0 { default_port(&url.scheme) } else { url.port });
    Ok(Value::Int32(i32::from(port)))
}

fn query(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    match view.part {
        Part::RequestUrl => return Ok(Part::RequestUrlQuery.into()),
        Part::RequestOriginalUrl => return Ok(Part::RequestOriginalUrlQuery.into()),
        _ => {}
    }
    // Nobody reads the query of a service URL often enough for a part of its own.
    let text = of(cx.call, view).map(|url| url.query.clone()).unwrap_or_default();
    let mut pairs: Vec<(String, Vec<Value>)> = Vec::new();
    for (name, value) in dictionaries::pairs(&text) {
        let name = dictionaries::decode(name);
        let value = Value::String(cx.heap.new_str(&dictionaries::decode(value))?);
        match pairs.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(&name)) {
            Some((_, values)) => values.push(value),
            None => pairs.push((name.into_owned(), vec![value])),
        }
    }
    let mut entries = Vec::new();
    for (name, values) in pairs {
        entries.push((cx.string(&name)?, cx.heap.new_array(TypeId::STRING, values)?));
    }
    let strings = crate::types::array_of(TypeId::STRING);
    super::new_dictionary(cx, TypeId::STRING, strings, &entries)?.ok_or(fault("dictionaries are not available"))
}

fn query_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    match of(cx.call, view) {
        Some(url) if !url.query.is_empty() => Ok(Value::String(cx.heap.new_str(&format!("?{}", url.query))?)),
        _ => cx.string(""),
    }
}

fn to_uri(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = to_string(cx, args)?;
    match member("System.Uri", "", &[TypeId::STRING]) {
        Some(run) => run(cx, &[text]),
        None => Err(fault("System.Uri is not available")),
    }
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    let text = of(cx.call, view).map(text).unwrap_or_default();
    cx.string(&text)
}
