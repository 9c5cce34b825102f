//! Listening: every thread has a socket of its own on the same address, and the kernel spreads connections over them.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::ReadBuf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::backend::connect::Stream;
use crate::edge::connection::Connection;
use crate::edge::framing::{Probe, Strict};
use crate::edge::serve::Serve;
use crate::handler::serve;
use crate::worker::Worker;

/// What the kernel may hold for a thread that is busy.
const BACKLOG: i32 = 4096;
/// Accepting failed, probably for want of descriptors: trying again at once would only burn time.
const BACK_OFF: Duration = Duration::from_millis(100);

/// An address with what is spoken there.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) socket: SocketAddr,
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
}

/// A socket on an address that other threads listen on too.
pub(crate) fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Takes connections until it is told to stop.
pub(crate) async fn accept(
    worker: Rc<Worker>,
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    mut stop: watch::Receiver<bool>,
) {
    let most = worker.limits.connections.div_ceil(worker.threads);
    let tls = tls.map(TlsAcceptor::from);
    loop {
        if worker.open.get() >= most {
            // The rest waits in the kernel's queue, or is refused by it.
            tokio::select! {
                () = tokio::time::sleep(BACK_OFF) => continue,
                _ = stop.changed() => return,
            }
        }
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        match accepted {
            Ok((stream, peer)) => start(&worker, stream, peer, tls.as_ref()),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(BACK_OFF).await;
            }
        }
    }
}

fn start(worker: &Rc<Worker>, stream: TcpStream, peer: SocketAddr, tls: Option<&TlsAcceptor>) {
    let _ = stream.set_nodelay(true);
    let connection = Rc::new(Connection::new(peer.ip(), tls.is_some(), worker.clock.millis()));
    worker.admit(&connection);
    let admitted = Admitted(Rc::clone(worker));
    match tls.cloned() {
        None => {
            tokio::task::spawn_local(speak(admitted, Stream::Plain(stream), connection));
        }
        Some(acceptor) => {
            tokio::task::spawn_local(async move {
                let limit = admitted.0.timeouts.head;
                if let Ok(Ok(stream)) = tokio::time::timeout(limit, acceptor.accept(stream)).await {
                    speak(admitted, Stream::Tls(Box::new(stream)), connection).await;
                }
            });
        }
    }
}

impl Probe for Stream<tokio_rustls::server::TlsStream<TcpStream>> {
    fn is_gone(&self, cx: &mut Context<'_>) -> bool {
        let stream = match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        };
        let mut byte = [0];
        let mut buf = ReadBuf::new(&mut byte);
        matches!(stream.poll_peek(cx, &mut buf), Poll::Ready(Ok(0) | Err(_)))
    }
}

/// Counts an open connection.
struct Admitted(Rc<Worker>);

impl Drop for Admitted {
    fn drop(&mut self) {
        self.0.open.set(self.0.open.get().saturating_sub(1));
    }
}

async fn speak(
    admitted: Admitted,
    stream: Stream<tokio_rustls::server::TlsStream<TcpStream>>,
    connection: Rc<Connection>,
) {
    let worker = Rc::clone(&admitted.0);
    let strict = Strict::new(stream, Rc::clone(&connection), Rc::clone(&worker.head_limits), worker.clock.clone());
    let calls = (Rc::clone(&worker), Rc::clone(&connection));
    let service = service_fn(move |request| serve(&calls.0, &calls.1, request));
    let mut http = http1::Builder::new();
    // Ours is the way to notice that a client has gone: see `Probe`.
    http.half_close(true);
    http.pipeline_flush(true).max_buf_size(worker.limits.header_block.max(MIN_BUFFER) + STAND_IN_ROOM);
    // The filter counts headers already; up to its own default the library needs no memory for them.
    if worker.limits.headers > LIBRARY_HEADERS {
        http.max_headers(worker.limits.headers);
    }
    let served = http.serve_connection(TokioIo::new(strict), service);
    if let Err(error) = Serve::new(served, connection, worker).await {
        tracing::debug!(%error, "a connection ended");
    }
}

/// hyper's default for the number of headers.
const LIBRARY_HEADERS: usize = 100;
/// hyper's least buffer.
const MIN_BUFFER: usize = 8 << 10;
const STAND_IN_ROOM: usize = 1 << 10;
