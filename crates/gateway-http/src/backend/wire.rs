//! One HTTP/1.1 connection to a backend, and who drives it.
//!
//! The library makes of a connection two halves, a sender and a future that does the work, and suggests a task for the
//! second. A call waits for nothing else than its backend, so it drives the connection itself: three wake-ups and three
//! turns of another task less for each call. Only where both directions stream, one must go on while the other stands
//! still; such a connection gets a task of its own and keeps it.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::backend::body::RequestBody;
use crate::backend::connect::Stream;
use crate::backend::ear::{Listening, Room};
use crate::backend::line::Failed;
use crate::config::Gateway;

type Io = TokioIo<Listening<TlsStream<TcpStream>>>;
type Connection = http1::Connection<Io, RequestBody>;

/// An open connection.
#[derive(Debug)]
pub(crate) struct Wire {
    sender: SendRequest<RequestBody>,
    driver: Driver,
    /// For what comes before an answer.
    room: Room,
}

#[derive(Debug)]
enum Driver {
    /// Whoever waits for something that comes over it.
    Caller(Box<Caller>),
    /// A task of its own.
    Task,
}

#[derive(Debug)]
struct Caller {
    /// `None` when it has ended: the library tells the other half by being dropped.
    connection: Option<Connection>,
    bell: Arc<Bell>,
    /// The bell as the library knows it. It is always the same, so nobody has to register again.
    waker: Waker,
}

/// Stands between the connection and the task that drives it at the moment.
///
/// What the connection tells its other half while it is driven would wake the very task that is running, for nothing: it
/// looks when the turn is over. All else wakes it.
#[derive(Debug, Default)]
struct Bell {
    task: Mutex<Option<Waker>>,
    busy: AtomicBool,
    rung: AtomicBool,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.busy.load(Ordering::Acquire) {
            self.rung.store(true, Ordering::Release);
        } else if let Some(task) = &*self.task.lock().unwrap_or_else(PoisonError::into_inner) {
            task.wake_by_ref();
        }
    }
}

/// How HTTP/1.1 is spoken with backends.
pub(crate) fn builder(settings: &Gateway) -> http1::Builder {
    let mut builder = http1::Builder::new();
    if settings.preserve_header_case {
        // Names that nobody has written before are written as they usually are.
        builder.preserve_header_case(true).title_case_headers(true);
    }
    builder
}

impl Wire {
    /// Speaks HTTP/1.1 on a stream.
    pub(crate) async fn new(stream: Stream<TlsStream<TcpStream>>, settings: &Gateway) -> hyper::Result<Self> {
        let bell = Arc::new(Bell::default());
        let waker = Waker::from(Arc::clone(&bell));
        let room = Room::default();
        let stream = Listening::new(stream, &waker, room.clone());
        let (sender, connection) = builder(settings).handshake(TokioIo::new(stream)).await?;
        let driver = Driver::Caller(Box::new(Caller { connection: Some(connection), bell, waker }));
        Ok(Self { sender, driver, room })
    }

    /// Gives the connection a task of its own.
    pub(crate) fn detach(&mut self) {
        let Driver::Caller(caller) = std::mem::replace(&mut self.driver, Driver::Task) else { return };
        let Some(connection) = caller.connection else { return };
        tokio::task::spawn_local(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a backend connection ended");
            }
        });
    }

    /// Waits until a request can be sent; false when there will be none.
    pub(crate) async fn ready(&mut self, is_new: bool) -> bool {
        match self.driver {
            // It was at rest when it was kept, or is new and takes one request.
            Driver::Caller(_) => true,
            Driver::Task if self.sender.is_ready() => true,
            Driver::Task if is_new => std::future::poll_fn(|cx| self.sender.poll_ready(cx)).await.is_ok(),
            Driver::Task => {
                // Its task may only need a turn to finish the last call. A request that the backend answered before its
                // end may never come to that.
                tokio::task::yield_now().await;
                self.sender.is_ready()
            }
        }
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn send(&mut self, request: &mut Request<RequestBody>) -> Result<Response<Incoming>, Failed> {
        self.room.bound(true);
        let result = match &mut self.driver {
            Driver::Task => self.sender.try_send_request(std::mem::take(request)).await,
            Driver::Caller(caller) => {
                // The task that used it last is not told.
                caller.bell.quiet(true);
                let mut answer = pin!(self.sender.try_send_request(std::mem::take(request)));
                std::future::poll_fn(|cx| caller.turn(cx, |inner| answer.as_mut().poll(inner))).await
            }
        };
        self.room.bound(false);
        result.map_err(|error| Failed::new(error, request))
    }

    /// Looks for something that comes over the connection, letting it go on when it is not there yet.
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut look: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        match &mut self.driver {
            Driver::Task => look(cx),
            Driver::Caller(caller) => {
                caller.bell.quiet(true);
                let there = look(&mut Context::from_waker(&caller.waker));
                caller.bell.quiet(false);
                if there.is_ready() { there } else { caller.turn(cx, look) }
            }
        }
    }

    /// Lets the connection finish what can be finished without waiting; true when it may be used again.
    pub(crate) fn settle(&mut self) -> bool {
        match &mut self.driver {
            Driver::Task => !self.sender.is_closed(),
            Driver::Caller(caller) => {
                caller.bell.quiet(true);
                caller.go_on();
                caller.bell.quiet(false);
                caller.connection.is_some() && self.sender.is_ready()
            }
        }
    }
}

impl Caller {
    fn go_on(&mut self) {
        let Some(connection) = &mut self.connection else { return };
        if let Poll::Ready(ended) = Pin::new(connection).poll(&mut Context::from_waker(&self.waker)) {
            if let Err(error) = ended {
                tracing::debug!(%error, "a backend connection ended");
            }
            self.connection = None;
        }
    }

    /// Lets the connection go on, then looks whether what the task waits for has come.
    fn turn<T>(&mut self, cx: &Context<'_>, mut look: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        self.bell.call(cx.waker());
        self.bell.quiet(true);
        self.go_on();
        let found = look(&mut Context::from_waker(&self.waker));
        // A turn that was too long asks for another one in the same way.
        if self.bell.quiet(false) && found.is_pending() {
            cx.waker().wake_by_ref();
        }
        found
    }
}

impl Bell {
    /// Who is to be woken from now on.
    fn call(&self, waker: &Waker) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        match &*task {
            Some(known) if known.will_wake(waker) => {}
            _ => *task = Some(waker.clone()),
        }
    }

    /// Begins and ends a time in which nobody is woken; gives whether it was rung until now.
    fn quiet(&self, quiet: bool) -> bool {
        self.busy.store(quiet, Ordering::Release);
        // Both are touched by the connection's thread alone: a plain store does.
        let rung = self.rung.load(Ordering::Acquire);
        self.rung.store(false, Ordering::Release);
        rung
    }
}
