//! What happens to a request before any policy: it is routed, its caller is identified, and the exchange is filled.

use std::rc::Rc;
use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Method, header};
use http_body::Body as _;
use policy_vm::Exchange;
use policy_vm::error::PolicyError;
use policy_vm::exchange::{Body, Call, Url};

use crate::backend::headers::remove_hop_by_hop;
use crate::backend::target::join_path;
use crate::call::CallContext;
use crate::routing::path::{Path, decode_query, percent_decode, query_values};
use crate::routing::{Match, NoMatch};
use crate::run::Start;
use crate::site::{Operation, Site};
use crate::subscriptions::{Decision, Terms, decide};
use crate::{ambient, errors};

/// Fills the exchange and says what is to be run.
pub(crate) fn arrive(cx: &mut CallContext, exchange: &mut Exchange, parts: &mut Parts) -> Start {
    let call = &mut exchange.call;
    call.request_id = ambient::new_id();
    call.timestamp = ambient::ticks_of(cx.unix_micros);
    call.client_ip = Some(cx.connection.peer);
    call.request.certificate.clone_from(&cx.connection.certificate);
    call.deployment = Some(Arc::clone(&cx.site.deployment));
    call.original_method.clone_from(&parts.method);
    call.request.method.clone_from(&parts.method);
    fill_original_url(cx, call, parts);
    // Without `Connection` and without a body there is nothing of the kind, or nothing that matters here; what goes to the
    // backend is looked at again.
    let has_body = cx.incoming.as_ref().is_some_and(|incoming| !incoming.is_end_stream());
    if has_body || parts.headers.contains_key(header::CONNECTION) {
        remove_hop_by_hop(&mut parts.headers);
    }

    let worker = Rc::clone(&cx.worker);
    let mut scratch = worker.scratch.borrow_mut();
    let routed = match Path::new(parts.uri.path(), &mut scratch) {
        Ok(path) => route(cx, call, parts, &path),
        Err(_) => Err(Box::new(errors::bad_path())),
    };
    let routed = routed.and_then(|preflight| {
        if preflight {
            return Ok(Start::Preflight);
        }
        authorize(cx, call, &parts.headers, parts.uri.query().unwrap_or_default()).map(|()| Start::Inbound)
    });

    call.request.headers = std::mem::take(&mut parts.headers);
    call.request.body = if has_body { Body::Stream } else { Body::None };
    routed.unwrap_or_else(Start::Failed)
}

fn fill_original_url(cx: &mut CallContext, call: &mut Call, parts: &Parts) {
    let host = parts.headers.get(header::HOST);
    cx.client_host = host.cloned();
    let url = &mut call.original_url;
    url.scheme.push_str(if cx.connection.tls { "https" } else { "http" });
    let authority = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse().unwrap_or(0)),
        _ => (authority, 0),
    };
    url.host.push_str(name);
    url.port = if port == 0 && cx.connection.tls {
        443
    } else if port == 0 {
        80
    } else {
        port
    };
    url.path.push_str(parts.uri.path());
    url.query.push_str(parts.uri.query().unwrap_or_default());
}

/// Finds the operation; true for a preflight that only `cors` answers.
fn route(cx: &mut CallContext, call: &mut Call, parts: &Parts, path: &Path<'_>) -> Result<bool, Box<PolicyError>> {
    path.wire().clone_into(&mut call.original_url.path);
    let site = Rc::clone(&cx.site);
    let query = parts.uri.query().unwrap_or_default();
    let found = site.service.routes.find(path, query, &parts.method, &parts.headers);
    let (found, preflight) = match (preflight(&site, parts, path, query, found.as_ref().ok()), found) {
        (Some(found), _) => (found, true),
        (None, Ok(found)) => (found, false),
        (None, Err(NoMatch { api })) => {
            cx.api = api;
            call.api = cx.api().map(|api| Arc::clone(&api.api));
            return Err(Box::new(errors::not_found()));
        }
    };
    cx.api = Some(found.api);
    cx.operation = Some(found.operation);
    let (Some(api), Some(operation)) = (cx.api(), cx.operation()) else { return Err(Box::new(errors::not_found())) };
    if cx.worker.shared.config.gateway.match_protocols
        && !api.api.protocols.iter().any(|protocol| protocol.eq_ignore_ascii_case(&call.original_url.scheme))
    {
        return Err(Box::new(errors::not_found()));
    }
    call.api = Some(Arc::clone(&api.api));
    call.operation = Some(Arc::clone(&operation.operation));
    fill_parameters(call, operation, &found, path, query);
    fill_url(api.api.service_url.as_ref(), &path.wire_from(found.rest), query, &mut call.request.url);
    if preflight {
        cx.product = api.open_product;
        call.product = cx.product.and_then(|number| site.products.get(number)).map(Arc::clone);
    }
    Ok(preflight)
}

/// The operation that a preflight request asks about, if a `cors` policy answers for it and no operation for OPTIONS does.
fn preflight(site: &Site, parts: &Parts, path: &Path<'_>, query: &str, found: Option<&Match>) -> Option<Match> {
    let method = preflight_method(parts)?;
    let method_of =
        |found: &Match| Some(site.apis.get(found.api)?.operations.get(found.operation)?.operation.method.as_str());
    if found.and_then(method_of) == Some("OPTIONS") {
        return None;
    }
    let found = site.service.routes.find(path, query, &method, &parts.headers).ok()?;
    let api = site.apis.get(found.api)?;
    api.operations.get(found.operation)?.flow(api.open_product).needs.cors.then_some(found)
}

/// The values that the template takes out of path and query.
fn fill_parameters(call: &mut Call, operation: &Operation, found: &Match, path: &Path<'_>, query: &str) {
    for (name, range) in operation.path_names.iter().zip(&found.captured) {
        call.matched_parameters.push((Arc::clone(name), path.text(range.clone()).to_owned()));
    }
    for (key, name) in &operation.query_names {
        if let Some((_, value)) = query_values(query).find(|(found, _)| found.eq_ignore_ascii_case(key)) {
            call.matched_parameters.push((Arc::clone(name), decode_query(value)));
        }
    }
    call.template_query.extend(operation.template_query.iter().map(Arc::clone));
}

/// The method that a preflight asks about.
fn preflight_method(parts: &Parts) -> Option<Method> {
    if parts.method != Method::OPTIONS || !parts.headers.contains_key(header::ORIGIN) {
        return None;
    }
    Method::from_bytes(parts.headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?.as_bytes()).ok()
}

/// The backend's URL with the operation's part of the path.
fn fill_url(service: Option<&Url>, rest: &str, query: &str, url: &mut Url) {
    match service {
        Some(service) => {
            url.scheme.push_str(&service.scheme);
            url.host.push_str(&service.host);
            url.port = service.port;
            join_path(&service.path, rest, &mut url.path);
        }
        None => {
            url.port = 0;
            join_path("", rest, &mut url.path);
        }
    }
    url.query.push_str(query);
}

/// Who calls, and may they?
fn authorize(cx: &mut CallContext, call: &mut Call, headers: &HeaderMap, query: &str) -> Result<(), Box<PolicyError>> {
    let site = Rc::clone(&cx.site);
    let (Some(number), Some(api)) = (cx.api, cx.api()) else { return Ok(()) };
    let Some(model) = site.service.apis.get(number) else { return Ok(()) };
    if site.service.keys.is_empty() && !model.subscription_required && api.products.is_empty() {
        return Ok(());
    }
    let mut from_query = None;
    let in_header = headers.get(&model.key_header).and_then(|value| value.to_str().ok()).filter(|key| !key.is_empty());
    if in_header.is_none() && !query.is_empty() {
        let found = query_values(query).find(|(name, _)| name.eq_ignore_ascii_case(&model.key_query));
        from_query = found.and_then(|(_, value)| percent_decode(value)).filter(|key| !key.is_empty());
    }
    let terms = Terms {
        api: number,
        required: model.subscription_required,
        open_product: api.open_product,
        products: &api.products,
        refuse_foreign: cx.worker.shared.config.gateway.open_product_refuses_foreign_keys,
    };
    let place = &call.original_url;
    match decide(&site.service.keys, in_header.or(from_query.as_deref()), terms) {
        Decision::Allowed { holder, product } => {
            call.product = product.and_then(|number| site.products.get(number)).map(Arc::clone);
            cx.product = product;
            if let Some(holder) = holder {
                call.user = holder.subscription.owner.clone();
                call.subscription = Some(Arc::clone(&holder.subscription));
                cx.consumer = Some(Arc::clone(&holder.subscription));
            }
            Ok(())
        }
        Decision::Missing => Err(Box::new(errors::key_missing(api, place))),
        Decision::Invalid => Err(Box::new(errors::key_invalid(api, place))),
    }
}
