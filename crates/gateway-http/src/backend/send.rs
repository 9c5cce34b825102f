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
use crate::metrics::count;
use crate::rules::Rules;
use crate::service::Single;
use crate::site::Site;
use crate::timer::within;
use crate::worker::Worker;

/// Who sends requests of the gateway's own, by the version of the service and the settings that a call began with.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    pub(crate) worker: Rc<Worker>,
    pub(crate) site: Rc<Site>,
    #[expect(clippy::redundant_allocation, reason = "as the worker's")]
    pub(crate) rules: Rc<Arc<Rules>>,
}

impl Sender {
    /// By what is in force now.
    pub(crate) fn now(worker: &Rc<Worker>) -> Self {
        Self { worker: Rc::clone(worker), site: Rc::clone(&worker.site.borrow()), rules: worker.rules() }
    }

    /// Sends a request that nobody waits for; when too many are under way already, it is dropped.
    pub(crate) fn send_one_way(self, request: OutgoingRequest) {
        let worker = &self.worker;
        let Some(place) = OneWay::begin(worker) else {
            if worker.metrics.refused("OneWayRequestDropped", worker.clock.millis()) {
                tracing::warn!("a one-way request was dropped: too many are under way");
            }
            return;
        };
        tokio::task::spawn_local(async move {
            let (_place, site) = (place, Rc::clone(&self.site));
            if let Err(error) = send(self, request).await {
                let text = error.to_string();
                let error = site.service.hidden.mask(&text).into_owned();
                tracing::info!(error, "a one-way request failed");
            }
        });
    }
}

/// One-way requests that a thread has under way at most.
const MAX_ONE_WAY: usize = 1000;

/// The place of one of them, given back when it has ended in any way.
pub(crate) struct OneWay(Rc<Worker>);

impl OneWay {
    pub(crate) fn begin(worker: &Rc<Worker>) -> Option<Self> {
        let others = worker.one_way.get();
        (others < MAX_ONE_WAY).then(|| {
            worker.one_way.set(others + 1);
            Self(Rc::clone(worker))
        })
    }
}

impl Drop for OneWay {
    fn drop(&mut self) {
        self.0.one_way.set(self.0.one_way.get().saturating_sub(1));
        if std::thread::panicking() {
            count(&self.0.metrics.panics);
        }
    }
}

/// Sends a policy's request and brings the whole answer into memory, within the request's time. A backend entity that its
/// URL leads to goes along, as with requests that are forwarded.
pub(crate) async fn send(sender: Sender, request: OutgoingRequest) -> Result<Response, CallError> {
    let Sender { worker, site, .. } = &sender;
    let chosen = leading_to(worker, site, &request.url)?;
    let Some(chosen) = chosen else { return send_as_it_is(&sender, request).await };
    let _in_flight = site.entities.get(chosen.number).map(|local| local.begin());
    let timeout = request.timeout;
    let result = {
        let work = pin!(exchange(&sender, request, Some(chosen.single)));
        within(&worker.deadlines, timeout, work).await.unwrap_or(Err(CallError::Timeout))
    };
    note(worker, site, &chosen, result.as_ref());
    result
}

/// The same without looking for an entity: for the gateway's own requests, which entities may wait for.
pub(crate) async fn send_as_it_is(sender: &Sender, request: OutgoingRequest) -> Result<Response, CallError> {
    let timeout = request.timeout;
    let work = pin!(exchange(sender, request, None));
    within(&sender.worker.deadlines, timeout, work).await.unwrap_or(Err(CallError::Timeout))
}

async fn exchange(sender: &Sender, request: OutgoingRequest, entity: Option<&Single>) -> Result<Response, CallError> {
    let worker = &sender.worker;
    let OutgoingRequest { method, mut url, mut headers, body, transport, .. } = request;
    let profile = profile_of(sender, &transport, entity)?;
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
    sender: &Sender,
    transport: &Transport,
    entity: Option<&Single>,
) -> Result<Option<Arc<Profile>>, CallError> {
    let authorities = &sender.rules.authorities;
    let base = entity.map(|single| single.profile(authorities)).transpose()?.flatten();
    if *transport == Transport::default() {
        return Ok(base.map(Arc::clone));
    }
    sender.worker.profiles.with(base, entity, transport, &sender.site.service.certificates, authorities).map(Some)
}
