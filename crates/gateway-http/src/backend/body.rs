//! Bodies on their way: to a backend and back to the client, as what they are and without being looked at.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::backend::expect::{Held, Shutter};
use crate::backend::gather::Gather;
use crate::backend::pool::Lease;
use crate::backend::trailers::{Trailers, sift_to};
use crate::cache::tee::Tee;
use crate::edge::body::{ClientBody, ClientBodyError};
use crate::timer::Deadline;
use crate::worker::Worker;

/// A body broke off.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the client's body broke off: {0}")]
    Client(ClientBodyError),
    #[error("the backend's body broke off: {0}")]
    Backend(hyper::Error),
    #[error("the backend sent nothing for too long")]
    Stalled,
    #[error("the backend answered without wanting the body")]
    Unwanted,
}

/// The body of a request to a backend.
#[derive(Debug, Default)]
pub(crate) enum RequestBody {
    #[default]
    Empty,
    Bytes(Option<Bytes>),
    /// Boxed: most requests have none, and all of them are moved.
    Client(Box<ClientBody>),
    /// One of these, which waits until the backend wants it.
    Held(Box<Held>),
}

impl RequestBody {
    /// Does it come from the client while it is sent?
    pub(crate) fn streams(&self) -> bool {
        match self {
            Self::Client(_) => true,
            Self::Held(held) => held.body.streams(),
            Self::Empty | Self::Bytes(_) => false,
        }
    }

    /// A second one of the same; there is none of a stream.
    pub(crate) fn copy(&self) -> Option<Self> {
        match self {
            Self::Empty => Some(Self::Empty),
            Self::Bytes(bytes) => Some(Self::Bytes(bytes.clone())),
            Self::Client(_) | Self::Held(_) => None,
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Bytes(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Client(incoming) => loop {
                match ready!(Pin::new(&mut **incoming).poll_frame(cx)) {
                    Some(Ok(frame)) if !frame.is_data() => {
                        let trailers = frame.into_trailers().ok();
                        if let Some(trailers) = trailers.and_then(|found| sift_to(found, &incoming.trailers)) {
                            return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                        }
                    }
                    frame => return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::Client))),
                }
            },
            Self::Held(held) => held.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Bytes(bytes) => bytes.is_none(),
            Self::Client(incoming) => incoming.is_end_stream(),
            Self::Held(held) => held.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Bytes(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Client(incoming) => incoming.size_hint(),
            Self::Held(held) => held.body.size_hint(),
        }
    }
}

/// The body of a backend's response, with the connection it comes from. It is boxed where it is made: it passes through
/// half a dozen hands before it is read.
#[derive(Debug)]
pub(crate) struct BackendBody {
    incoming: Incoming,
    lease: Option<Lease>,
    worker: Rc<Worker>,
    /// Until when the next piece has to come.
    deadline: Option<Box<Deadline>>,
    /// Stores what comes.
    pub(crate) tee: Option<Box<Tee>>,
    /// What its head said about trailers.
    pub(crate) trailers: Option<Box<Trailers>>,
    /// Small pieces that go together.
    pub(crate) gather: Gather,
    /// A request's body that the backend did not want is given up with this one.
    pub(crate) shutter: Option<Shutter>,
}

impl BackendBody {
    /// The connection goes back to the pool at the end of the body, which may be at once.
    pub(crate) fn new(incoming: Incoming, lease: Lease, worker: Rc<Worker>) -> Box<Self> {
        let mut body = Self::of(incoming, Some(lease), worker);
        if body.incoming.is_end_stream() {
            body.release();
        }
        body
    }

    /// Of a connection that is not used again, and drives itself.
    pub(crate) fn unpooled(incoming: Incoming, worker: Rc<Worker>) -> Box<Self> {
        Self::of(incoming, None, worker)
    }

    fn of(incoming: Incoming, lease: Option<Lease>, worker: Rc<Worker>) -> Box<Self> {
        Box::new(Self {
            incoming,
            lease,
            worker,
            deadline: None,
            tee: None,
            trailers: None,
            gather: Gather::OFF,
            shutter: None,
        })
    }

    /// The end of the body.
    fn release(&mut self) {
        if let Some(tee) = self.tee.take() {
            tee.finish();
        }
        self.shutter = None;
        if let Some(lease) = self.lease.take() {
            self.worker.pool.release(lease);
        }
    }

    /// What comes next from the backend.
    pub(super) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        loop {
            let incoming = &mut self.incoming;
            let frame = match &mut self.lease {
                Some(lease) => lease.line.poll(cx, |cx| Pin::new(&mut *incoming).poll_frame(cx)),
                None => Pin::new(incoming).poll_frame(cx),
            };
            match frame {
                Poll::Ready(frame) => {
                    self.deadline = None;
                    let frame = match frame {
                        Some(Ok(frame)) if !frame.is_data() => {
                            let trailers = frame.into_trailers().ok().zip(self.trailers.as_ref());
                            let trailers = trailers.and_then(|(found, rule)| rule.sift(found));
                            let Some(trailers) = trailers else { continue };
                            // Nothing comes behind them, and nobody may ask for it.
                            self.release();
                            return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                        }
                        Some(Ok(frame)) => {
                            if let (Some(tee), Some(piece)) = (&mut self.tee, frame.data_ref())
                                && !tee.take(piece)
                            {
                                self.tee = None;
                            }
                            Some(Ok(frame))
                        }
                        Some(Err(error)) => {
                            (self.lease, self.tee) = (None, None);
                            Some(Err(BodyError::Backend(error)))
                        }
                        None => None,
                    };
                    if self.incoming.is_end_stream() || frame.is_none() {
                        self.release();
                    }
                    return Poll::Ready(frame);
                }
                Poll::Pending => {
                    let worker = &self.worker;
                    // Few have to wait for it, and all of them are moved.
                    let after = || Box::new(worker.deadlines.after(worker.pool.body_timeout()));
                    let deadline = self.deadline.get_or_insert_with(after);
                    if deadline.poll_passed(cx) {
                        (self.lease, self.tee) = (None, None);
                        return Poll::Ready(Some(Err(BodyError::Stalled)));
                    }
                    return Poll::Pending;
                }
            }
        }
    }
}

impl Body for BackendBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        if this.gather.is_off() { this.poll_piece(cx) } else { this.poll_gathered(cx) }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream() && self.gather.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// Brings a body into memory, up to `limit` bytes; `None` when it is larger.
pub(crate) async fn collect<B>(mut body: B, limit: usize) -> Result<Option<Bytes>, BodyError>
where
    B: Body<Data = Bytes, Error = BodyError> + Unpin,
{
    if body.size_hint().lower() > limit as u64 {
        return Ok(None);
    }
    let mut first = Bytes::new();
    let mut more = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame?.into_data() else { continue };
        if first.len() + more.len() + data.len() > limit {
            return Ok(None);
        }
        // Most bodies are one piece and need no copy.
        if first.is_empty() && more.is_empty() {
            first = data;
        } else {
            if more.is_empty() {
                more.extend_from_slice(&std::mem::take(&mut first));
            }
            more.extend_from_slice(&data);
        }
    }
    Ok(Some(if more.is_empty() { first } else { more.into() }))
}
