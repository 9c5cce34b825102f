//! `forward-request`: the exchange's request goes to its backend, the answer's head comes back, its body stays here until
//! somebody wants it.

use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use http::{HeaderMap, Request, header, response};
use hyper::body::Incoming;
use policy_vm::Exchange;
use policy_vm::exchange::{BackendChoice, Body, Response, Url};
use policy_vm::host::ForwardOptions;

use crate::backend::body::{BackendBody, RequestBody, collect};
use crate::backend::client::{build, call};
use crate::backend::error::CallError;
use crate::backend::headers::{for_backend, remove_hop_by_hop};
use crate::backend::pool::Lease;
use crate::backend::redirect::{self, MAX_REDIRECTS};
use crate::backend::target::{Target, join_path, target};
use crate::call::CallContext;
use crate::service::Backend;
use crate::timer::limit;

/// What a zero asks for is not known; no limit at all would be the worst reading.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

/// Forwards the exchange's request.
pub(crate) async fn forward(
    cx: &mut CallContext,
    exchange: &mut Exchange,
    options: &ForwardOptions,
) -> Result<Box<Response>, CallError> {
    if options.buffer_request_body && matches!(exchange.call.request.body, Body::Stream) {
        let bytes = Box::pin(cx.read_request_body()).await?;
        exchange.call.request.body = Body::Bytes(bytes);
    }
    // Only the log wants to know.
    let started = cx.worker.log.is_on().then(Instant::now);
    let timeout = if options.timeout.is_zero() { DEFAULT_TIMEOUT } else { options.timeout };
    let result = if options.follow_redirects {
        Box::pin(following(cx, exchange, timeout)).await
    } else {
        let (target, request) = prepare(cx, exchange)?;
        // Pinned here and lent: a future passed on by value is stored once more in every future it passes through.
        let result = {
            let work = pin!(call(&cx.worker, &target.origin, request));
            limit(&cx.worker.deadlines, timeout, work).await
        };
        received(cx, result)
    };
    if let Some(started) = started {
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        cx.backend_micros = Some(cx.backend_micros.unwrap_or(0).saturating_add(micros));
    }
    if let Ok(response) = &result {
        cx.backend_status = Some(response.status);
    }
    result
}

/// Keeps the body's stream in the call.
fn received(
    cx: &mut CallContext,
    result: Option<Result<(http::Response<Incoming>, Lease), CallError>>,
) -> Result<Box<Response>, CallError> {
    // The answer that comes takes the place of one before it.
    cx.response_body = None;
    let (response, lease) = result.ok_or(CallError::Timeout)??;
    let (parts, incoming) = response.into_parts();
    let body = BackendBody::new(incoming, lease, Rc::clone(&cx.worker));
    let is_empty = http_body::Body::is_end_stream(&body);
    if !is_empty {
        cx.response_body = Some(body);
    }
    Ok(Box::new(head(parts, if is_empty { Body::None } else { Body::Stream })))
}

/// The head of an answer as policies see it.
pub(crate) fn head(mut parts: response::Parts, body: Body) -> Response {
    remove_hop_by_hop(&mut parts.headers);
    let reason = parts.extensions.get::<hyper::ext::ReasonPhrase>();
    Response {
        status: parts.status.as_u16(),
        reason: reason.and_then(|reason| std::str::from_utf8(reason.as_bytes()).ok()).map(Into::into),
        headers: parts.headers,
        body,
    }
}

/// The request as it goes out. What no policy reads again is moved, not copied.
fn prepare(cx: &mut CallContext, exchange: &mut Exchange) -> Result<(Target, Request<RequestBody>), CallError> {
    let target = resolve(cx, exchange)?;
    let request = &mut exchange.call.request;
    let mut headers = if cx.keep_headers { request.headers.clone() } else { std::mem::take(&mut request.headers) };
    for_backend(&mut headers, &target.origin.host_header, cx.client_host.as_ref(), Some(&cx.connection.forwarded_for));
    if let Some(backend) = entity(cx, exchange)? {
        for (name, value) in &backend.headers {
            headers.insert(name, value.clone());
        }
    }
    let request = &mut exchange.call.request;
    let body = match &request.body {
        Body::None | Body::Consumed => RequestBody::Empty,
        Body::Bytes(bytes) => RequestBody::Bytes(Some(bytes.clone())),
        Body::Stream => {
            request.body = Body::Consumed;
            cx.incoming.take().map_or(RequestBody::Empty, RequestBody::Client)
        }
    };
    let uri = target.uri.clone();
    Ok((target, build(request.method.clone(), uri, headers, body)))
}

fn entity<'c>(cx: &'c CallContext, exchange: &Exchange) -> Result<Option<&'c Backend>, CallError> {
    let BackendChoice::Entity(id) = &exchange.call.backend else { return Ok(None) };
    let found = cx.site.service.backends.iter().find(|backend| backend.id.eq_ignore_ascii_case(id));
    found.map(Some).ok_or_else(|| CallError::Url(format!("there is no backend `{id}`")))
}

fn resolve(cx: &CallContext, exchange: &Exchange) -> Result<Target, CallError> {
    match entity(cx, exchange)? {
        None => target(&cx.worker.pool, &exchange.call.request.url),
        Some(backend) => target(&cx.worker.pool, &of_entity(exchange, backend)),
    }
}

/// The entity's URL with the path and query that the engine left relative to it.
fn of_entity(exchange: &Exchange, backend: &Backend) -> Url {
    let request = &exchange.call.request.url;
    let mut url = backend.url.clone();
    join_path(&backend.url.path, &request.path, &mut url.path);
    url.query.clone_from(&request.query);
    if !backend.query.is_empty() {
        if !url.query.is_empty() {
            url.query.push('&');
        }
        url.query.push_str(&backend.query);
    }
    url
}

/// Forwards and goes where the answers lead.
async fn following(
    cx: &mut CallContext,
    exchange: &mut Exchange,
    timeout: Duration,
) -> Result<Box<Response>, CallError> {
    let (mut target, first) = prepare(cx, exchange)?;
    let mut url = exchange.call.request.url.clone();
    let mut method = first.method().clone();
    let mut headers: HeaderMap = first.headers().clone();
    let mut body = match first.body() {
        RequestBody::Bytes(bytes) => bytes.clone(),
        _ => None,
    };
    let streams = matches!(first.body(), RequestBody::Client(_));
    let result = limit(&cx.worker.deadlines, timeout, pin!(call(&cx.worker, &target.origin, first))).await;
    let mut response = received(cx, result)?;
    for _ in 0..MAX_REDIRECTS {
        let status = http::StatusCode::from_u16(response.status).unwrap_or_default();
        let Some(next) = redirect::next(&url, &method, status, &response.headers) else { break };
        if next.keeps_body && streams {
            break;
        }
        if !next.keeps_body {
            body = None;
            headers.remove(header::CONTENT_TYPE);
        }
        if next.crosses {
            redirect::drop_credentials(&mut headers);
        }
        (url, method) = (next.url, next.method);
        target = crate::backend::target::target(&cx.worker.pool, &url)?;
        for_backend(&mut headers, &target.origin.host_header, None, None);
        let out = body.clone().map_or(RequestBody::Empty, |bytes| RequestBody::Bytes(Some(bytes)));
        let request = build(method.clone(), target.uri.clone(), headers.clone(), out);
        let result = limit(&cx.worker.deadlines, timeout, pin!(call(&cx.worker, &target.origin, request))).await;
        response = received(cx, result)?;
    }
    Ok(response)
}

/// Brings a client's body into memory.
pub(crate) async fn collect_client(incoming: Incoming, limit: usize) -> Result<bytes::Bytes, CallError> {
    match collect(RequestBody::Client(incoming), limit).await {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(CallError::TooLarge { limit }),
        Err(_) => Err(CallError::RequestBody),
    }
}
