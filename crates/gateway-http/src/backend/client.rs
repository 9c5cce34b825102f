//! One request over one connection, and the few cases in which it may go over a second.

use std::error::Error as _;
use std::rc::Rc;
use std::time::Duration;

use http::header::{CONNECTION, HOST, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};
use hyper::body::Incoming;
use policy_vm::host::HttpVersion;

use crate::backend::body::{BodyError, RequestBody};
use crate::backend::connect::{Connected, connect};
use crate::backend::error::CallError;
use crate::backend::expect;
use crate::backend::line::{self, Line};
use crate::backend::pool::{Lease, Origin};
use crate::backend::wire::Wire;
use crate::worker::Worker;

/// A connection idle for this long may have been closed by the peer just now; a busy one is not.
const FRESH: Duration = Duration::from_millis(5);
/// How long an origin is distrusted that closed a connection without saying so.
const DISTRUST_MILLIS: u64 = 60_000;

/// Sends a request and waits for the head of its response.
///
/// A request that the connection handed back unwritten goes out again whatever it is. One that was written goes out once
/// more when it is safe to repeat and went over a connection that had been idle. The request is lent, for it is large, and
/// is gone afterwards.
pub(crate) async fn call(
    worker: &Rc<Worker>,
    origin: &Rc<Origin>,
    request: &mut Request<RequestBody>,
) -> Result<(Response<Incoming>, Lease), CallError> {
    let (mut pooled, mut counted) = (true, false);
    loop {
        let mut lease = match worker.pool.take(origin).filter(|_| pooled) {
            Some(lease) => lease,
            // Rare and large: kept out of the state of every call.
            None => Box::pin(open(worker, origin, pooled)).await?,
        };
        let reused = lease.idle_for.is_some();
        // A body that comes from the client and an answer that goes to it must not wait for each other.
        if request.body().streams() {
            lease.line.detach();
        }
        // A second connection is no second time.
        if origin.is_own.get() && !std::mem::replace(&mut counted, true) {
            count_hop(request.headers_mut())?;
        }
        let spare = if may_be_stale(&lease, worker.clock.millis()) { copy(request).map(Box::new) } else { None };
        // It may still be finishing the last call; when that failed, the next connection will do.
        if !lease.line.ready(!reused).await && reused {
            continue;
        }
        if origin.profile.is_some() || origin.version != HttpVersion::One {
            if lease.line.is_two() {
                expect::release(request);
            }
            *request = addressed(std::mem::take(request), origin, lease.line.is_two())?;
        }
        let failed = match lease.line.send(request).await {
            Ok(response) if response.status() == http::StatusCode::SWITCHING_PROTOCOLS => {
                return Err(CallError::Unasked { origin: origin.to_string() });
            }
            Ok(response) => return Ok((response, lease)),
            Err(failed) => failed,
        };
        if failed.unsent && reused {
            continue;
        }
        let error = failed.error;
        // What answers, however badly, was there.
        if !reused || error.is_user() || error.is_parse() {
            return Err(broken(origin, error));
        }
        origin.distrusted_until.set(worker.clock.millis().saturating_add(DISTRUST_MILLIS));
        match spare {
            Some(again) => {
                *request = *again;
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
    lease.idle_for.is_some_and(|idle| idle >= FRESH || lease.origin.distrusted_until.get() > now)
}

/// A second copy of a request that may be sent twice.
fn copy(request: &Request<RequestBody>) -> Option<Request<RequestBody>> {
    if !request.method().is_idempotent() {
        return None;
    }
    let body = request.body().copy()?;
    let mut copy = build(request.method().clone(), request.uri().clone(), request.headers().clone(), body);
    *copy.extensions_mut() = request.extensions().clone();
    Some(copy)
}

/// A request from its parts.
pub(crate) fn build(method: Method, uri: Uri, headers: HeaderMap, body: RequestBody) -> Request<RequestBody> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    request
}

/// How often a call has gone out from the gateway and come back to it.
pub(crate) const HOPS: HeaderName = HeaderName::from_static("tollgate-hops");
/// How often it may.
const MOST_HOPS: u32 = 5;

/// How often a call has come back, as its headers say.
pub(crate) fn hops(headers: &HeaderMap) -> u32 {
    headers.get(HOPS).and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0)
}

/// What comes back to the gateway counts how often it has.
pub(crate) fn count_hop(headers: &mut HeaderMap) -> Result<(), CallError> {
    let hops = hops(headers);
    if hops >= MOST_HOPS {
        return Err(CallError::Loop);
    }
    headers.insert(HOPS, HeaderValue::from(hops + 1));
    Ok(())
}

/// The request as this connection wants it: HTTP/2 and proxies have the whole URL, proxies their credentials.
pub(crate) fn addressed(
    mut request: Request<RequestBody>,
    origin: &Origin,
    is_two: bool,
) -> Result<Request<RequestBody>, CallError> {
    let proxy = origin.profile.as_ref().and_then(|profile| profile.proxy.as_ref()).filter(|_| !origin.tls);
    let is_whole = is_two || proxy.is_some();
    match request.uri().authority().map(|authority| HeaderValue::try_from(authority.as_str())) {
        // It comes from another connection that would have the whole URL.
        Some(Ok(host)) if !is_whole => {
            request.headers_mut().insert(HOST, host);
            let path = request.uri().path_and_query().cloned();
            *request.uri_mut() = path.map_or_else(Uri::default, Uri::from);
            return Ok(request);
        }
        None if is_whole => {}
        _ => return Ok(request),
    }
    if is_two {
        // It says that `TE` is about this connection, which goes without saying here.
        request.headers_mut().remove(CONNECTION);
    }
    let host = if is_two { request.headers_mut().remove(HOST) } else { request.headers().get(HOST).cloned() };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = Uri::builder()
        .scheme(if origin.tls { "https" } else { "http" })
        .authority(host.as_ref().unwrap_or(&origin.host_header).as_bytes())
        .path_and_query(path)
        .build()
        .map_err(|error| CallError::Url(error.to_string()))?;
    if let Some(authorization) = proxy.and_then(|proxy| proxy.authorization.clone()) {
        request.headers_mut().insert(PROXY_AUTHORIZATION, authorization);
    }
    Ok(request)
}

/// A new connection, or one over HTTP/2 that somebody else has made meanwhile, where it may be from the pool.
async fn open(worker: &Worker, origin: &Rc<Origin>, pooled: bool) -> Result<Lease, CallError> {
    let mut turn = None;
    if origin.version != HttpVersion::One && !origin.speaks_one.get() {
        // Calls that begin together would make a connection each, of which one is used from then on.
        let wait = tokio::time::timeout(worker.pool.rules().backend.connect_timeout, origin.turn.lock());
        turn = Some(wait.await.map_err(|_| CallError::ConnectTimeout { origin: origin.to_string() })?);
        if pooled && let Some(lease) = worker.pool.take(origin) {
            return Ok(lease);
        }
    }
    let turn = turn.filter(|_| !origin.speaks_one.get());
    let Connected { stream, is_two } = connect(origin, &worker.pool, &worker.shared).await?;
    origin.speaks_one.set(!is_two);
    let broken = |source| CallError::Broken { origin: origin.to_string(), source };
    let line = if is_two {
        let sender = line::two(stream).await.map_err(broken)?;
        worker.pool.share(origin, &sender);
        Line::Two(Box::new(sender))
    } else {
        Line::One(Box::new(Wire::new(stream, &worker.pool.rules().gateway).await.map_err(broken)?))
    };
    drop(turn);
    Ok(Lease::new(line, origin, None))
}
