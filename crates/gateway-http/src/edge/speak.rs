//! What a connection speaks: HTTP/1.1 behind the strict reader, or HTTP/2, by what TLS agreed on or by how it begins.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::TcpStream;

use crate::answer::AnswerBody;
use crate::backend::connect::Stream;
use crate::edge::connection::Connection;
use crate::edge::framing::{Probe, Strict};
use crate::edge::http2;
use crate::edge::serve::{End, Serve};
use crate::edge::tunnel;
use crate::handler::serve;
use crate::worker::Worker;

/// A client's stream.
pub(super) type ClientStream = Stream<tokio_rustls::server::TlsStream<TcpStream>>;

/// Serves HTTP/1.1.
///
/// What the library needs, two buffers above all, is made when there is something to read and given back when nothing has
/// come for a while: ten thousand connections that rest cost their sockets and little else.
pub(super) async fn http1(stream: ClientStream, connection: Rc<Connection>, worker: Rc<Worker>) -> hyper::Result<()> {
    let mut strict = Strict::new(stream, Rc::clone(&connection), worker.head_limits());
    loop {
        // Boxed, for a future is as large as what it may hold at any time.
        let mut served = begin(strict, &connection, &worker);
        let end = (&mut *served).await?;
        if end == End::Rest {
            strict = taken_back(*served);
            rest(&strict, &connection).await;
            if connection.expired.get() {
                return Ok(());
            }
            continue;
        }
        let tunnel = connection.tunnel.borrow_mut().take();
        // It did not wait for the answer (RFC 6455 4.1), and what it sent ahead was taken for a request and refused.
        if let Some(refusal) = connection.refusal.get().filter(|_| tunnel.is_some()) {
            if worker.metrics.refused(refusal.reason(), worker.clock.millis()) {
                let reason = refusal.reason();
                tracing::info!(client = %connection.peer, reason, "bytes ahead of a change of protocol were refused");
            }
            return Ok(());
        }
        if let Some(backend) = tunnel.filter(|_| !connection.expired.get()) {
            let parts = served.into_http().into_parts();
            let (client, held) = parts.io.into_inner().into_stream();
            let early = [parts.read_buf.as_ref(), &held].concat();
            // Rare and large: kept out of the state of every connection.
            Box::pin(tunnel::run(client, &early, *backend, &connection, &worker)).await;
        }
        return Ok(());
    }
}

/// What the library drives.
type Served<S> = Serve<http1::Connection<TokioIo<Strict<ClientStream>>, S>>;

fn begin(
    strict: Strict<ClientStream>,
    connection: &Rc<Connection>,
    worker: &Rc<Worker>,
) -> Box<Served<impl HttpService<Incoming, ResBody = AnswerBody, Error = Infallible> + use<>>> {
    let calls = (Rc::clone(worker), Rc::clone(connection));
    let service = service_fn(move |request| serve(&calls.0, &calls.1, request));
    let mut http = http1::Builder::new();
    // Ours is the way to notice that a client has gone: see `Probe`.
    http.half_close(true);
    // Those that the filter began with: the settings may have changed since.
    let limits = strict.limits();
    if worker.rules().gateway.preserve_header_case {
        http.preserve_header_case(true).title_case_headers(true);
    }
    // Collecting answers for a client that has asked for more already is not for us: with it the library takes all that a
    // backend has, however slowly the client reads.
    http.max_buf_size(limits.block.max(MIN_BUFFER) + STAND_IN_ROOM);
    // The filter counts headers already; up to its own default the library needs no memory for them.
    if limits.headers > LIBRARY_HEADERS {
        http.max_headers(limits.headers);
    }
    Box::new(Serve::new(http.serve_connection(TokioIo::new(strict), service), Rc::clone(connection)))
}

/// The stream, and nothing else: also an empty buffer is one.
fn taken_back<S>(served: Served<S>) -> Strict<ClientStream>
where
    S: HttpService<Incoming, ResBody = AnswerBody, Error = Infallible>,
{
    let parts = served.into_http().into_parts();
    debug_assert!(parts.read_buf.is_empty(), "it had nothing to do");
    parts.io.into_inner()
}

/// Waits until there is something to read, or somebody wants the connection to end.
async fn rest(strict: &Strict<ClientStream>, connection: &Connection) {
    poll_fn(|cx| {
        // Only the library takes leave in good order.
        let is_over = connection.expired.get() || connection.retiring.get();
        if is_over { Poll::Ready(()) } else { strict.poll_ready(cx) }
    })
    .await;
    connection.resting.set(false);
}

/// Serves HTTP/2.
pub(super) async fn http2(stream: ClientStream, connection: Rc<Connection>, worker: Rc<Worker>) -> hyper::Result<()> {
    http2::speak(stream, connection, worker).await
}

/// hyper's default for the number of headers.
const LIBRARY_HEADERS: usize = 100;
/// hyper's least buffer.
const MIN_BUFFER: usize = 8 << 10;
const STAND_IN_ROOM: usize = 1 << 10;

/// How every connection of HTTP/2 begins.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// A preface comes in one piece; when it does not, looking again at once would only burn time, and more and more of it.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// Whoever sends it drop by drop has time.
const LOOK_SELDOM: Duration = Duration::from_secs(1);

/// Does the client begin with HTTP/2? Looks without reading; `None` when it says too little for too long.
pub(super) async fn begins_with_http2(stream: &TcpStream, limit: Duration) -> Option<bool> {
    begins(async |seen| stream.peek(seen).await, limit).await
}

async fn begins(peek: impl AsyncFn(&mut [u8]) -> io::Result<usize>, limit: Duration) -> Option<bool> {
    let look = async {
        let mut seen = [0; PREFACE.len()];
        let mut pause = LOOK_AGAIN;
        loop {
            let count = peek(&mut seen).await.ok()?;
            let begun = seen.get(..count).unwrap_or_default();
            if count == PREFACE.len() || count == 0 || !PREFACE.starts_with(begun) {
                return Some(begun == PREFACE);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LOOK_SELDOM);
        }
    };
    tokio::time::timeout(limit, look).await.ok().flatten()
}

impl Probe for ClientStream {
    /// Asked both of what there is to read and of the kernel's notices: bytes that nobody has read, such as the farewell of
    /// TLS, hide the end from whoever looks at the first, and a notice may come later than the end.
    fn is_gone(&self, cx: &mut Context<'_>) -> bool {
        // What the runtime remembers of the socket is not asked first: it forgets an end behind bytes that were read.
        let is_at_end = match SockRef::from(socket(self)).peek(&mut [MaybeUninit::uninit()]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        };
        is_at_end
            || match pin!(socket(self).ready(Interest::READABLE)).poll(cx) {
                Poll::Ready(Ok(ready)) => ready.is_read_closed(),
                Poll::Ready(Err(_)) => true,
                Poll::Pending => false,
            }
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        socket(self).poll_read_ready(cx).map(drop)
    }
}

/// The socket below whatever is spoken.
fn socket(stream: &ClientStream) -> &TcpStream {
    match stream {
        ClientStream::Plain(stream) => stream,
        ClientStream::Tls(stream) => stream.get_ref().0,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// What is there of a preface is there at every look.
    #[tokio::test(flavor = "local", start_paused = true)]
    async fn half_a_preface_is_not_looked_at_all_the_time() {
        let looks = Cell::new(0);
        let peek = async |seen: &mut [u8]| {
            looks.set(looks.get() + 1);
            seen[..1].copy_from_slice(b"P");
            Ok(1)
        };
        assert_eq!(begins(peek, Duration::from_secs(10)).await, None);
        assert!((2..=20).contains(&looks.get()), "{} looks in ten seconds", looks.get());
    }

    #[tokio::test(flavor = "local", start_paused = true)]
    async fn what_is_no_preface_is_known_at_once() {
        for (sent, begins_so) in
            [(PREFACE, Some(true)), (b"PRI * HTTP/2.1", Some(false)), (b"POST", Some(false)), (b"", Some(false))]
        {
            let peek = async |seen: &mut [u8]| {
                seen[..sent.len()].copy_from_slice(sent);
                Ok(sent.len())
            };
            assert_eq!(begins(peek, Duration::ZERO).await, begins_so);
        }
    }
}
