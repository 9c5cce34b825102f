//! `send-request` and `send-one-way-request`: requests that policies make, over the same connections as everything else.

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use policy_vm::exchange::{Body, Response};
use policy_vm::host::{OutgoingRequest, Transport};

use crate::backend::body::{BackendBody, RequestBody, collect};
use crate::backend::client::{build, call};
use crate::backend::error::CallError;
use crate::backend::forward::head;
use crate::backend::headers::{for_backend, remove_hop_by_hop};
use crate::backend::pool::Way;
use crate::backend::profile::Profile;
use crate::backend::target::target_by;
use crate::backend::through::{add_query, credentials, leading_to, note};
use crate::service::Single;
use crate::timer::limit;
use crate::worker::Worker;

/// Sends a policy's request and brings the whole answer into memory, within the request's time. A backend entity that its
/// URL leads to goes along, as with requests that are forwarded.
pub(crate) async fn send(worker: Rc<Worker>, request: OutgoingRequest) -> Result<Response, CallError> {
    let site = Rc::clone(&worker.site.borrow());
    let Some(chosen) = leading_to(&worker, &site, &request.url)? else { return send_as_it_is(worker, request).await };
    let _in_flight = site.entities.get(chosen.number).map(|local| local.begin());
    let timeout = request.timeout;
    let result = {
        let work = pin!(exchange(&worker, request, Some(chosen.single)));
        limit(&worker.deadlines, timeout, work).await.unwrap_or(Err(CallError::Timeout))
    };
    note(&worker, &site, &chosen, result.as_ref());
    result
}

/// The same without looking for an entity: for the gateway's own requests, which entities may wait for.
pub(crate) async fn send_as_it_is(worker: Rc<Worker>, request: OutgoingRequest) -> Result<Response, CallError> {
    let timeout = request.timeout;
    let work = pin!(exchange(&worker, request, None));
    limit(&worker.deadlines, timeout, work).await.unwrap_or(Err(CallError::Timeout))
}

async fn exchange(
    worker: &Rc<Worker>,
    request: OutgoingRequest,
    entity: Option<&Single>,
) -> Result<Response, CallError> {
    let OutgoingRequest { method, mut url, mut headers, body, transport, .. } = request;
    let profile = profile_of(worker, &transport, entity)?;
    if let Some(entity) = entity {
        add_query(entity, &mut url);
        credentials(worker, entity, &mut headers).await?;
    }
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
    let limit = worker.limits.get().buffered_body;
    let body = collect(BackendBody::new(incoming, lease, Rc::clone(worker)), limit)
        .await
        .map_err(|error| CallError::Body { origin: target.origin.to_string(), source: error })?
        .ok_or(CallError::TooLarge { limit })?;
    Ok(head(parts, if body.is_empty() { Body::None } else { Body::Bytes(body) }))
}

/// How the request is made, where its entity or the policy says so.
fn profile_of(
    worker: &Worker,
    transport: &Transport,
    entity: Option<&Single>,
) -> Result<Option<Arc<Profile>>, CallError> {
    let rules = worker.rules();
    let authorities = &rules.authorities;
    let base = entity.map(|single| single.profile(authorities)).transpose()?.flatten();
    if *transport == Transport::default() {
        return Ok(base.map(Arc::clone));
    }
    let site = Rc::clone(&worker.site.borrow());
    worker.profiles.with(base, entity, transport, &site.service.certificates, authorities).map(Some)
}
