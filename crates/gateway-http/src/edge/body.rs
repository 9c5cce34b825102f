//! The body of a client's request. Over HTTP/1.1 the strict reader below has looked at it already; over HTTP/2 its size and
//! its pace are looked at here.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderName;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::edge::connection::Connection;
use crate::edge::refusal::Refusal;
use crate::timer::{Deadline, Deadlines};
use crate::worker::Worker;

/// A body from a client.
#[derive(Debug)]
pub(crate) struct ClientBody {
    incoming: Incoming,
    watch: Option<Box<Watch>>,
    /// The fields that may come behind it.
    pub(crate) trailers: Box<[HeaderName]>,
}

/// What a stream's body is measured by.
#[derive(Debug)]
struct Watch {
    stream: Rc<Connection>,
    limit: u64,
    so_far: u64,
    progress: Duration,
    deadlines: Deadlines,
    /// Until when the next piece has to come.
    deadline: Option<Deadline>,
}

/// A client's body did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientBodyError {
    #[error(transparent)]
    Broken(hyper::Error),
    #[error("{}", .0.reason())]
    Refused(Refusal),
}

impl ClientBody {
    pub(crate) fn new(incoming: Incoming, connection: &Rc<Connection>, worker: &Worker) -> Self {
        let watch = connection.parent.is_some().then(|| {
            Box::new(Watch {
                stream: Rc::clone(connection),
                limit: worker.head_limits().body,
                so_far: 0,
                progress: worker.timeouts.get().progress,
                deadlines: worker.deadlines.clone(),
                deadline: None,
            })
        });
        Self { incoming, watch, trailers: Box::default() }
    }
}

impl Watch {
    /// A piece has come.
    fn piece(&mut self, length: usize) -> Result<(), Refusal> {
        self.deadline = None;
        self.so_far += length as u64;
        self.stream.received.set(self.stream.received.get() + length as u64);
        if self.so_far > self.limit { Err(self.refuse(Refusal::BodyTooLarge)) } else { Ok(()) }
    }

    /// Nothing has come yet.
    fn wait(&mut self, cx: &Context<'_>) -> Result<(), Refusal> {
        let deadlines = &self.deadlines;
        let progress = self.progress;
        let is_over = self.deadline.get_or_insert_with(|| deadlines.after(progress)).poll_passed(cx);
        if is_over { Err(self.refuse(Refusal::BodyTooSlow)) } else { Ok(()) }
    }

    fn refuse(&self, refusal: Refusal) -> Refusal {
        self.stream.broken.set(Some((self.stream.begun.get(), refusal)));
        refusal
    }
}

impl Body for ClientBody {
    type Data = Bytes;
    type Error = ClientBodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, ClientBodyError>>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.incoming).poll_frame(cx);
        if let Some(watch) = &mut this.watch {
            let looked_at = match &polled {
                Poll::Ready(Some(Ok(frame))) => watch.piece(frame.data_ref().map_or(0, Bytes::len)),
                Poll::Pending => watch.wait(cx),
                Poll::Ready(_) => Ok(()),
            };
            if let Err(refusal) = looked_at {
                return Poll::Ready(Some(Err(ClientBodyError::Refused(refusal))));
            }
        }
        Poll::Ready(ready!(polled).map(|frame| frame.map_err(ClientBodyError::Broken)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
