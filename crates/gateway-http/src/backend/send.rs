//! `send-request` and `send-one-way-request`: requests that policies make, over the same connections as everything else.

use std::pin::pin;
use std::rc::Rc;

use policy_vm::exchange::{Body, Response};
use policy_vm::host::OutgoingRequest;

use crate::backend::body::{BackendBody, RequestBody, collect};
use crate::backend::client::{build, call};
use crate::backend::error::CallError;
use crate::backend::forward::head;
use crate::backend::headers::{for_backend, remove_hop_by_hop};
use crate::backend::pool::Way;
use crate::backend::routed::profile_of;
use crate::backend::target::target_by;
use crate::timer::limit;
use crate::worker::Worker;

/// Sends a policy's request and brings the whole answer into memory, within the request's time.
pub(crate) async fn send(worker: Rc<Worker>, request: OutgoingRequest) -> Result<Response, CallError> {
    let timeout = request.timeout;
    let work = pin!(exchange(&worker, request));
    limit(&worker.deadlines, timeout, work).await.unwrap_or(Err(CallError::Timeout))
}

async fn exchange(worker: &Rc<Worker>, request: OutgoingRequest) -> Result<Response, CallError> {
    let OutgoingRequest { method, url, mut headers, body, transport, .. } = request;
    let profile = profile_of(worker, &transport)?;
    let way = Way { profile: profile.as_ref(), ..Way::default() };
    let target = target_by(&worker.pool, &url, way)?;
    for_backend(&mut headers, &target.origin.host_header, None, None);
    let body = match body {
        Body::Bytes(bytes) => RequestBody::Bytes(Some(bytes)),
        _ => RequestBody::Empty,
    };
    let mut request = build(method, target.uri, headers, body);
    let (response, lease) = call(worker, &target.origin, &mut request).await?;
    let (mut parts, incoming) = response.into_parts();
    remove_hop_by_hop(&mut parts.headers);
    let limit = worker.limits.buffered_body;
    let body = collect(BackendBody::new(incoming, lease, Rc::clone(worker)), limit)
        .await
        .map_err(|error| CallError::Body { origin: target.origin.to_string(), source: error })?
        .ok_or(CallError::TooLarge { limit })?;
    Ok(head(parts, if body.is_empty() { Body::None } else { Body::Bytes(body) }))
}
