//! One request over one connection, and the few cases in which it may go over a second.

use std::error::Error as _;
use std::rc::Rc;

use http::{HeaderMap, Method, Request, Response, Uri};
use hyper::body::Incoming;

use crate::backend::body::{BodyError, RequestBody};
use crate::backend::connect::connect;
use crate::backend::error::CallError;
use crate::backend::pool::{Lease, Origin, Pool};
use crate::backend::wire::Wire;
use crate::worker::Worker;

/// A connection idle for this long may have been closed by the peer just now; a busy one is not.
const FRESH_MILLIS: u64 = 5;
/// How long an origin is distrusted that closed a connection without saying so.
const DISTRUST_MILLIS: u64 = 60_000;

/// Sends a request and waits for the head of its response.
///
/// A request that the connection handed back unwritten goes out again whatever it is. One that was written goes out once
/// more when it is safe to repeat and went over a connection that had been idle.
pub(crate) async fn call(
    worker: &Rc<Worker>,
    origin: &Rc<Origin>,
    mut request: Request<RequestBody>,
) -> Result<(Response<Incoming>, Lease), CallError> {
    let mut pooled = true;
    loop {
        let mut lease = match worker.pool.take(origin).filter(|_| pooled) {
            Some(lease) => lease,
            // Rare and large: kept out of the state of every call.
            None => Box::pin(open(&worker.pool, origin)).await?,
        };
        let reused = lease.idle_for.is_some();
        // A body that comes from the client and an answer that goes to it must not wait for each other.
        if matches!(request.body(), RequestBody::Client(_)) {
            lease.wire.detach();
        }
        let spare = if may_be_stale(&lease, worker.clock.millis()) { copy(&request).map(Box::new) } else { None };
        // It may still be finishing the last call; when that failed, the next connection will do.
        if !lease.wire.ready().await && reused {
            continue;
        }
        let mut error = match lease.wire.send(request).await {
            Ok(response) if response.status() == http::StatusCode::SWITCHING_PROTOCOLS => {
                return Err(CallError::Unasked { origin: origin.to_string() });
            }
            Ok(response) => return Ok((response, lease)),
            Err(error) => error,
        };
        if let Some(unsent) = error.take_message().filter(|_| reused) {
            request = unsent;
            continue;
        }
        let error = error.into_error();
        match spare.filter(|_| reused && !error.is_user()) {
            Some(again) => {
                origin.distrusted_until.set(worker.clock.millis().saturating_add(DISTRUST_MILLIS));
                request = *again;
                pooled = false;
            }
            None => return Err(broken(origin, error)),
        }
    }
}

fn broken(origin: &Origin, source: hyper::Error) -> CallError {
    match source.source().and_then(|cause| cause.downcast_ref::<BodyError>()) {
        Some(BodyError::Client(_)) => CallError::RequestBody,
        _ => CallError::Broken { origin: origin.to_string(), source },
    }
}

fn may_be_stale(lease: &Lease, now: u64) -> bool {
    lease.idle_for.is_some_and(|idle| idle >= FRESH_MILLIS || lease.origin.distrusted_until.get() > now)
}

/// A second copy of a request that may be sent twice.
fn copy(request: &Request<RequestBody>) -> Option<Request<RequestBody>> {
    if !request.method().is_idempotent() {
        return None;
    }
    let body = match request.body() {
        RequestBody::Empty => RequestBody::Empty,
        RequestBody::Bytes(bytes) => RequestBody::Bytes(bytes.clone()),
        RequestBody::Client(_) => return None,
    };
    Some(build(request.method().clone(), request.uri().clone(), request.headers().clone(), body))
}

/// A request from its parts.
pub(crate) fn build(method: Method, uri: Uri, headers: HeaderMap, body: RequestBody) -> Request<RequestBody> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    request
}

/// A new connection.
async fn open(pool: &Pool, origin: &Rc<Origin>) -> Result<Lease, CallError> {
    let stream = connect(origin, pool.settings.connect_timeout, &pool.tls).await?;
    let wire = Wire::new(stream).await.map_err(|source| CallError::Broken { origin: origin.to_string(), source })?;
    Ok(Lease { wire: Box::new(wire), origin: Rc::clone(origin), idle_for: None })
}
