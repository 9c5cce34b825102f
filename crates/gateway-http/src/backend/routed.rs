//! `forward-request` where it is more than one request to one URL: through a backend entity, with a certificate or a proxy
//! of a policy's, over HTTP/2, following redirects, waiting for `100 Continue`, or for all of the answer. The plain way is in
//! `forward`.

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, Method, header};
use policy_vm::Exchange;
use policy_vm::exchange::{BackendChoice, Body, Response, Url};
use policy_vm::host::{ForwardOptions, HttpVersion};
use tokio::time::Instant;

use crate::backend::body::{BackendBody, RequestBody};
use crate::backend::client::call;
use crate::backend::error::CallError;
use crate::backend::expect::{self, Shutter, expects};
use crate::backend::forward::{keep, received};
use crate::backend::outgoing;
use crate::backend::pool::Way;
use crate::backend::profile::Profile;
use crate::backend::redirect::{self, MAX_REDIRECTS};
use crate::backend::target::{join_path, target_by};
use crate::backend::through::{add_query, choose, credentials, note};
use crate::backend::upgrade;
use crate::call::CallContext;
use crate::config::BufferResponse;
use crate::service::Single;
use crate::timer::within;

/// The entity that the request goes through, by number: the one that was chosen, or the one that its URL leads to.
pub(crate) fn entity(cx: &CallContext, exchange: &Exchange) -> Result<Option<usize>, CallError> {
    let backends = &cx.site.service.backends;
    match &exchange.call.backend {
        BackendChoice::Service => Ok(cx.api().and_then(|api| api.entity)),
        BackendChoice::Url(_) if backends.len() == 0 => Ok(None),
        BackendChoice::Url(_) => Ok(backends.leading_to(&exchange.call.request.url)),
        BackendChoice::Entity(id) => {
            backends.find(id).map(Some).ok_or_else(|| CallError::Url(format!("there is no backend `{id}`")))
        }
    }
}

/// Forwards the exchange's request.
pub(crate) async fn forward(
    cx: &mut CallContext,
    exchange: &mut Exchange,
    options: &ForwardOptions,
    entity: Option<usize>,
    timeout: Duration,
) -> Result<Box<Response>, CallError> {
    let site = Rc::clone(&cx.site);
    let chosen = entity.map(|number| choose(cx, exchange, &site, number)).transpose()?;
    let Some(chosen) = chosen else {
        return Trip::begin(cx, exchange, options, None, timeout).await?.go(cx, options, timeout).await;
    };
    exchange.call.backend_url = Some(Box::new(chosen.single.url.clone()));
    let _in_flight = site.entities.get(chosen.number).map(|local| local.begin());
    let result = match Trip::begin(cx, exchange, options, Some(chosen.single), timeout).await {
        Ok(trip) => trip.go(cx, options, timeout).await,
        Err(error) => Err(error),
    };
    note(&cx.worker, &site, &chosen, result.as_deref());
    // Not a part of the backend's answer: that may be stored in the cache, for all clients.
    cx.affinity = chosen.cookie;
    result
}

/// A request on its way, which redirects may lead on.
struct Trip {
    begin: Instant,
    url: Url,
    method: Method,
    headers: HeaderMap,
    /// Nothing is left of it once it streamed away.
    body: RequestBody,
    streams: bool,
    profile: Option<Arc<Profile>>,
    /// The proxy goes along to other servers, a certificate does not.
    proxy_only: Option<Arc<Profile>>,
    /// Headers that are the entity's secrets.
    secrets: Vec<HeaderName>,
    version: HttpVersion,
    /// How long the body waits until the backend wants it.
    patience: Option<Duration>,
}

impl Trip {
    async fn begin(
        cx: &mut CallContext,
        exchange: &mut Exchange,
        options: &ForwardOptions,
        single: Option<&Single>,
        timeout: Duration,
    ) -> Result<Self, CallError> {
        let begin = Instant::now();
        let worker = Rc::clone(&cx.worker);
        let rules = Rc::clone(&cx.rules);
        let url = match single {
            Some(single) => address(exchange, single),
            None => exchange.call.request.url.clone(),
        };
        let base = match single {
            Some(single) => single.profile(&rules.authorities)?,
            None => None,
        };
        let certificates = &cx.site.service.certificates;
        let transport = exchange.call.transport.as_deref();
        let profile = match transport {
            Some(transport) => Some(worker.profiles.with(base, single, transport, certificates, &rules.authorities)?),
            None => base.map(Arc::clone),
        };
        let proxy_only = match &profile {
            Some(profile) if profile.proxy.is_some() => Some(worker.profiles.with_proxy(profile, &rules.authorities)?),
            _ => None,
        };
        let mut headers = outgoing::headers(cx, exchange);
        // Only where somebody asked: a backend that does not know it would cost every call that time.
        let patience = options.continue_timeout.filter(|patience| !patience.is_zero() && expects(&headers));
        let mut secrets = Vec::new();
        if let Some(single) = single {
            // A token may have to be fetched first.
            let work = pin!(credentials(&worker, single, &mut headers));
            let late = || Err(CallError::Token("it did not come in time".to_owned()));
            secrets = match single.identity {
                Some(_) => within(&worker.deadlines, timeout, work).await.unwrap_or_else(late)?,
                None => work.await?,
            };
        }
        let body = outgoing::body(cx, exchange);
        Ok(Self {
            begin,
            url,
            method: exchange.call.request.method.clone(),
            headers,
            streams: body.streams(),
            body,
            profile,
            proxy_only,
            secrets,
            version: options.http_version,
            patience,
        })
    }

    /// Sends the request, and goes where the answers lead if that is wanted.
    async fn go(
        mut self,
        cx: &mut CallContext,
        options: &ForwardOptions,
        timeout: Duration,
    ) -> Result<Box<Response>, CallError> {
        // The time is one for the whole way.
        let left = |begin: Instant| timeout.saturating_sub(begin.elapsed());
        let mut response = self.step(cx, true, left(self.begin)).await?;
        if !options.follow_redirects {
            return whole(cx, response).await;
        }
        for _ in 0..MAX_REDIRECTS {
            let status = http::StatusCode::from_u16(response.status).unwrap_or_default();
            let Some(next) = redirect::next(&self.url, &self.method, status, &response.headers) else { break };
            if next.keeps_body && self.streams {
                break;
            }
            if !next.keeps_body {
                self.body = RequestBody::Empty;
                self.headers.remove(header::CONTENT_TYPE);
            }
            if next.crosses {
                redirect::drop_credentials(&mut self.headers, cx.api().map(|api| api.api.key_header.as_str()));
                self.secrets.drain(..).for_each(|name| _ = self.headers.remove(name));
                self.profile = self.proxy_only.clone();
            }
            (self.url, self.method) = (next.url, next.method);
            let left = left(self.begin);
            if left.is_zero() {
                return Err(CallError::Timeout);
            }
            response = self.step(cx, false, left).await?;
        }
        whole(cx, response).await
    }

    async fn step(
        &mut self,
        cx: &mut CallContext,
        is_first: bool,
        timeout: Duration,
    ) -> Result<Box<Response>, CallError> {
        let upgrades = is_first && changes_protocol(cx, &self.url);
        // What takes a connection for itself needs one of its own.
        let version = if upgrades { HttpVersion::One } else { self.version };
        let way = Way { profile: self.profile.as_ref(), version };
        let target = target_by(&cx.worker.pool, &self.url, way)?;
        outgoing::fit(cx, &mut self.headers, &target.origin, is_first);
        let body = self.body.copy().unwrap_or_else(|| std::mem::take(&mut self.body));
        let line = (self.method.clone(), target.uri.clone());
        let mut request = outgoing::request(cx, line, self.headers.clone(), body, is_first && !upgrades);
        if upgrades {
            (cx.response_body, cx.tunnel) = (None, None);
            let (response, tunnel) = upgrade::call(&cx.worker, &target.origin, request, timeout).await?;
            cx.tunnel = tunnel.map(Box::new);
            let (parts, incoming) = response.into_parts();
            let body = BackendBody::unpooled(incoming, Rc::clone(&cx.worker));
            return Ok(keep(cx, parts, body));
        }
        let shutter: Option<Shutter> = self.patience.and_then(|patience| expect::hold(&mut request, patience));
        let result = {
            let work = pin!(call(&cx.worker, &target.origin, &mut request));
            within(&cx.worker.deadlines, timeout, work).await
        };
        let response = received(cx, result);
        // An answer without a body has ended already, and there is nobody left to want the request's.
        if let Some(body) = &mut cx.response_body {
            body.shutter = shutter;
        }
        response
    }
}

/// Brings the answer into memory, where the settings say that it is to be there before the next policy runs: what breaks
/// off is an error then, which `retry` and `on-error` see.
async fn whole(cx: &mut CallContext, mut response: Box<Response>) -> Result<Box<Response>, CallError> {
    if cx.buffering == BufferResponse::Whole && matches!(response.body, Body::Stream) {
        let bytes = cx.read_response_body().await?;
        response.body = if bytes.is_empty() { Body::None } else { Body::Bytes(bytes) };
    }
    Ok(response)
}

/// Is another protocol to be spoken? Only where the API or its backend says that it is WebSocket.
fn changes_protocol(cx: &CallContext, url: &Url) -> bool {
    let is_web_socket = |scheme: &str| matches!(scheme, "ws" | "wss");
    cx.wants_upgrade
        && (is_web_socket(&url.scheme)
            || cx.api().is_some_and(|api| api.api.protocols.iter().any(|scheme| is_web_socket(scheme))))
}

/// The URL that is called: for an entity by id its own with the path and query that the engine left relative to it; for
/// one that the URL led to, that URL.
fn address(exchange: &Exchange, single: &Single) -> Url {
    let request = &exchange.call.request.url;
    let mut url = request.clone();
    if matches!(exchange.call.backend, BackendChoice::Entity(_)) {
        url = single.url.clone();
        join_path(&single.url.path, &request.path, &mut url.path);
        url.query.clone_from(&request.query);
    }
    add_query(single, &mut url);
    url
}
