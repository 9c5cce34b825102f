//! The task of one connection: it drives the HTTP library, and listens for the two things that come from outside, the end
//! of waiting and the end of the gateway.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use hyper::body::{Body, Incoming};
use hyper::rt::{Read, Write};
use hyper::server::conn::http1;
use hyper::service::HttpService;

use crate::edge::connection::Connection;
use crate::worker::Worker;

/// A connection being served.
pub(crate) struct Serve<I, S: HttpService<Incoming>> {
    http: http1::Connection<I, S>,
    connection: Rc<Connection>,
    worker: Rc<Worker>,
    told: bool,
}

impl<I, S: HttpService<Incoming>> Serve<I, S> {
    pub(crate) const fn new(http: http1::Connection<I, S>, connection: Rc<Connection>, worker: Rc<Worker>) -> Self {
        Self { http, connection, worker, told: false }
    }
}

impl<I, S, B> Future for Serve<I, S>
where
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: Read + Write + Unpin,
    B: Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    http1::Connection<I, S>: Future<Output = hyper::Result<()>> + Unpin,
{
    type Output = hyper::Result<()>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if this.connection.waker.borrow().is_none() {
            *this.connection.waker.borrow_mut() = Some(cx.waker().clone());
        }
        if this.connection.expired.get() {
            return Poll::Ready(Ok(()));
        }
        if this.worker.draining.get() && !this.told {
            this.told = true;
            Pin::new(&mut this.http).graceful_shutdown();
        }
        Pin::new(&mut this.http).poll(cx)
    }
}
