//! What follows a change of protocol: bytes in both directions, until both sides have ended, one has and the other says nothing
//! more, nothing moves for too long, or the gateway stops.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf, copy_bidirectional};

use crate::edge::connection::{Connection, Wait};
use crate::worker::Worker;

/// The client's side, which notes what moves.
struct Watched<'c, S> {
    stream: S,
    seen: &'c Seen,
}

/// What has been seen of a tunnel.
#[derive(Default)]
struct Seen {
    moved: Cell<bool>,
    /// One side says that it will send no more.
    half: Cell<bool>,
}

impl Seen {
    /// How long nothing may move. Whoever has been told that the other side has ended has no more to say than a farewell.
    fn patience(&self, worker: &Worker) -> Duration {
        let patience = worker.pool.body_timeout();
        if self.half.get() { patience.min(FAREWELL) } else { patience }
    }
}

/// A side that never ends would keep the other's connection.
const FAREWELL: Duration = Duration::from_secs(2);

/// Joins client and backend; `early` is what the client sent ahead of the answer.
pub(crate) async fn run<S>(client: S, early: &[u8], backend: Upgraded, connection: &Rc<Connection>, worker: &Worker)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    connection.reading.set(Wait::Tunnel);
    let seen = Seen::default();
    let mut client = Watched { stream: client, seen: &seen };
    let mut backend = TokioIo::new(backend);
    let join = async {
        backend.write_all(early).await?;
        copy_bidirectional(&mut client, &mut backend).await
    };
    let mut join = pin!(join);
    let mut rest = pin!(tokio::time::sleep(worker.pool.body_timeout()));
    let ended = poll_fn(|cx| {
        // The sweep wakes whoever is to end when the gateway stops.
        *connection.waker.borrow_mut() = Some(cx.waker().clone());
        if connection.expired.get() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        if let Poll::Ready(ended) = join.as_mut().poll(cx) {
            return Poll::Ready(ended);
        }
        if seen.moved.replace(false) {
            rest.as_mut().reset(tokio::time::Instant::now() + seen.patience(worker));
        }
        rest.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    });
    if let Err(error) = ended.await {
        tracing::debug!(%error, client = %connection.peer, "a tunnel ended");
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<'_, S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if read.is_ready() {
            this.seen.moved.set(true);
            this.seen.half.set(this.seen.half.get() || buf.filled().len() == before);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<'_, S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.seen.moved.set(this.seen.moved.get() || written.is_ready());
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // The backend has ended.
        this.seen.moved.set(true);
        this.seen.half.set(true);
        Pin::new(&mut this.stream).poll_shutdown(cx)
    }
}
