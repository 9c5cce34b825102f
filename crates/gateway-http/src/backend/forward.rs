//! `forward-request`: the exchange's request goes to its backend, the answer's head comes back, its body stays here until
//! somebody wants it.

use std::pin::pin;
use std::rc::Rc;
use std::time::Instant;

use http::{Request, Version, response};
use hyper::body::Incoming;
use policy_vm::Exchange;
use policy_vm::exchange::{Body, Response};
use policy_vm::host::{ForwardOptions, HttpVersion, Message};

use crate::backend::body::{BackendBody, RequestBody, collect};
use crate::backend::client::call;
use crate::backend::error::CallError;
use crate::backend::gather::Gather;
use crate::backend::headers::take_hop_by_hop;
use crate::backend::outgoing;
use crate::backend::pool::{Lease, Origin};
use crate::backend::routed;
use crate::backend::spelling::Spelling;
use crate::backend::target::{Target, target};
use crate::call::CallContext;
use crate::config::BufferResponse;
use crate::edge::body::ClientBody;
use crate::timer::within;

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
    // Only the log and the metrics want to know.
    let started = (cx.worker.log.is_on() || cx.worker.metrics.timed).then(Instant::now);
    if let Some(started) = started {
        cx.worker.clock.note(started);
    }
    cx.buffering = if options.buffer_response { cx.worker.buffering.get() } else { BufferResponse::Pass };
    let timeout = options.timeout;
    let entity = routed::entity(cx, exchange)?;
    let is_plain = entity.is_none()
        && exchange.call.transport.is_none()
        && !options.follow_redirects
        && options.continue_timeout.is_none()
        && cx.buffering != BufferResponse::Whole
        && !cx.wants_upgrade
        && options.http_version == HttpVersion::One;
    let result = if is_plain {
        let (origin, mut request) = prepare(cx, exchange)?;
        // Pinned here and lent: a future passed on by value is stored once more in every future it passes through.
        let result = {
            let work = pin!(call(&cx.worker, &origin, &mut request));
            within(&cx.worker.deadlines, timeout, work).await
        };
        received(cx, result)
    } else {
        // Rare and large: kept out of the state of every call.
        Box::pin(routed::forward(cx, exchange, options, entity, timeout)).await
    };
    if let Some(started) = started {
        let took = started.elapsed();
        if cx.worker.metrics.timed {
            cx.worker.metrics.backend_answered(took);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        cx.backend_micros = Some(cx.backend_micros.unwrap_or(0).saturating_add(micros));
    }
    if let Ok(response) = &result {
        cx.backend_status = Some(response.status);
    }
    result
}

/// Keeps the body's stream in the call.
pub(crate) fn received(
    cx: &mut CallContext,
    result: Option<Result<(http::Response<Incoming>, Lease), CallError>>,
) -> Result<Box<Response>, CallError> {
    // The answer that comes takes the place of one before it.
    (cx.response_body, cx.tunnel) = (None, None);
    let (response, lease) = result.ok_or(CallError::Timeout)??;
    let (parts, incoming) = response.into_parts();
    let body = BackendBody::new(incoming, lease, Rc::clone(&cx.worker));
    Ok(keep(cx, parts, body))
}

/// Keeps the body of an answer until somebody wants it.
pub(crate) fn keep(cx: &mut CallContext, mut parts: response::Parts, mut body: Box<BackendBody>) -> Box<Response> {
    body.trailers = take_hop_by_hop(&mut parts.headers, false);
    if parts.version == Version::HTTP_2 {
        body.trailers.get_or_insert_default().all = true;
    }
    if let Some(trailers) = &mut body.trailers {
        trailers.obey(Message::Response, cx.site.flow(cx.api, cx.operation, cx.product).edits.as_ref());
    }
    if let Some(spelling) = &mut cx.spelling {
        spelling.response = Spelling::of(parts.extensions.clone());
    }
    let is_empty = http_body::Body::is_end_stream(&*body);
    if !is_empty {
        body.gather = Gather::of(&parts, &body, cx.buffering);
        cx.response_body = Some(body);
    }
    Box::new(head(parts, if is_empty { Body::None } else { Body::Stream }))
}

/// The head of an answer as policies see it, without what belonged to the connection.
pub(crate) fn head(parts: response::Parts, body: Body) -> Response {
    let reason = parts.extensions.get::<hyper::ext::ReasonPhrase>();
    Response {
        status: parts.status.as_u16(),
        reason: reason.and_then(|reason| std::str::from_utf8(reason.as_bytes()).ok()).map(Into::into),
        headers: parts.headers,
        body,
    }
}

/// The request as it goes out.
fn prepare(cx: &mut CallContext, exchange: &mut Exchange) -> Result<(Rc<Origin>, Request<RequestBody>), CallError> {
    let Target { origin, uri } = target(&cx.worker.pool, &exchange.call.request.url)?;
    let mut headers = outgoing::headers(cx, exchange);
    outgoing::fit(cx, &mut headers, &origin, true);
    let body = outgoing::body(cx, exchange);
    let request = outgoing::request(cx, (exchange.call.request.method.clone(), uri), headers, body, true);
    Ok((origin, request))
}

/// Brings a client's body into memory.
pub(crate) async fn collect_client(incoming: ClientBody, limit: usize) -> Result<bytes::Bytes, CallError> {
    match collect(RequestBody::Client(Box::new(incoming)), limit).await {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(CallError::RequestTooLarge { limit }),
        Err(_) => Err(CallError::RequestBody),
    }
}
