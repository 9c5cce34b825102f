//! What a call has only once, used beside other requests of the same policies: its bodies and its exchange with the backend
//! leave the call for a while, and come back with what became of them.

use std::rc::Rc;

use bytes::Bytes;
use policy_vm::Exchange;
use policy_vm::exchange::Body;
use policy_vm::host::{ForwardOptions, HostError, HostReply, Message};

use super::{CallContext, body_of, collect_answer, has_read};
use crate::backend::body::BackendBody;
use crate::backend::error::CallError;
use crate::backend::forward::{collect_client, forward};
use crate::edge::body::ClientBody;

/// A body that is being read.
#[derive(Debug)]
pub(crate) struct Reading {
    message: Message,
    source: Source,
    limit: usize,
}

#[derive(Debug)]
enum Source {
    /// Somebody beside has read it before.
    Known(Bytes),
    Client(ClientBody),
    Backend(Box<BackendBody>),
    Nothing,
}

/// How that ended.
#[derive(Debug)]
pub(crate) struct Read(Message, Result<Bytes, CallError>);

impl Reading {
    pub(crate) fn new(cx: &mut CallContext, exchange: &mut Exchange, message: Message) -> Self {
        let source = match (body_of(exchange, message), message) {
            (Some(Body::Bytes(bytes)), _) => Source::Known(bytes.clone()),
            (_, Message::Request) => cx.incoming.take().map_or(Source::Nothing, Source::Client),
            (_, Message::Response) => cx.response_body.take().map_or(Source::Nothing, Source::Backend),
        };
        Self { message, source, limit: cx.worker.limits.get().buffered_body }
    }

    pub(crate) async fn read(self) -> Read {
        let read = match self.source {
            Source::Known(bytes) => Ok(bytes),
            Source::Client(body) => collect_client(body, self.limit).await,
            Source::Backend(body) => collect_answer(body, self.limit).await,
            Source::Nothing => Ok(Bytes::new()),
        };
        Read(self.message, read)
    }
}

impl Read {
    pub(crate) fn into_reply(self, exchange: &mut Exchange) -> HostReply {
        has_read(exchange, self.0, self.1)
    }
}

/// Nobody waits for the body any more: what has come of it is lost.
pub(crate) fn gave_up(exchange: &mut Exchange, message: Message) {
    if let Some(body @ Body::Stream) = body_of(exchange, message) {
        *body = Body::Consumed;
    }
}

/// A call of its own, with what forwarding needs of the one that it is made for.
#[derive(Debug)]
pub(crate) struct Beside {
    cx: CallContext,
    exchange: Box<Exchange>,
    options: ForwardOptions,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Forwarded {
    beside: Beside,
    reply: HostReply,
}

impl Beside {
    pub(crate) fn new(cx: &mut CallContext, exchange: &mut Exchange, options: ForwardOptions) -> Self {
        let mut own = cx.worker.exchange();
        let (from, to) = (&mut exchange.call, &mut own.call);
        to.request.method.clone_from(&from.request.method);
        to.request.url.clone_from(&from.request.url);
        to.request.headers.clone_from(&from.request.headers);
        to.request.body = match &from.request.body {
            Body::Bytes(bytes) => Body::Bytes(bytes.clone()),
            // There is one stream.
            _ => std::mem::replace(&mut from.request.body, Body::Consumed),
        };
        to.backend.clone_from(&from.backend);
        to.transport.clone_from(&from.transport);
        Self { cx: cx.beside(), exchange: own, options }
    }

    pub(crate) async fn forward(mut self) -> Forwarded {
        let result = forward(&mut self.cx, &mut self.exchange, &self.options).await;
        Forwarded { reply: HostReply::Response(result.map_err(HostError::from)), beside: self }
    }
}

impl Forwarded {
    /// Brings back what came of it.
    pub(crate) fn into_reply(self, cx: &mut CallContext, exchange: &mut Exchange) -> HostReply {
        let Self { beside: Beside { cx: mut own, exchange: mut from, .. }, reply } = self;
        if matches!(exchange.call.request.body, Body::Consumed) {
            exchange.call.request.body = std::mem::take(&mut from.call.request.body);
        }
        exchange.call.backend_url = from.call.backend_url.take();
        cx.worker.give_back(from);
        cx.incoming = own.incoming.take();
        (cx.trailers, cx.spelling) = (own.trailers.take(), own.spelling.take());
        (cx.response_body, cx.tunnel) = (own.response_body.take(), own.tunnel.take());
        cx.affinity = own.affinity.take();
        (cx.buffering, cx.hops) = (own.buffering, own.hops);
        (cx.backend_micros, cx.backend_status) = (own.backend_micros, own.backend_status);
        reply
    }
}

impl CallContext {
    fn beside(&mut self) -> Self {
        Self {
            worker: Rc::clone(&self.worker),
            site: Rc::clone(&self.site),
            rules: Rc::clone(&self.rules),
            connection: Rc::clone(&self.connection),
            incoming: self.incoming.take(),
            // What came before stays with the call until another answer takes its place.
            response_body: None,
            buffering: self.buffering,
            affinity: self.affinity.clone(),
            wants_upgrade: self.wants_upgrade,
            tunnel: None,
            trailers: self.trailers.take(),
            spelling: self.spelling.clone(),
            client_host: self.client_host.clone(),
            hops: self.hops,
            keep_headers: false,
            api: self.api,
            operation: self.operation,
            product: self.product,
            consumer: None,
            started: self.started,
            unix_micros: self.unix_micros,
            backend_micros: self.backend_micros,
            backend_status: self.backend_status,
            line: None,
            slots: Vec::new(),
            flight: None,
        }
    }
}
