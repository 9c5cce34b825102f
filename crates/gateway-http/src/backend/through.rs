//! Through a backend entity: whether it takes calls, what goes along, and what its breaker is told.

use std::rc::Rc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use policy_vm::Exchange;
use policy_vm::exchange::{Response, Url};
use policy_vm::host::Unavailable;

use crate::backend::breaker::Outcome;
use crate::backend::error::CallError;
use crate::backend::members::Member;
use crate::call::CallContext;
use crate::identity::token;
use crate::service::{Backend, Kind, Single};
use crate::site::Site;
use crate::worker::Worker;

/// The backend that takes the call.
pub(crate) struct Chosen<'s> {
    pub(crate) number: usize,
    pub(crate) single: &'s Single,
    /// What keeps the client with this member of a pool.
    pub(crate) cookie: Option<HeaderValue>,
}

/// The entity that a policy's own request goes through: one that its URL leads to, if that takes calls.
pub(crate) fn leading_to<'s>(worker: &Worker, site: &'s Site, url: &Url) -> Result<Option<Chosen<'s>>, CallError> {
    let backends = &site.service.backends;
    if backends.len() == 0 {
        return Ok(None);
    }
    let found = backends.leading_to(url).and_then(|number| match backends.get(number)? {
        backend @ Backend { kind: Kind::Single(single), .. } => Some((number, backend, single)),
        _ => None,
    });
    let Some((number, backend, single)) = found else { return Ok(None) };
    takes_calls(backend, single, worker.shared.now_millis())?;
    Ok(Some(Chosen { number, single, cookie: None }))
}

fn takes_calls(backend: &Backend, single: &Single, now: u64) -> Result<(), CallError> {
    let Some(breaker) = &single.breaker else { return Ok(()) };
    match breaker.open_for(now) {
        None => Ok(()),
        left => Err(unavailable(backend, breaker.rule.failure_status, false, left)),
    }
}

fn unavailable(backend: &Backend, status: u16, is_pool: bool, retry_after: Option<Duration>) -> CallError {
    CallError::Unavailable { id: backend.id.clone(), unavailable: Unavailable { status, is_pool, retry_after } }
}

/// A backend that takes calls: the entity itself, or a member of the pool.
pub(crate) fn choose<'s>(
    cx: &CallContext,
    exchange: &Exchange,
    site: &'s Site,
    number: usize,
) -> Result<Chosen<'s>, CallError> {
    let backends = &site.service.backends;
    let now = cx.worker.shared.now_millis();
    let single = |number: usize| match &backends.get(number)?.kind {
        Kind::Single(single) => Some(&**single),
        Kind::Pool(_) => None,
    };
    let gone = || CallError::Url("the backend is gone".to_owned());
    let backend = backends.get(number).ok_or_else(gone)?;
    match &backend.kind {
        Kind::Single(single) => {
            takes_calls(backend, single, now)?;
            Ok(Chosen { number, single, cookie: None })
        }
        Kind::Pool(pool) => {
            let local = site.entities.get(number).ok_or_else(gone)?;
            let name = pool.affinity.as_ref().map(|affinity| affinity.cookie.as_str());
            let shown = name.and_then(|name| cookie(&exchange.call.request.headers, name));
            let open_for = |number: usize| single(number).and_then(|single| single.breaker.as_ref()?.open_for(now));
            let member = pool
                .choose(&local.turn, shown.as_deref(), open_for)
                .map_err(|left| unavailable(backend, pool.failure_status, true, left))?;
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
pub(crate) fn note(worker: &Worker, site: &Site, chosen: &Chosen<'_>, result: Result<&Response, &CallError>) {
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
            | CallError::TooLarge { .. }
            | CallError::RequestTooLarge { .. },
        ) => return,
        Err(_) => (Outcome::Reason("BackendConnectionFailure"), None),
    };
    if let Some(local) = site.entities.get(chosen.number) {
        local.ended(matches!(outcome, Outcome::Reason(_) | Outcome::Status(500..)));
    }
    let Some(breaker) = &chosen.single.breaker else { return };
    if breaker.ended(worker.shared.now_millis(), outcome, retry_after) {
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

/// Sets the entity's headers; gives their names.
pub(crate) async fn credentials(
    worker: &Rc<Worker>,
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

/// Adds an entity's query parameters.
pub(crate) fn add_query(single: &Single, url: &mut Url) {
    if !single.query.is_empty() {
        if !url.query.is_empty() {
            url.query.push('&');
        }
        url.query.push_str(&single.query);
    }
}
