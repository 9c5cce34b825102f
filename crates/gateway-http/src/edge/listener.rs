//! Listening: every thread has a socket of its own on the same address, and the kernel spreads connections over them.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::unconstrained;
use tokio::task::yield_now;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::backend::connect::Stream;
use crate::edge::connection::Connection;
use crate::edge::speak::{ClientStream, begins_with_http2, http1, http2};
use crate::metrics::count;
use crate::worker::Worker;

/// What the kernel may hold for a thread that is busy.
const BACKLOG: i32 = 4096;
/// Accepting failed, probably for want of descriptors: trying again at once would only burn time.
const BACK_OFF: Duration = Duration::from_millis(100);
/// Connections of a thread beyond its share, which are told so; still more wait in the kernel's queue.
pub(super) const SPARE: usize = 64;

/// An address with what is spoken there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address {
    pub(crate) socket: SocketAddr,
    /// Which of the listeners it is: its TLS is the worker's of that number.
    pub(crate) number: usize,
    /// Clients may begin with HTTP/2 without TLS.
    pub(crate) http2: bool,
}

/// Does somebody listen on it already?
pub(crate) fn is_taken(address: SocketAddr) -> bool {
    let bound = address_socket(address).and_then(|socket| socket.bind(&address.into()));
    bound.is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
}

fn address_socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    Ok(socket)
}

/// A socket on an address that other threads listen on too.
pub(crate) fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = address_socket(address)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Connections taken in one turn: who waits in the kernel's queue waits unseen, and a busy thread has few turns.
const IN_A_TURN: u32 = 1024;

/// Takes connections until it is told to stop.
pub(crate) async fn accept(worker: Rc<Worker>, listener: TcpListener, address: Address, stop: watch::Receiver<bool>) {
    // The runtime's own measure would be an eighth of that.
    unconstrained(take(worker, listener, address, stop)).await;
}

async fn take(worker: Rc<Worker>, listener: TcpListener, address: Address, mut stop: watch::Receiver<bool>) {
    let mut taken = 0_u32;
    loop {
        taken = taken.wrapping_add(1);
        if taken.is_multiple_of(IN_A_TURN) {
            yield_now().await;
        }
        if worker.open.get() >= worker.most_connections() + SPARE {
            tokio::select! {
                () = tokio::time::sleep(BACK_OFF) => continue,
                _ = stop.changed() => return take_the_rest(&worker, listener, address),
            }
        }
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return take_the_rest(&worker, listener, address),
        };
        match accepted {
            Ok((stream, peer)) => {
                // The settings may have changed since the last one.
                let crowded = worker.open.get() >= worker.most_connections();
                start(&worker, stream, peer, address, crowded);
            }
            Err(error) => {
                count(&worker.metrics.accept_errors);
                if worker.metrics.refused("AcceptFailed", worker.clock.millis()) {
                    tracing::warn!(%error, "a connection could not be accepted");
                }
                // Connections that only rest make room.
                worker.note_crowd();
                tokio::time::sleep(BACK_OFF).await;
            }
        }
    }
}

/// Clients that the kernel has connected already count on being served: closing the socket would reset them. The kernel
/// itself is asked, for what the runtime knows of the socket may be older.
fn take_the_rest(worker: &Rc<Worker>, listener: TcpListener, address: Address) {
    let Ok(listener) = listener.into_std() else { return };
    while let Ok((stream, peer)) = listener.accept() {
        match stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream)) {
            Ok(stream) => start(worker, stream, peer, address, false),
            Err(error) => tracing::warn!(%error, "a connection could not be accepted"),
        }
    }
}

fn start(worker: &Rc<Worker>, stream: TcpStream, peer: SocketAddr, address: Address, crowded: bool) {
    let _ = stream.set_nodelay(true);
    count(&worker.metrics.accepted);
    let tls = worker.tls(address.number);
    let connection = Connection::new(peer.ip(), tls.is_some(), worker.clock.clone(), Rc::clone(&worker.metrics));
    connection.crowded.set(crowded);
    let admitted = Admitted::new(worker);
    match tls {
        None if address.http2 => {
            tokio::task::spawn_local(async move {
                let limit = admitted.0.timeouts.get().head;
                match begins_with_http2(&stream, limit).await {
                    Some(true) => speak(admitted, Stream::Plain(stream), connection, true).await,
                    Some(false) => speak(admitted, Stream::Plain(stream), connection, false).await,
                    None => {}
                }
            });
        }
        None => {
            tokio::task::spawn_local(speak(admitted, Stream::Plain(stream), connection, false));
        }
        Some(tls) => {
            tokio::task::spawn_local(async move { shake_hands(admitted, stream, connection, tls.into()).await });
        }
    }
}

/// What became of a handshake.
enum Shaken {
    Hands(Box<TlsStream<TcpStream>>),
    /// There are too many of them.
    TooMany,
    Failed,
}

async fn shake_hands(admitted: Admitted, stream: TcpStream, mut connection: Connection, acceptor: TlsAcceptor) {
    let worker = &admitted.0;
    let limit = worker.timeouts.get().handshake;
    let shaken =
        tokio::time::timeout(limit, handshake(worker, stream, acceptor, limit)).await.unwrap_or(Shaken::Failed);
    let Shaken::Hands(stream) = shaken else {
        count(&worker.metrics.handshake_errors);
        if matches!(shaken, Shaken::TooMany) && worker.metrics.refused("TooManyHandshakes", worker.clock.millis()) {
            let client = connection.peer;
            tracing::warn!(%client, "a handshake was given up for others: see `limits.handshakes`");
        }
        return;
    };
    let session = stream.get_ref().1;
    let is_http2 = session.alpn_protocol() == Some(b"h2");
    let shown = session.peer_certificates().and_then(|chain| chain.first());
    connection.certificate = shown.map(|certificate| Bytes::copy_from_slice(certificate));
    speak(admitted, Stream::Tls(stream), connection, is_http2).await;
}

async fn handshake(worker: &Worker, stream: TcpStream, acceptor: TlsAcceptor, limit: Duration) -> Shaken {
    let (most, a_second) = worker.most_handshakes();
    // Who says nothing takes nobody's turn, and has a room of his own: those who speak do so at once.
    let mut silent = worker.handshakes.silent.begin(most);
    tokio::select! {
        ready = stream.readable() => if ready.is_err() { return Shaken::Failed },
        () = silent.put_out() => return Shaken::TooMany,
    }
    drop(silent);
    let now = Instant::now();
    // What is left of the limit is for the handshake itself.
    let Some(turn) = worker.handshakes.turn(now, a_second, limit / 2) else { return Shaken::TooMany };
    if turn > now {
        tokio::time::sleep_until(turn.into()).await;
    }
    let mut begun = worker.handshakes.going_on.begin(most);
    tokio::select! {
        done = acceptor.accept(stream) => done.map_or(Shaken::Failed, |stream| Shaken::Hands(Box::new(stream))),
        () = begun.put_out() => Shaken::TooMany,
    }
}

async fn speak(admitted: Admitted, stream: ClientStream, connection: Connection, is_http2: bool) {
    let worker = Rc::clone(&admitted.0);
    connection.restart();
    let connection = Rc::new(connection);
    worker.admit(&connection);
    let spoken = if is_http2 {
        Box::pin(http2(stream, connection, worker)).await
    } else {
        http1(stream, connection, worker).await
    };
    if let Err(error) = spoken {
        tracing::debug!(%error, "a connection ended");
    }
}

/// Counts an open connection.
struct Admitted(Rc<Worker>);

impl Admitted {
    fn new(worker: &Rc<Worker>) -> Self {
        worker.open.set(worker.open.get() + 1);
        Self(Rc::clone(worker))
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.0.open.set(self.0.open.get().saturating_sub(1));
    }
}
