//! A connection as a call sees it: one of its own over HTTP/1.1, or one that all calls to an origin share over HTTP/2.

use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::backend::body::RequestBody;
use crate::backend::connect::Stream;
use crate::backend::wire::Wire;

/// A connection.
#[derive(Debug)]
pub(crate) enum Line {
    One(Box<Wire>),
    /// Boxed: few calls have one, and all of them are moved.
    Two(Box<http2::SendRequest<RequestBody>>),
}

/// How often a quiet connection over HTTP/2 is asked whether the peer is still there, and how long it may take to answer.
const PING: Duration = Duration::from_secs(30);

/// Runs what HTTP/2 has to do beside the calls, on the thread of the connection.
#[derive(Debug, Clone, Copy)]
struct OnThisThread;

impl<F: Future + 'static> hyper::rt::Executor<F> for OnThisThread {
    fn execute(&self, work: F) {
        tokio::task::spawn_local(async move {
            work.await;
        });
    }
}

/// Speaks HTTP/2 on a stream; a task drives it for as long as somebody uses it.
pub(crate) async fn two(stream: Stream<TlsStream<TcpStream>>) -> hyper::Result<http2::SendRequest<RequestBody>> {
    let mut builder = http2::Builder::new(OnThisThread);
    builder.timer(TokioTimer::new()).keep_alive_interval(PING).keep_alive_timeout(PING);
    let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a backend connection ended");
        }
    });
    Ok(sender)
}

/// A request was not answered.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: hyper::Error,
    /// Nothing of it was written, and it is back with its caller.
    pub(crate) unsent: bool,
}

impl Failed {
    /// Puts a request that was not sent back into its place.
    pub(crate) fn new(mut error: TrySendError<Request<RequestBody>>, place: &mut Request<RequestBody>) -> Self {
        let unsent = error.take_message().map(|request| *place = request).is_some();
        Self { error: error.into_error(), unsent }
    }
}

impl Line {
    /// The whole URL goes with a request.
    pub(crate) const fn is_two(&self) -> bool {
        matches!(self, Self::Two(_))
    }

    /// Gives the connection a task of its own, for a body that streams while the answer does.
    pub(crate) fn detach(&mut self) {
        if let Self::One(wire) = self {
            wire.detach();
        }
    }

    /// Waits until a request can be sent; false when there will be none.
    pub(crate) async fn ready(&mut self, is_new: bool) -> bool {
        match self {
            Self::One(wire) => wire.ready(is_new).await,
            Self::Two(sender) => sender.is_ready() || std::future::poll_fn(|cx| sender.poll_ready(cx)).await.is_ok(),
        }
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn send(&mut self, request: &mut Request<RequestBody>) -> Result<Response<Incoming>, Failed> {
        match self {
            Self::One(wire) => wire.send(request).await,
            Self::Two(sender) => {
                sender.try_send_request(std::mem::take(request)).await.map_err(|error| Failed::new(error, request))
            }
        }
    }

    /// Looks for something that comes over the connection, letting it go on when it is not there yet.
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut look: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        match self {
            Self::One(wire) => wire.poll(cx, look),
            Self::Two(_) => look(cx),
        }
    }
}
