//! `continue-timeout` of `forward-request`: a body waits here until the backend has said `100 Continue`, or has said
//! nothing for too long (RFC 9110 10.1.1). A backend that answers otherwise did not want it, and does not get it.

use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body::{Body as _, Frame};
use tokio::time::Sleep;

use crate::backend::body::{BodyError, RequestBody};

/// A body that waits.
#[derive(Debug)]
pub(crate) struct Held {
    pub(super) body: RequestBody,
    gate: Arc<Gate>,
    patience: Pin<Box<Sleep>>,
}

/// Between the body and the head of the answer. The library tells of the latter wherever it may run.
#[derive(Debug, Default)]
struct Gate {
    state: AtomicU8,
    waiting: Mutex<Option<Waker>>,
}

const SHUT: u8 = 0;
const OPEN: u8 = 1;
const GIVEN_UP: u8 = 2;

/// Gives the body up that the backend had not asked for when this is dropped.
#[derive(Debug)]
pub(crate) struct Shutter(Arc<Gate>);

/// Does the request say that its body waits?
pub(crate) fn expects(headers: &HeaderMap) -> bool {
    headers.get(header::EXPECT).is_some_and(|expected| expected.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// Lets the body of a request wait, and says so.
pub(crate) fn hold(request: &mut Request<RequestBody>, patience: Duration) -> Option<Shutter> {
    if request.body().is_end_stream() {
        return None;
    }
    let gate = Arc::new(Gate::default());
    let told = Arc::clone(&gate);
    hyper::ext::on_informational(request, move |interim| {
        if interim.status() == StatusCode::CONTINUE {
            told.turn(OPEN);
        }
    });
    request.headers_mut().insert(header::EXPECT, HeaderValue::from_static("100-continue"));
    let body = std::mem::take(request.body_mut());
    let patience = Box::pin(tokio::time::sleep(patience));
    *request.body_mut() = RequestBody::Held(Box::new(Held { body, gate: Arc::clone(&gate), patience }));
    Some(Shutter(gate))
}

/// Over HTTP/2 nobody waits: a stream that is not wanted is given up without harm to the connection.
pub(crate) fn release(request: &mut Request<RequestBody>) {
    if let RequestBody::Held(held) = request.body_mut() {
        held.gate.turn(OPEN);
        request.headers_mut().remove(header::EXPECT);
    }
}

impl Gate {
    fn turn(&self, to: u8) {
        if self.state.compare_exchange(SHUT, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
            && let Some(waiting) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take()
        {
            waiting.wake();
        }
    }

    /// What it is now; whoever finds it shut is told when it is turned.
    fn look(&self, cx: &Context<'_>) -> u8 {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
        self.state.load(Ordering::Acquire)
    }
}

impl Drop for Shutter {
    fn drop(&mut self) {
        self.0.turn(GIVEN_UP);
    }
}

impl Held {
    pub(super) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.gate.state.load(Ordering::Acquire) {
            OPEN => return Pin::new(&mut self.body).poll_frame(cx),
            SHUT if self.gate.look(cx) == SHUT && self.patience.as_mut().poll(cx).is_pending() => return Poll::Pending,
            _ => {}
        }
        // Who says nothing does not know what was asked.
        self.gate.turn(OPEN);
        match self.gate.state.load(Ordering::Acquire) {
            OPEN => Pin::new(&mut self.body).poll_frame(cx),
            _ => Poll::Ready(Some(Err(BodyError::Unwanted))),
        }
    }
}
