//! The fake host: everything a run asks for, without sockets, threads or a real clock.
//!
//! Calls take virtual time. Several that are outstanding (`wait`) are answered in the order in which they would end, and
//! the clock moves to each end.

use std::time::Duration;

use bytes::Bytes;
use policy_vm::exchange::{Body, Exchange, Response};
use policy_vm::host::{
    CacheSpace, CounterCall, ForwardOptions, HostCall, HostError, HostErrorKind, HostReply, Message, OutgoingRequest,
    Stored, Transport,
};

mod ambience;
mod backends;
mod cache;
mod counters;
mod slots;
mod subscriptions;
mod words;

pub(crate) use ambience::{Ambience, span_ticks};
pub(crate) use backends::{Backends, Sent};
pub(crate) use cache::Cache;
use cache::name;
pub(crate) use slots::Slots;
pub(crate) use subscriptions::{Subscriptions, user};

use counters::Counters;

use crate::setup::Surroundings;

/// What outlives a request, and what one request has in flight.
#[derive(Debug, Default)]
pub(crate) struct FakeHost {
    pub(crate) backends: Backends,
    pub(crate) cache: Cache,
    pub(crate) slots: Slots,
    pub(crate) subscriptions: Subscriptions,
    counters: Counters,
    /// Counters cannot be asked.
    pub(crate) counters_fail: bool,
    /// Bytes of the client's body.
    received: usize,
    /// The client's body, until it has been sent or read.
    request_body: Option<Bytes>,
    /// The backend's body, until it has been read.
    response_body: Option<Bytes>,
    /// It breaks off: what is there goes on to the caller, and nobody can read it.
    breaks_off: bool,
}

/// An answer and the virtual time it takes.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) after: Duration,
    pub(crate) reply: HostReply,
}

impl From<HostReply> for Pending {
    fn from(reply: HostReply) -> Self {
        Self { after: Duration::ZERO, reply }
    }
}

impl FakeHost {
    /// Gives the client's body to the host, as a gateway holds it: a stream.
    pub(crate) fn hold_request_body(&mut self, body: Bytes) -> Body {
        self.received = body.len();
        let held = if body.is_empty() { Body::None } else { Body::Stream };
        self.request_body = (!body.is_empty()).then_some(body);
        self.response_body = None;
        self.breaks_off = false;
        held
    }

    /// Bytes of the client's body.
    pub(crate) const fn received(&self) -> usize {
        self.received
    }

    /// Adds to a counter after the response.
    pub(crate) fn add(&mut self, call: &CounterCall, now: i64) {
        self.counters.count(call, now);
    }

    /// The whole body of the final response.
    pub(crate) fn response_body(&mut self, body: &Body) -> Bytes {
        match body {
            Body::Bytes(bytes) => bytes.clone(),
            Body::Stream => self.response_body.take().unwrap_or_default(),
            Body::None | Body::Consumed => Bytes::new(),
        }
    }

    /// Carries out one call.
    pub(crate) fn perform(
        &mut self,
        exchange: &Exchange,
        surroundings: &Surroundings,
        ambience: &Ambience,
        call: HostCall,
    ) -> Pending {
        let now = ambience.now();
        match call {
            HostCall::Forward(options) => self.forward(exchange, surroundings, &options),
            HostCall::Send(request) => self.send(&request, words::connection(&request.transport)),
            HostCall::SendOneWay(request) => {
                self.send(&request, words::one_way(request.timeout, &request.transport));
                HostReply::Done.into()
            }
            HostCall::ReadBody(message) => HostReply::Body(self.read_body(message)).into(),
            HostCall::CacheLookup { key, cache, space } => {
                HostReply::Cached(self.cache.lookup(&name(&key, space), cache, now)).into()
            }
            HostCall::CacheStore { key, value, duration, cache, space } => {
                self.cache.store(&name(&key, space), *value, duration, cache, now);
                HostReply::Done.into()
            }
            HostCall::CacheStream { key, mut value, duration, cache } => {
                value.body = self.response_body.clone().unwrap_or_default();
                let key = name(&key, CacheSpace::Responses);
                if !self.breaks_off {
                    self.cache.store(&key, Stored::Cached(value), duration, cache, now);
                }
                HostReply::Done.into()
            }
            HostCall::GetToken { resource, client_id } => {
                HostReply::Token(surroundings.token(&resource, client_id.as_deref())).into()
            }
            HostCall::CheckCertificate(check) => HostReply::Checked(surroundings.is_so(&check)).into(),
            HostCall::CacheRemove { key, cache } => self.cache.remove(&key, cache).into(),
            HostCall::Count(_) if self.counters_fail => {
                let error = HostError::new(HostErrorKind::Connection, "The counters cannot be asked.");
                HostReply::Failed(error).into()
            }
            HostCall::Count(call) => HostReply::Counted(self.counters.count(&call, now)).into(),
            HostCall::AcquireSlot { key, limit } => HostReply::Acquired(self.slots.acquire(&key, limit)).into(),
            HostCall::ReleaseSlot { key } => {
                self.slots.release(&key);
                HostReply::Done.into()
            }
            HostCall::FindSubscription { key } => HostReply::Subscription(self.subscriptions.find(&key)).into(),
            HostCall::Retry(duration) => Pending { after: duration, reply: HostReply::Acquired(true) },
        }
    }

    fn forward(&mut self, exchange: &Exchange, surroundings: &Surroundings, options: &ForwardOptions) -> Pending {
        let request = &exchange.call.request;
        let Some(url) = surroundings.destination(&exchange.call) else {
            return HostReply::Response(Err(HostError::new(HostErrorKind::Refused, "There is no such backend.")))
                .into();
        };
        let body = match &request.body {
            Body::Bytes(bytes) => bytes.clone(),
            Body::None | Body::Consumed => Bytes::new(),
            Body::Stream => match self.stream(options.buffer_request_body) {
                Some(bytes) => bytes,
                None => return HostReply::Response(Err(already_sent())).into(),
            },
        };
        let sent = Sent {
            method: request.method.clone(),
            url,
            headers: request.headers.clone(),
            body,
            words: words::forwarded(options, exchange.call.transport.as_deref().unwrap_or(&Transport::default())),
        };
        let (after, answer) = self.backends.answer(sent, options.timeout, options.follow_redirects);
        self.breaks_off = self.backends.breaks_off();
        let reply = answer.map(|mut response| {
            if let Body::Bytes(bytes) = std::mem::take(&mut response.body) {
                response.body = Body::Stream;
                self.response_body = Some(bytes);
            }
            Box::new(response)
        });
        Pending { after, reply: HostReply::Response(reply) }
    }

    /// The client's body for sending, kept when it is to be sent again.
    fn stream(&mut self, keep: bool) -> Option<Bytes> {
        if keep { self.request_body.clone() } else { self.request_body.take() }
    }

    fn send(&mut self, request: &OutgoingRequest, words: Vec<String>) -> Pending {
        let sent = Sent {
            method: request.method.clone(),
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: if let Body::Bytes(bytes) = &request.body { bytes.clone() } else { Bytes::new() },
            words,
        };
        let (after, answer) = self.backends.answer(sent, request.timeout, false);
        // The whole answer is waited for.
        let answer = if self.backends.breaks_off() { Err(broken_off()) } else { answer };
        Pending { after, reply: HostReply::Response(answer.map(Box::new)) }
    }

    fn read_body(&mut self, message: Message) -> Result<Bytes, HostError> {
        let body = match message {
            Message::Request => self.request_body.take(),
            Message::Response if self.breaks_off => return Err(broken_off()),
            Message::Response => self.response_body.take(),
        };
        body.ok_or_else(already_sent)
    }
}

fn broken_off() -> HostError {
    HostError::new(HostErrorKind::Connection, "The body of the answer broke off.")
}

fn already_sent() -> HostError {
    HostError::new(HostErrorKind::Connection, "The body has been sent already.")
}

/// A response whose body is in memory.
fn in_memory(status: u16, body: Bytes) -> Response {
    Response { status, body: Body::Bytes(body), ..Response::default() }
}
