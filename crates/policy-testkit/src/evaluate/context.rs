//! The context document: a JSON description of `context`, filled into an exchange.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use policy_vm::Exchange;
use policy_vm::exchange::{
    Api, Body, Deployment, GraphQl, Group, Operation, Product, Response, Subscription, Url, User, Workspace,
};
use serde_json::{Map, Value as Json};

/// What a context document is wrong in.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct ContextError {
    path: String,
    problem: String,
}

fn wrong(path: &str, problem: impl Into<String>) -> ContextError {
    ContextError { path: path.to_owned(), problem: problem.into() }
}

/// The document used when none is given.
pub const DEFAULT_CONTEXT: &str = include_str!("context.json");

/// `overrides` merged over `base`: objects member by member, everything else replaces; an object with a member whose name
/// begins with `$` replaces as a whole.
#[must_use]
pub fn merge(base: &Json, overrides: &Json) -> Json {
    let marked = |m: &Map<String, Json>| m.keys().any(|k| k.starts_with('$'));
    match (base, overrides) {
        (Json::Object(a), Json::Object(b)) if !marked(a) && !marked(b) => {
            let mut merged = a.clone();
            for (name, value) in b {
                let value = a.get(name).map_or_else(|| value.clone(), |before| merge(before, value));
                merged.insert(name.clone(), value);
            }
            Json::Object(merged)
        }
        _ => overrides.clone(),
    }
}

/// A document of one's own in the place of the default one: what it has of `context.Request`, `context.User` and so on
/// counts, property by property, and what it does not mention is as it was. Headers, variables and the like are those of
/// the document alone.
#[must_use]
pub fn replace(base: &Json, document: &Json) -> Json {
    let (Json::Object(base), Json::Object(document)) = (base, document) else { return document.clone() };
    let mut replaced = base.clone();
    for (name, value) in document {
        match (replaced.get_mut(name), value) {
            (Some(Json::Object(part)), Json::Object(members)) if name != "Variables" => {
                part.extend(members.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            _ => drop(replaced.insert(name.clone(), value.clone())),
        }
    }
    Json::Object(replaced)
}

/// The moment expressions see as now.
pub(super) fn now_ticks(document: &Json) -> i64 {
    let timestamp = document.get("Timestamp").and_then(Json::as_str).and_then(ticks);
    let elapsed = document.get("Elapsed").and_then(Json::as_str).and_then(span_ticks).unwrap_or(0);
    timestamp.unwrap_or(0).saturating_add(elapsed)
}

fn ticks(text: &str) -> Option<i64> {
    policy_vm::library::parse_iso_ticks(text)
}

/// `hh:mm:ss.fffffff`.
fn span_ticks(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (h, m, s): (i64, i64, f64) =
        (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((h * 3600 + m * 60) * 10_000_000 + (s * 1e7).round() as i64)
}

/// Fills an exchange from a context document.
///
/// # Errors
/// Names the member that has the wrong form.
pub fn fill(exchange: &mut Exchange, document: &Json) -> Result<(), ContextError> {
    let call = &mut exchange.call;
    if let Some(id) = text(document, "RequestId") {
        let hex: String = id.chars().filter(char::is_ascii_hexdigit).collect();
        for (i, byte) in call.request_id.iter_mut().enumerate() {
            *byte = hex.get(i * 2..i * 2 + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or(0);
        }
    }
    call.timestamp = text(document, "Timestamp").and_then(|t| ticks(&t)).unwrap_or(0);
    call.tracing = document.get("Tracing").and_then(Json::as_bool).unwrap_or(false);
    let request = document.get("Request").unwrap_or(&Json::Null);
    if let Some(method) = text(request, "Method") {
        call.request.method = method.parse().map_err(|_| wrong("Request.Method", "no HTTP method"))?;
    }
    if let Some(method) = text(request, "OriginalMethod") {
        call.original_method = method.parse().map_err(|_| wrong("Request.OriginalMethod", "no HTTP method"))?;
    }
    call.client_ip = text(request, "IpAddress").and_then(|ip| ip.parse().ok());
    if let Some(found) = text(request, "Url") {
        call.request.url = url("Request.Url", &found)?;
    }
    if let Some(found) = text(request, "OriginalUrl") {
        call.original_url = url("Request.OriginalUrl", &found)?;
    }
    for (name, value) in members(request.get("MatchedParameters")) {
        if let Some(value) = value.as_str() {
            call.matched_parameters.push((Arc::from(name.as_str()), value.to_owned()));
        }
    }
    call.request.headers = headers("Request.Headers", request.get("Headers"))?;
    call.request.body = body("Request.Body", request.get("Body"))?;
    call.request.certificate = text(request, "Certificate").and_then(|c| decode(&c));
    call.response = match document.get("Response") {
        Some(response @ Json::Object(_)) => Some(response_of("Response", response)?),
        _ => None,
    };
    fill_caller(exchange, document);
    fill_surroundings(exchange, document);
    fill_error(exchange, document);
    Ok(())
}

/// A response as the document describes it.
pub(super) fn response_of(path: &str, document: &Json) -> Result<Response, ContextError> {
    Ok(Response {
        status: document.get("StatusCode").and_then(Json::as_u64).and_then(|n| u16::try_from(n).ok()).unwrap_or(200),
        reason: text(document, "StatusReason").map(Into::into),
        headers: headers(path, document.get("Headers"))?,
        body: body(path, document.get("Body"))?,
    })
}

fn fill_caller(exchange: &mut Exchange, document: &Json) {
    let call = &mut exchange.call;
    call.user = object(document, "User").map(|user| Arc::new(user_of(user)));
    call.subscription = object(document, "Subscription").map(|s| {
        Arc::new(Subscription {
            id: string(s, "Id"),
            name: string(s, "Name"),
            primary_key: string(s, "PrimaryKey"),
            secondary_key: string(s, "SecondaryKey"),
            created: text(s, "CreatedDate").and_then(|t| ticks(&t)).unwrap_or(0),
            start: text(s, "StartDate").and_then(|t| ticks(&t)),
            end: text(s, "EndDate").and_then(|t| ticks(&t)),
            product: None,
            owner: None,
        })
    });
    call.product = object(document, "Product").map(|p| {
        Arc::new(Product {
            id: string(p, "Id"),
            name: string(p, "Name"),
            approval_required: flag(p, "ApprovalRequired"),
            subscription_required: flag(p, "SubscriptionRequired"),
            published: text(p, "State").is_some_and(|s| s == "Published"),
            subscriptions_limit: p.get("SubscriptionsLimit").and_then(Json::as_i64).and_then(|n| i32::try_from(n).ok()),
            groups: groups(p),
            apis: items(p, "Apis").map(|a| Arc::new(api_of(a))).collect(),
        })
    });
    call.api = object(document, "Api").map(|a| Arc::new(api_of(a)));
    call.operation = object(document, "Operation").map(|o| {
        Arc::new(Operation {
            id: string(o, "Id"),
            name: string(o, "Name"),
            method: string(o, "Method"),
            url_template: string(o, "UrlTemplate"),
            responses: Vec::new(),
        })
    });
    call.deployment = object(document, "Deployment").map(|d| {
        let gateway = d.get("Gateway").unwrap_or(&Json::Null);
        let certificate = |(name, value): (&String, &Json)| Some((name.clone(), decode(value.as_str()?)?));
        Arc::new(Deployment {
            gateway_id: string(d, "GatewayId"),
            instance_id: string(gateway, "InstanceId"),
            region: string(d, "Region"),
            service_id: string(d, "ServiceId"),
            service_name: string(d, "ServiceName"),
            certificates: members(d.get("Certificates")).filter_map(certificate).collect(),
        })
    });
}

fn fill_surroundings(exchange: &mut Exchange, document: &Json) {
    let json = |of: &Json, name: &str| object(of, name).map(|value| value.to_string().into_boxed_str());
    exchange.call.workspace =
        object(document, "Workspace").map(|w| Arc::new(Workspace { id: string(w, "Id"), name: string(w, "Name") }));
    exchange.call.graph_ql = object(document, "GraphQL").map(|g| {
        let arguments = json(g, "Arguments").or_else(|| json(g, "GraphQLArguments"));
        Arc::new(GraphQl { arguments, parent: json(g, "Parent") })
    });
}

fn fill_error(exchange: &mut Exchange, document: &Json) {
    exchange.call.last_error = object(document, "LastError").map(|e| {
        Box::new(policy_vm::error::PolicyError {
            source: string(e, "Source").into(),
            reason: string(e, "Reason").into(),
            message: string(e, "Message"),
            scope: string(e, "Scope").into(),
            section: string(e, "Section").into(),
            path: string(e, "Path"),
            policy_id: string(e, "PolicyId"),
            status: e.get("HttpErrorCode").and_then(Json::as_u64).and_then(|n| u16::try_from(n).ok()).unwrap_or(500),
            ..policy_vm::error::PolicyError::default()
        })
    });
}

fn user_of(user: &Json) -> User {
    User {
        id: string(user, "Id"),
        email: string(user, "Email"),
        first_name: string(user, "FirstName"),
        last_name: string(user, "LastName"),
        note: string(user, "Note"),
        registration_date: text(user, "RegistrationDate").and_then(|t| ticks(&t)).unwrap_or(0),
        groups: groups(user),
        identities: items(user, "Identities").map(|i| (string(i, "Id"), string(i, "Provider"))).collect(),
    }
}

fn api_of(api: &Json) -> Api {
    let names = api.get("SubscriptionKeyParameterNames").unwrap_or(&Json::Null);
    Api {
        id: string(api, "Id"),
        name: string(api, "Name"),
        path: string(api, "Path"),
        protocols: items(api, "Protocols").filter_map(|p| p.as_str().map(str::to_owned)).collect(),
        service_url: text(api, "ServiceUrl").and_then(|u| url("ServiceUrl", &u).ok()),
        key_header: string(names, "Header"),
        key_query: string(names, "Query"),
        revision: string(api, "Revision"),
        is_current_revision: flag(api, "IsCurrentRevision"),
        version: string(api, "Version"),
    }
}

fn groups(of: &Json) -> Vec<Group> {
    items(of, "Groups").map(|g| Group { id: string(g, "Id"), name: string(g, "Name") }).collect()
}

fn headers(path: &str, document: Option<&Json>) -> Result<HeaderMap, ContextError> {
    let mut map = HeaderMap::new();
    for (name, value) in members(document) {
        let key: HeaderName = name.parse().map_err(|_| wrong(path, format!("`{name}` is no header name")))?;
        let values: Vec<&str> = match value {
            Json::Array(list) => list.iter().filter_map(Json::as_str).collect(),
            Json::String(one) => vec![one],
            _ => Vec::new(),
        };
        for value in values {
            let value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| wrong(path, format!("the value of `{name}` is no header value")))?;
            map.append(key.clone(), value);
        }
    }
    Ok(map)
}

fn body(path: &str, document: Option<&Json>) -> Result<Body, ContextError> {
    Ok(match document {
        None | Some(Json::Null) => Body::None,
        Some(Json::String(text)) => Body::Bytes(Bytes::from(text.clone())),
        Some(Json::Object(form)) => match (form.get("$json"), form.get("$bytes").and_then(Json::as_str)) {
            (Some(json), _) => Body::Bytes(Bytes::from(json.to_string())),
            (None, Some(bytes)) => Body::Bytes(decode(bytes).ok_or_else(|| wrong(path, "no base64"))?),
            (None, None) => return Err(wrong(path, "a body is a text, {\"$json\": …} or {\"$bytes\": …}")),
        },
        Some(_) => return Err(wrong(path, "a body is a text, {\"$json\": …} or {\"$bytes\": …}")),
    })
}

fn decode(text: &str) -> Option<Bytes> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok().map(Bytes::from)
}

fn url(path: &str, text: &str) -> Result<Url, ContextError> {
    let uri: http::Uri = text.parse().map_err(|_| wrong(path, format!("`{text}` is no absolute URL")))?;
    let scheme = uri.scheme_str().ok_or_else(|| wrong(path, format!("`{text}` is no absolute URL")))?.to_owned();
    let default = if scheme == "https" { 443 } else { 80 };
    Ok(Url {
        host: uri.host().unwrap_or_default().to_owned(),
        port: uri.port_u16().unwrap_or(default),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        scheme,
    })
}

fn members(document: Option<&Json>) -> impl Iterator<Item = (&String, &Json)> {
    document.and_then(Json::as_object).into_iter().flatten()
}

fn items<'j>(of: &'j Json, name: &str) -> impl Iterator<Item = &'j Json> {
    of.get(name).and_then(Json::as_array).into_iter().flatten()
}

fn object<'j>(of: &'j Json, name: &str) -> Option<&'j Json> {
    of.get(name).filter(|value| value.is_object())
}

fn text(of: &Json, name: &str) -> Option<String> {
    of.get(name).and_then(Json::as_str).map(str::to_owned)
}

fn string(of: &Json, name: &str) -> String {
    text(of, name).unwrap_or_default()
}

fn flag(of: &Json, name: &str) -> bool {
    of.get(name).and_then(Json::as_bool).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn overrides_are_merged_member_by_member() {
        let base = json!({"Request": {"Method": "POST", "Body": {"$json": 1}}, "User": {"Id": "a"}});
        let merged = merge(&base, &json!({"User": null, "Request": {"Body": "x"}}));
        assert_eq!(merged, json!({"Request": {"Method": "POST", "Body": "x"}, "User": null}));
    }
}
