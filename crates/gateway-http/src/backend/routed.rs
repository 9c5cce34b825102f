//! `forward-request` where it is more than one request to one URL: through a backend entity, with a certificate or a proxy
//! of a policy's, over HTTP/2, or following redirects. The plain way is in `forward`.

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use policy_vm::Exchange;
use policy_vm::exchange::{BackendChoice, Body, Response, Url};
use policy_vm::host::{ForwardOptions, HttpVersion, Transport, Unavailable};

use crate::backend::body::{BackendBody, RequestBody};
use crate::backend::breaker::Outcome;
use crate::backend::client::{build, call};
use crate::backend::error::CallError;
use crate::backend::forward::{keep, received};
use crate::backend::headers::for_backend;
use crate::backend::members::Member;
use crate::backend::pool::Way;
use crate::backend::profile::Profile;
use crate::backend::redirect::{self, MAX_REDIRECTS};
use crate::backend::target::{join_path, target_by};
use crate::backend::upgrade;
use crate::call::CallContext;
use crate::identity::token;
use crate::service::{Kind, Single};
use crate::site::Site;
use crate::timer::limit;

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

/// The backend that takes the call.
struct Chosen<'s> {
    number: usize,
    single: &'s Single,
    /// What keeps the client with this member of a pool.
    cookie: Option<HeaderValue>,
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
        return Trip::begin(cx, exchange, options, None).await?.go(cx, options, timeout).await;
    };
    exchange.call.backend_url = Some(Box::new(chosen.single.url.clone()));
    let _in_flight = site.entities.get(chosen.number).map(|local| local.begin());
    let result = match Trip::begin(cx, exchange, options, Some(chosen.single)).await {
        Ok(trip) => trip.go(cx, options, timeout).await,
        Err(error) => Err(error),
    };
    note(cx, &site, &chosen, &result);
    // Not a part of the backend's answer: that may be stored in the cache, for all clients.
    cx.affinity = chosen.cookie;
    result
}

/// A backend that takes calls: the entity itself, or a member of the pool.
fn choose<'s>(cx: &CallContext, exchange: &Exchange, site: &'s Site, number: usize) -> Result<Chosen<'s>, CallError> {
    let backends = &site.service.backends;
    let now = cx.worker.shared.now_millis();
    let single = |number: usize| match &backends.get(number)?.kind {
        Kind::Single(single) => Some(&**single),
        Kind::Pool(_) => None,
    };
    let open_for = |number: usize| single(number).and_then(|single| single.breaker.as_ref()?.open_for(now));
    let gone = || CallError::Url("the backend is gone".to_owned());
    let backend = backends.get(number).ok_or_else(gone)?;
    let unavailable = |status, is_pool, retry_after| CallError::Unavailable {
        id: backend.id.clone(),
        unavailable: Unavailable { status, is_pool, retry_after },
    };
    match &backend.kind {
        Kind::Single(single) => match (&single.breaker, open_for(number)) {
            (Some(breaker), Some(left)) => Err(unavailable(breaker.rule.failure_status, false, Some(left))),
            _ => Ok(Chosen { number, single, cookie: None }),
        },
        Kind::Pool(pool) => {
            let local = site.entities.get(number).ok_or_else(gone)?;
            let name = pool.affinity.as_ref().map(|affinity| affinity.cookie.as_str());
            let shown = name.and_then(|name| cookie(&exchange.call.request.headers, name));
            let member = pool
                .choose(&local.turn, shown.as_deref(), open_for)
                .map_err(|left| unavailable(pool.failure_status, true, left))?;
            let single = single(member.backend).ok_or_else(gone)?;
            let cookie = name.filter(|_| shown.as_deref() != Some(&member.token));
            let cookie = cookie.and_then(|name| set_cookie(name, member, cx.connection.tls));
            Ok(Chosen { number: member.backend, single, cookie })
        }
    }
}

fn set_cookie(name: &str, member: &Member, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{name}={}; Path=/; HttpOnly{secure}", member.token)).ok()
}

/// The value of a cookie.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()).find_map(|line| {
        line.split(';').find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then(|| value.trim_matches('"').to_owned())
        })
    })
}

/// Tells the breaker how the call ended.
fn note(cx: &CallContext, site: &Site, chosen: &Chosen<'_>, result: &Result<Box<Response>, CallError>) {
    let (outcome, retry_after) = match result {
        Ok(response) => (Outcome::Status(response.status), retry_after(&response.headers)),
        Err(CallError::Timeout) => (Outcome::Reason("Timeout"), None),
        // What the gateway itself or the client did says nothing about the backend.
        Err(
            CallError::RequestBody
            | CallError::Url(_)
            | CallError::Certificate(_)
            | CallError::Tls(_)
            | CallError::Token(_)
            | CallError::TooLarge { .. },
        ) => return,
        Err(_) => (Outcome::Reason("BackendConnectionFailure"), None),
    };
    if let Some(local) = site.entities.get(chosen.number) {
        local.ended(matches!(outcome, Outcome::Reason(_) | Outcome::Status(500..)));
    }
    let Some(breaker) = &chosen.single.breaker else { return };
    if breaker.ended(cx.worker.shared.now_millis(), outcome, retry_after) {
        let id = site.service.backends.get(chosen.number).map_or("", |backend| backend.id.as_str());
        tracing::warn!(backend = id, rule = breaker.rule.name, "a circuit breaker has opened");
    }
}

/// `Retry-After`: seconds or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(text).ok()?.duration_since(std::time::SystemTime::now()).ok(),
    }
}

/// A request on its way, which redirects may lead on.
struct Trip {
    url: Url,
    method: Method,
    headers: HeaderMap,
    /// `None` when it streamed away, or there is none.
    body: Option<bytes::Bytes>,
    streams: bool,
    client_body: Option<RequestBody>,
    profile: Option<Arc<Profile>>,
    /// The proxy goes along to other servers, a certificate does not.
    proxy_only: Option<Arc<Profile>>,
    /// Headers that are the entity's secrets.
    secrets: Vec<HeaderName>,
    version: HttpVersion,
}

impl Trip {
    async fn begin(
        cx: &mut CallContext,
        exchange: &mut Exchange,
        options: &ForwardOptions,
        single: Option<&Single>,
    ) -> Result<Self, CallError> {
        let worker = Rc::clone(&cx.worker);
        let shared = &worker.shared;
        let url = match single {
            Some(single) => address(exchange, single),
            None => exchange.call.request.url.clone(),
        };
        let base = match single {
            Some(single) => single.profile(&shared.authorities)?,
            None => None,
        };
        let certificates = &cx.site.service.certificates;
        let transport = exchange.call.transport.as_deref();
        let profile = match transport {
            Some(transport) => {
                Some(worker.profiles.with(base, single, transport, certificates, &shared.authorities)?)
            }
            None => base.map(Arc::clone),
        };
        let proxy_only = match &profile {
            Some(profile) if profile.proxy.is_some() => Some(worker.profiles.with_proxy(profile, &shared.authorities)?),
            _ => None,
        };
        let request = &mut exchange.call.request;
        let mut headers = if cx.keep_headers { request.headers.clone() } else { std::mem::take(&mut request.headers) };
        let mut secrets = Vec::new();
        if let Some(single) = single {
            secrets = credentials(&worker, single, &mut headers).await?;
        }
        let request = &mut exchange.call.request;
        let (body, client_body) = match &request.body {
            Body::None | Body::Consumed => (None, None),
            Body::Bytes(bytes) => (Some(bytes.clone()), None),
            Body::Stream => {
                request.body = Body::Consumed;
                (None, cx.incoming.take().map(RequestBody::Client))
            }
        };
        Ok(Self {
            url,
            method: request.method.clone(),
            headers,
            body,
            streams: client_body.is_some(),
            client_body,
            profile,
            proxy_only,
            secrets,
            version: options.http_version,
        })
    }

    /// Sends the request, and goes where the answers lead if that is wanted.
    async fn go(
        mut self,
        cx: &mut CallContext,
        options: &ForwardOptions,
        timeout: Duration,
    ) -> Result<Box<Response>, CallError> {
        let mut response = self.step(cx, true, timeout).await?;
        if !options.follow_redirects {
            return Ok(response);
        }
        for _ in 0..MAX_REDIRECTS {
            let status = http::StatusCode::from_u16(response.status).unwrap_or_default();
            let Some(next) = redirect::next(&self.url, &self.method, status, &response.headers) else { break };
            if next.keeps_body && self.streams {
                break;
            }
            if !next.keeps_body {
                self.body = None;
                self.headers.remove(header::CONTENT_TYPE);
            }
            if next.crosses {
                redirect::drop_credentials(&mut self.headers);
                self.secrets.drain(..).for_each(|name| _ = self.headers.remove(name));
                self.profile = self.proxy_only.clone();
            }
            (self.url, self.method) = (next.url, next.method);
            response = self.step(cx, false, timeout).await?;
        }
        Ok(response)
    }

    async fn step(
        &mut self,
        cx: &mut CallContext,
        is_first: bool,
        timeout: Duration,
    ) -> Result<Box<Response>, CallError> {
        let way = Way { profile: self.profile.as_ref(), version: self.version };
        let target = target_by(&cx.worker.pool, &self.url, way)?;
        let forwarded_for = is_first.then_some(&cx.connection.forwarded_for);
        for_backend(&mut self.headers, &target.origin.host_header, cx.client_host.as_ref(), forwarded_for);
        let body = match (self.client_body.take(), &self.body) {
            (Some(body), _) => body,
            (None, Some(bytes)) => RequestBody::Bytes(Some(bytes.clone())),
            (None, None) => RequestBody::Empty,
        };
        let mut request: Request<RequestBody> =
            build(self.method.clone(), target.uri.clone(), self.headers.clone(), body);
        if is_first && changes_protocol(cx, &self.url) {
            (cx.response_body, cx.tunnel) = (None, None);
            let (response, tunnel) = upgrade::call(&cx.worker, &target.origin, request, timeout).await?;
            cx.tunnel = tunnel.map(Box::new);
            let (parts, incoming) = response.into_parts();
            let body = BackendBody::unpooled(incoming, Rc::clone(&cx.worker));
            return Ok(keep(cx, parts, body));
        }
        if let Some(trailers) = cx.trailers.as_ref().filter(|_| is_first) {
            let streams = matches!(request.body(), RequestBody::Client(_));
            trailers.tell(request.headers_mut(), true, streams);
        }
        let result = {
            let work = pin!(call(&cx.worker, &target.origin, &mut request));
            limit(&cx.worker.deadlines, timeout, work).await
        };
        received(cx, result)
    }
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
    if !single.query.is_empty() {
        if !url.query.is_empty() {
            url.query.push('&');
        }
        url.query.push_str(&single.query);
    }
    url
}

/// Sets the entity's headers; gives their names.
async fn credentials(
    worker: &Rc<crate::worker::Worker>,
    single: &Single,
    headers: &mut HeaderMap,
) -> Result<Vec<HeaderName>, CallError> {
    let mut names: Vec<HeaderName> = Vec::new();
    for (name, value) in &single.headers {
        if names.contains(name) {
            headers.append(name.clone(), value.clone());
        } else {
            headers.insert(name.clone(), value.clone());
            names.push(name.clone());
        }
    }
    if let Some(identity) = &single.identity {
        let token = Box::pin(token(worker, &identity.resource, identity.client_id.as_deref())).await;
        let token = token.map_err(|error| CallError::Token(error.message))?;
        let mut value = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| CallError::Token("the token is no header value".to_owned()))?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
        names.push(header::AUTHORIZATION);
    }
    Ok(names)
}

/// How a policy's own request is made, where it says so.
pub(crate) fn profile_of(
    worker: &crate::worker::Worker,
    transport: &Transport,
) -> Result<Option<Arc<Profile>>, CallError> {
    if *transport == Transport::default() {
        return Ok(None);
    }
    let site = Rc::clone(&worker.site.borrow());
    let authorities = &worker.shared.authorities;
    worker.profiles.with(None, None, transport, &site.service.certificates, authorities).map(Some)
}
