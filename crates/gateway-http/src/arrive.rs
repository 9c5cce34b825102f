//! What happens to a request before any policy: it is routed, its caller is identified, and the exchange is filled.

use std::rc::Rc;
use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Method, Version, header};
use http_body::Body as _;
use policy_vm::Exchange;
use policy_vm::error::PolicyError;
use policy_vm::exchange::{Body, Call, Url};

use crate::backend::headers::take_hop_by_hop;
use crate::backend::target::join_path;
use crate::backend::upgrade;
use crate::call::CallContext;
use crate::routing::path::Path;
use crate::routing::{Match, NoMatch, query};
use crate::run::Start;
use crate::site::route::{Preflight, Request, Routed};
use crate::site::{Operation, Site};
use crate::subscriptions::{Decision, ShownKey, decide};
use crate::{ambient, errors};

/// Fills the exchange and says what is to be run.
pub(crate) fn arrive(cx: &mut CallContext, exchange: &mut Exchange, parts: &mut Parts) -> Start {
    let call = &mut exchange.call;
    call.request_id = ambient::new_id();
    call.timestamp = ambient::ticks_of(cx.unix_micros);
    call.started = Some(ambient::monotonic_micros_of(cx.started));
    call.client_ip = Some(cx.connection.peer);
    call.request.certificate.clone_from(&cx.connection.certificate);
    call.deployment = Some(Arc::clone(&cx.site.deployment));
    call.original_method.clone_from(&parts.method);
    call.request.method.clone_from(&parts.method);
    fill_original_url(cx, call, parts);
    // Without `Connection` and without a body there is nothing of the kind, or nothing that matters here; what goes to the
    // backend is looked at again.
    let has_body = cx.incoming.as_ref().is_some_and(|incoming| !incoming.is_end_stream());
    let has_options = parts.headers.contains_key(header::CONNECTION);
    cx.wants_upgrade = has_options
        && !has_body
        && parts.method == Method::GET
        && parts.version == Version::HTTP_11
        && upgrade::wanted(&parts.headers);
    let is_http2 = cx.connection.http2.get();
    if has_body || has_options || is_http2 {
        cx.trailers = take_hop_by_hop(&mut parts.headers, is_http2);
    }

    let worker = Rc::clone(&cx.worker);
    let mut scratch = worker.scratch.borrow_mut();
    let routed = match Path::new(parts.uri.path(), &mut scratch) {
        Ok(path) => find(cx, call, parts, &path),
        Err(_) => {
            call.original_url.path.push_str(parts.uri.path());
            Err(Box::new(errors::bad_path()))
        }
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

/// All but the path, which is read later.
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
    url.query.push_str(parts.uri.query().unwrap_or_default());
}

/// Finds the operation; true for a preflight that only `cors` answers.
fn find(cx: &mut CallContext, call: &mut Call, parts: &Parts, path: &Path<'_>) -> Result<bool, Box<PolicyError>> {
    call.original_url.path.push_str(&path.wire_from(0));
    let site = Rc::clone(&cx.site);
    let query = parts.uri.query().unwrap_or_default();
    let request = Request { method: &parts.method, scheme: &call.original_url.scheme, query, headers: &parts.headers };
    let match_protocols = cx.rules.gateway.match_protocols;
    let (found, preflight) = match site.route(path, request, match_protocols, &mut ()) {
        Ok(Routed { found, preflight }) => (found, preflight),
        Err(NoMatch { api }) => {
            cx.api = api;
            call.api = cx.api().map(|api| Arc::clone(&api.api));
            call.workspace = cx.api().and_then(|api| api.workspace.clone());
            return Err(Box::new(errors::not_found()));
        }
    };
    cx.api = found.as_ref().map(|found| found.api);
    cx.operation = found.as_ref().map(|found| found.operation);
    if let Some(found) = &found {
        fill(call, &site, found, path, query);
    }
    if let Some(Preflight { product }) = preflight {
        cx.product = product;
        call.product = cx.product.and_then(|number| site.products.get(number)).map(Arc::clone);
    }
    Ok(preflight.is_some())
}

/// What the operation that was found says about a call.
pub(crate) fn fill(call: &mut Call, site: &Site, found: &Match, path: &Path<'_>, query: &str) {
    let Some(api) = site.apis.get(found.api) else { return };
    let Some(operation) = api.operations.get(found.operation) else { return };
    call.api = Some(Arc::clone(&api.api));
    call.workspace.clone_from(&api.workspace);
    call.operation = Some(Arc::clone(&operation.operation));
    fill_parameters(call, operation, found, path, query);
    fill_url(api.api.service_url.as_ref(), &path.wire_from(found.rest), query, &mut call.request.url);
}

/// The values that the template takes out of path and query.
fn fill_parameters(call: &mut Call, operation: &Operation, found: &Match, path: &Path<'_>, query: &str) {
    for (name, range) in operation.path_names.iter().zip(&found.captured) {
        call.matched_parameters.push((Arc::clone(name), path.text(range.clone()).to_owned()));
    }
    for (key, name) in &operation.query_names {
        if let Some(value) = query::first(query, key) {
            call.matched_parameters.push((Arc::clone(name), query::decode(value)));
        }
    }
    call.template_query.extend(operation.template_query.iter().map(Arc::clone));
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
    let refuse_foreign = cx.rules.gateway.open_product_refuses_foreign_keys;
    let Some(terms) = site.terms(number, refuse_foreign) else { return Ok(()) };
    let key = site.service.apis.get(number).and_then(|model| ShownKey::of(model, headers, query));
    let place = &call.original_url;
    match decide(&site.service.keys, key.as_ref().map(|shown| &*shown.key), terms) {
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
