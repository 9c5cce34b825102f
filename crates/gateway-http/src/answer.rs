//! From the engine's response to the one that goes out, with what happens when its last byte has gone.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body::{Body as _, Frame, SizeHint};
use hyper::ext::ReasonPhrase;
use policy_vm::Exchange;
use policy_vm::error::PolicyError;
use policy_vm::exchange::{Body, Response};

use crate::access_log::line::Line;
use crate::backend::body::{BackendBody, BodyError};
use crate::backend::headers::remove_hop_by_hop;
use crate::backend::upgrade;
use crate::call::CallContext;
use crate::edge::connection::Connection;
use crate::errors;
use crate::limits::Transfer;
use crate::site::VERSION;

/// The body of an answer.
#[derive(Debug)]
pub(crate) struct AnswerBody {
    kind: Kind,
    /// The line in the access log, written when the body is gone.
    line: Option<Box<Line>>,
    call: InProgress,
    /// The quotas that its bytes are counted for.
    transfer: Option<Box<Transfer>>,
}

#[derive(Debug)]
enum Kind {
    Empty,
    Bytes(Bytes),
    Backend(Box<BackendBody>),
}

/// Counts a call of a connection for as long as it lasts.
#[derive(Debug)]
pub(crate) struct InProgress {
    connection: Rc<Connection>,
    /// Which of the connection's calls it is.
    pub(crate) number: u64,
    pub(crate) started: Instant,
    /// The answer's, once there is one.
    status: u16,
}

/// The status under which a call is counted and logged whose client went away before there was an answer, as with other
/// proxies.
pub(crate) const CLIENT_GONE: u16 = 499;

impl InProgress {
    pub(crate) fn new(connection: &Rc<Connection>) -> Self {
        connection.call_begins();
        let started = Instant::now();
        connection.clock.note(started);
        Self { connection: Rc::clone(connection), number: connection.begun.get(), started, status: CLIENT_GONE }
    }

    /// The same call again, after a bug has torn down all that was made for it.
    pub(crate) fn again(connection: &Rc<Connection>, number: u64, started: Instant) -> Self {
        connection.call_begins();
        Self { connection: Rc::clone(connection), number, started, status: CLIENT_GONE }
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.connection.call_ends();
        let metrics = &self.connection.metrics;
        // After a panic the call goes on, with an answer: see `again`.
        if metrics.timed && !std::thread::panicking() {
            metrics.answered(self.status, self.started.elapsed());
        }
    }
}

/// Makes the answer of a call that has run.
pub(crate) fn answer(
    cx: &mut CallContext,
    exchange: &mut Exchange,
    in_progress: InProgress,
) -> http::Response<AnswerBody> {
    let mut response = exchange.call.response.take().unwrap_or_else(|| Response { status: 200, ..Response::default() });
    // The library cannot send it; and what follows would never come.
    if matches!(response.status, 100..=199) && !(response.status == 101 && cx.tunnel.is_some()) {
        let error = errors::interim_status(response.status);
        response = policy_vm::respond::error_response(&error, &exchange.call.request_id);
        exchange.call.last_error = Some(Box::new(error));
    }
    let mut line = cx.line.take();
    if let Some(line) = &mut line {
        line.answered(cx, response.status, exchange.call.last_error.take());
    }
    if cx.worker.metrics.timed {
        cx.site.answered(cx.api, response.status);
    }
    let kind = match std::mem::take(&mut response.body) {
        Body::Stream => cx.response_body.take().map_or(Kind::Empty, Kind::Backend),
        Body::Bytes(bytes) if !bytes.is_empty() => Kind::Bytes(bytes),
        _ => Kind::Empty,
    };
    if let (Some(line), true) = (&mut line, kind.is_end()) {
        // Nobody will ask for a piece of it.
        line.without_body();
    }
    let look = remove_hop_by_hop(&mut response.headers);
    // Only where there is no body does the backend's word on its length count; elsewhere it is counted.
    let is_head = exchange.call.original_method == Method::HEAD;
    if look.content_length
        && !((is_head || response.status == 304) && matches!(kind, Kind::Empty))
        && !kind.is_as_long_as(response.headers.get(header::CONTENT_LENGTH))
    {
        response.headers.remove(header::CONTENT_LENGTH);
    }
    if let Kind::Backend(body) = &kind
        && let Some(trailers) = &body.trailers
        && (cx.connection.http2.get() || cx.trailers.as_ref().is_some_and(|client| client.wanted))
    {
        trailers.tell(&mut response.headers, false, true);
    }
    if let Some(cookie) = cx.affinity.take() {
        response.headers.append(header::SET_COOKIE, cookie);
    }
    if let Some(version) = &cx.site.version {
        response.headers.insert(VERSION, version.clone());
    }
    if response.status == 101 {
        change_protocol(cx, &mut response);
    }
    let counters = &mut exchange.call.transfer_counters;
    let transfer = Transfer::new(&cx.worker.shared, &cx.connection, in_progress.number, counters);
    let body = AnswerBody { kind, line, transfer, call: in_progress };
    let mut answer = assemble(response.status, response.reason.as_deref(), response.headers, body);
    if let Some(spelling) = cx.spelling.take() {
        answer.extensions_mut().extend(spelling.response);
    }
    answer
}

/// The backend has agreed to another protocol, and so does the gateway; nobody else can say so.
fn change_protocol(cx: &mut CallContext, response: &mut Response) {
    if let Some(tunnel) = cx.tunnel.take() {
        upgrade::mark(&mut response.headers);
        *cx.connection.tunnel.borrow_mut() = Some(tunnel);
    }
}

/// Makes the answer to a call that was refused before there was an exchange.
pub(crate) fn refuse(
    error: &PolicyError,
    request_id: &[u8; 16],
    in_progress: InProgress,
) -> http::Response<AnswerBody> {
    let response = policy_vm::respond::error_response(error, request_id);
    let kind = match response.body {
        Body::Bytes(bytes) => Kind::Bytes(bytes),
        _ => Kind::Empty,
    };
    let body = AnswerBody { kind, line: None, transfer: None, call: in_progress };
    assemble(response.status, response.reason.as_deref(), response.headers, body)
}

/// An answer with a text, or none, for the gateway's own pages.
pub(crate) fn plain(status: u16, text: &'static str, in_progress: InProgress) -> http::Response<AnswerBody> {
    let kind = if text.is_empty() { Kind::Empty } else { Kind::Bytes(Bytes::from_static(text.as_bytes())) };
    assemble(status, None, HeaderMap::new(), AnswerBody { kind, line: None, transfer: None, call: in_progress })
}

fn assemble(status: u16, reason: Option<&str>, headers: HeaderMap, mut body: AnswerBody) -> http::Response<AnswerBody> {
    body.call.status = status;
    let mut answer = http::Response::new(body);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    if let Some(reason) = reason.filter(|reason| Some(*reason) != status.canonical_reason())
        && let Ok(phrase) = ReasonPhrase::try_from(reason.as_bytes())
    {
        answer.extensions_mut().insert(phrase);
    }
    answer
}

impl AnswerBody {
    /// Forgets the bytes: to a HEAD they are not sent.
    pub(crate) fn discard(&mut self) {
        self.kind = Kind::Empty;
    }
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let frame = match &mut this.kind {
            Kind::Empty => Poll::Ready(None),
            Kind::Bytes(bytes) => {
                let bytes = std::mem::take(bytes);
                this.kind = Kind::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Kind::Backend(body) => Pin::new(body).poll_frame(cx),
        };
        this.call.connection.note_piece(matches!(frame, Poll::Ready(Some(Ok(_)))));
        if let (Some(transfer), Poll::Ready(Some(Ok(frame)))) = (&mut this.transfer, &frame) {
            transfer.sent(frame.data_ref().map_or(0, |data| data.len() as u64));
        }
        if let Some(line) = &mut this.line {
            match &frame {
                Poll::Ready(Some(Ok(frame))) => {
                    // Behind trailers there is nothing, and nobody asks.
                    let is_last = frame.is_trailers() || this.kind.is_end();
                    line.sent(frame.data_ref().map_or(0, |data| data.len() as u64), is_last);
                }
                Poll::Ready(Some(Err(error))) => line.broke(error.to_string()),
                Poll::Ready(None) => line.sent(0, true),
                Poll::Pending => {}
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.kind.is_end()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Backend(body) => body.size_hint(),
        }
    }
}

impl Kind {
    /// A backend's body of the length that it announced itself.
    fn is_as_long_as(&self, announced: Option<&HeaderValue>) -> bool {
        let Self::Backend(body) = self else { return false };
        let known = body.size_hint().exact();
        known.is_some() && known == announced.and_then(|text| text.to_str().ok()?.parse().ok())
    }

    fn is_end(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Bytes(_) => false,
            Self::Backend(body) => body.is_end_stream(),
        }
    }
}
