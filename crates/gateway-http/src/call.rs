//! A call in progress: what the gateway holds for it beside the exchange, and how the engine's questions are answered.

pub(crate) mod beside;

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderValue;
use hyper::body::Incoming;
use hyper::upgrade::Upgraded;
use policy_vm::Exchange;
use policy_vm::exchange::{Body, Subscription};
use policy_vm::host::{
    CacheSpace, CachedResponse, CertificateCheck, HostCall, HostError, HostErrorKind, HostReply, Message,
    OutgoingRequest, Stored, SubscriptionFound,
};

use crate::access_log::line::Line;
use crate::ambient;
use crate::backend::body::{BackendBody, collect};
use crate::backend::client::{HOPS, hops};
use crate::backend::error::CallError;
use crate::backend::forward::{collect_client, forward};
use crate::backend::gather::Gather;
use crate::backend::send::{Sender, send};
use crate::backend::spelling::Spelling;
use crate::backend::trailers::Trailers;
use crate::cache::flights::{Boarding, Flight, landed};
use crate::cache::tee::Tee;
use crate::config::BufferResponse;
use crate::edge::body::ClientBody;
use crate::edge::connection::Connection;
use crate::identity::token;
use crate::rules::Rules;
use crate::site::{Api, Site};
use crate::worker::Worker;

/// What belongs to a call and is not the engine's.
#[derive(Debug)]
pub(crate) struct CallContext {
    pub(crate) worker: Rc<Worker>,
    pub(crate) site: Rc<Site>,
    /// The settings of that version.
    #[expect(clippy::redundant_allocation, reason = "as the worker's")]
    pub(crate) rules: Rc<Arc<Rules>>,
    pub(crate) connection: Rc<Connection>,
    /// The client's body, until somebody takes it.
    pub(crate) incoming: Option<ClientBody>,
    /// The backend's body, until somebody takes it.
    pub(crate) response_body: Option<Box<BackendBody>>,
    /// What `forward-request` makes of a body that comes.
    pub(crate) buffering: BufferResponse,
    /// The cookie that keeps the client with its member of a pool.
    pub(crate) affinity: Option<HeaderValue>,
    /// The client asks to speak another protocol.
    pub(crate) wants_upgrade: bool,
    /// The connection to the backend that agreed to it.
    pub(crate) tunnel: Option<Box<Upgraded>>,
    /// What the client said about trailers.
    pub(crate) trailers: Option<Box<Trailers>>,
    /// How names of headers were written, where that is wanted.
    pub(crate) spelling: Option<Box<Spelling>>,
    /// `Host` as the client sent it.
    pub(crate) client_host: Option<HeaderValue>,
    /// How often the call had come back to the gateway, noted when its headers were forwarded.
    pub(crate) hops: u32,
    /// Policies read the request's headers after it was forwarded.
    pub(crate) keep_headers: bool,
    pub(crate) api: Option<usize>,
    pub(crate) operation: Option<usize>,
    pub(crate) product: Option<usize>,
    pub(crate) consumer: Option<Arc<Subscription>>,
    pub(crate) started: Instant,
    pub(crate) unix_micros: u64,
    pub(crate) backend_micros: Option<u64>,
    pub(crate) backend_status: Option<u16>,
    /// The call's line in the access log; dropped with the call when the client goes away, it says so.
    pub(crate) line: Option<Box<Line>>,
    /// Places of `limit-concurrency` that are held.
    slots: Vec<Box<str>>,
    /// Others wait for the response that this call is to store.
    flight: Option<Flight>,
}

impl CallContext {
    #[inline]
    pub(crate) fn new(worker: Rc<Worker>, connection: Rc<Connection>, incoming: Incoming, started: Instant) -> Self {
        let site = Rc::clone(&worker.site.borrow());
        let incoming = ClientBody::new(incoming, &connection, &worker);
        Self {
            site,
            rules: worker.rules(),
            connection,
            incoming: Some(incoming),
            response_body: None,
            buffering: BufferResponse::Pass,
            wants_upgrade: false,
            affinity: None,
            tunnel: None,
            trailers: None,
            spelling: None,
            client_host: None,
            hops: 0,
            keep_headers: false,
            api: None,
            operation: None,
            product: None,
            consumer: None,
            started,
            unix_micros: worker.clock.unix_micros(started),
            backend_micros: None,
            backend_status: None,
            line: None,
            slots: Vec::new(),
            flight: None,
            worker,
        }
    }

    pub(crate) fn api(&self) -> Option<&Api> {
        self.site.apis.get(self.api?)
    }

    /// Answers the engine.
    pub(crate) async fn answer(&mut self, exchange: &mut Exchange, call: HostCall) -> HostReply {
        match call {
            HostCall::Forward(options) => {
                HostReply::Response(forward(self, exchange, &options).await.map_err(HostError::from))
            }
            HostCall::ReadBody(message) => Box::pin(self.read_body(exchange, message)).await,
            HostCall::Send(mut request) => {
                self.note_hops(exchange, &mut request);
                let sent = Box::pin(send(self.sender(), *request)).await;
                HostReply::Response(sent.map(Box::new).map_err(HostError::from))
            }
            HostCall::Retry(wait) => {
                let again = self.may_retry();
                if again && !wait.is_zero() {
                    Box::pin(tokio::time::sleep(wait)).await;
                }
                HostReply::Acquired(again)
            }
            // Rare and large: kept out of the state of every call.
            HostCall::CacheLookup { key, space: CacheSpace::Responses, .. } => {
                HostReply::Cached(Box::pin(self.look_response_up(&key)).await)
            }
            HostCall::GetToken { resource, client_id } => {
                let token = Box::pin(token(&self.worker, &resource, client_id.as_deref())).await;
                HostReply::Token(token)
            }
            HostCall::CheckCertificate(check) => HostReply::Checked(self.check_certificate(exchange, &check)),
            HostCall::SendOneWay(mut request) => {
                self.note_hops(exchange, &mut request);
                self.sender().send_one_way(*request);
                HostReply::Done
            }
            call => self.answer_at_once(call).unwrap_or_else(|other| {
                HostReply::Failed(HostError::new(HostErrorKind::Refused, format!("not offered: {other:?}")))
            }),
        }
    }

    /// Is it bearable that this call asks a backend once more?
    pub(crate) fn may_retry(&self) -> bool {
        let worker = &self.worker;
        let percent = u64::from(self.rules.backend.retry_percent);
        let may = self.site.may_retry(self.api, worker.clock.millis(), percent);
        if !may && worker.metrics.refused("RetryBudgetExhausted", worker.clock.millis()) {
            let api = self.api().map(|api| api.api.id.as_str());
            tracing::warn!(
                api,
                "a policy would try again, but too many calls of its API do: see `backend.retry_percent`"
            );
        }
        may
    }

    /// Sends what its policies ask for.
    pub(crate) fn sender(&self) -> Sender {
        Sender { worker: Rc::clone(&self.worker), site: Rc::clone(&self.site), rules: Rc::clone(&self.rules) }
    }

    /// Says in a policy's own request how often its call has come back to the gateway, whatever it is made of: one that
    /// leads here must come to an end as well.
    pub(crate) fn note_hops(&self, exchange: &Exchange, request: &mut OutgoingRequest) {
        let hops = self.hops.max(hops(&exchange.call.request.headers));
        if hops > 0 {
            request.headers.insert(HOPS, HeaderValue::from(hops));
        }
    }

    /// Looks at the client's certificate.
    fn check_certificate(&self, exchange: &Exchange, check: &CertificateCheck) -> bool {
        let now = Duration::from_micros(ambient::unix_micros());
        let Some(certificate) = &exchange.call.request.certificate else { return false };
        self.rules.trust.check(certificate, check, &self.site.service.certificates, now)
    }

    /// Answers what takes neither time nor a look at the exchange; gives back what does.
    pub(crate) fn answer_at_once(&mut self, call: HostCall) -> Result<HostReply, HostCall> {
        let shared = &self.worker.shared;
        Ok(match call {
            HostCall::CacheLookup { key, space: CacheSpace::Values, .. } => {
                HostReply::Cached(shared.cache.get(&key, CacheSpace::Values))
            }
            HostCall::CacheStore { key, value, duration, space, .. } => {
                shared.cache.put(key, space, *value, duration);
                if space == CacheSpace::Responses {
                    self.flight = None;
                }
                HostReply::Done
            }
            HostCall::CacheStream { key, value, duration, .. } => {
                self.store_stream(key, value, duration);
                HostReply::Done
            }
            HostCall::CacheRemove { key, .. } => {
                shared.cache.remove(&key);
                HostReply::Done
            }
            HostCall::Count(step) => HostReply::Counted(shared.counters.count(&step, ambient::now())),
            HostCall::AcquireSlot { key, limit } => {
                let acquired = shared.slots.acquire(&key, limit);
                if acquired {
                    self.slots.push(key);
                }
                HostReply::Acquired(acquired)
            }
            HostCall::ReleaseSlot { key } => {
                if let Some(held) = self.slots.iter().position(|held| *held == key) {
                    self.slots.swap_remove(held);
                    shared.slots.release(&key);
                }
                HostReply::Done
            }
            HostCall::FindSubscription { key } => HostReply::Subscription(self.find_subscription(&key)),
            other => return Err(other),
        })
    }

    /// A response of the cache. One call fetches what is not there, the others wait for it, once and for a time.
    async fn look_response_up(&mut self, key: &str) -> Option<Arc<Stored>> {
        let shared = Arc::clone(&self.worker.shared);
        let find = || shared.cache.get(key, CacheSpace::Responses);
        if let Some(found) = find() {
            return Some(found);
        }
        match shared.flights.board(key) {
            Boarding::Lead(flight) => {
                self.flight = Some(flight);
                // It may have been stored between the two looks.
                let found = find();
                if found.is_some() {
                    self.flight = None;
                }
                found
            }
            // Whoever fetches something waits for nobody: not for itself, with the same lookup in two documents, nor for
            // one that may wait for it.
            Boarding::Wait(_) if self.flight.is_some() => None,
            Boarding::Wait(landing) => {
                let _ = tokio::time::timeout(shared.config.cache.wait, landed(landing)).await;
                find()
            }
        }
    }

    /// Stores the response when its last byte has come.
    fn store_stream(&mut self, key: Box<str>, head: Box<CachedResponse>, duration: Duration) {
        let flight = self.flight.take();
        if let Some(body) = &mut self.response_body {
            let shared = Arc::clone(&self.worker.shared);
            body.tee = Some(Box::new(Tee::new(shared, key, head, duration, flight)));
        }
    }

    fn find_subscription(&self, key: &str) -> Option<SubscriptionFound> {
        let holder = self.site.service.keys.find(key)?;
        let products = self.api().map(|api| api.products.as_slice()).unwrap_or_default();
        Some(SubscriptionFound {
            subscription: Arc::clone(&holder.subscription),
            active: holder.active,
            in_scope: self.api.is_some_and(|api| holder.scope.covers(api, products)),
        })
    }

    async fn read_body(&mut self, exchange: &mut Exchange, message: Message) -> HostReply {
        let read = match message {
            Message::Request => self.read_request_body().await,
            Message::Response => self.read_response_body().await,
        };
        has_read(exchange, message, read)
    }

    /// Brings the client's body into memory.
    pub(crate) async fn read_request_body(&mut self) -> Result<Bytes, CallError> {
        let Some(incoming) = self.incoming.take() else { return Ok(Bytes::new()) };
        collect_client(incoming, self.worker.limits.get().buffered_body).await
    }

    /// Brings the backend's body into memory.
    pub(crate) async fn read_response_body(&mut self) -> Result<Bytes, CallError> {
        let Some(body) = self.response_body.take() else { return Ok(Bytes::new()) };
        collect_answer(body, self.worker.limits.get().buffered_body).await
    }
}

/// Brings a backend's body into memory.
async fn collect_answer(mut body: Box<BackendBody>, limit: usize) -> Result<Bytes, CallError> {
    // It is put together anyway.
    body.gather = Gather::OFF;
    match collect(body, limit).await {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(CallError::TooLarge { limit }),
        Err(source) => Err(CallError::Body { origin: "the backend".to_owned(), source }),
    }
}

fn body_of(exchange: &mut Exchange, message: Message) -> Option<&mut Body> {
    match message {
        Message::Request => Some(&mut exchange.call.request.body),
        Message::Response => exchange.call.response.as_mut().map(|response| &mut response.body),
    }
}

/// What comes of reading a body: one that broke off is not there any more.
fn has_read(exchange: &mut Exchange, message: Message, read: Result<Bytes, CallError>) -> HostReply {
    if let (Some(body), Err(_)) = (body_of(exchange, message), &read) {
        *body = Body::Consumed;
    }
    HostReply::Body(read.map_err(HostError::from))
}

impl Drop for CallContext {
    /// However a call ends, its places are free again.
    fn drop(&mut self) {
        for key in self.slots.drain(..) {
            self.worker.shared.slots.release(&key);
        }
    }
}
