//! The task of one connection: it drives the HTTP library, and listens for the two things that come from outside, the end
//! of waiting and the end of the gateway.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use hyper::body::{Body, Incoming};
use hyper::rt::bounds::Http2ServerConnExec;
use hyper::rt::{Read, Write};
use hyper::server::conn::{http1, http2};
use hyper::service::HttpService;

use crate::edge::connection::Connection;

/// What the HTTP library drives, in either version.
pub(crate) trait Drive: Future<Output = hyper::Result<()>> + Unpin {
    /// Takes no further call.
    fn retire(&mut self);
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

impl<I, S, B> Drive for http1::Connection<I, S>
where
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<Cause>,
    I: Read + Write + Unpin + 'static,
    B: Body + 'static,
    B::Error: Into<Cause>,
    Self: Future<Output = hyper::Result<()>> + Unpin,
{
    fn retire(&mut self) {
        Pin::new(self).graceful_shutdown();
    }
}

impl<I, S, B, E> Drive for http2::Connection<I, S, E>
where
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<Cause>,
    I: Read + Write + Unpin + 'static,
    B: Body + 'static,
    B::Error: Into<Cause>,
    E: Http2ServerConnExec<S::Future, B>,
    Self: Future<Output = hyper::Result<()>> + Unpin,
{
    fn retire(&mut self) {
        Pin::new(self).graceful_shutdown();
    }
}

/// A connection being served.
pub(crate) struct Serve<H> {
    http: H,
    connection: Rc<Connection>,
    told: bool,
}

impl<H> Serve<H> {
    pub(crate) const fn new(http: H, connection: Rc<Connection>) -> Self {
        Self { http, connection, told: false }
    }

    /// What the library has of the connection.
    pub(crate) fn into_http(self) -> H {
        self.http
    }
}

/// How serving came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The connection has ended, or what it speaks.
    Over,
    /// Nothing comes: what the library needs can be given back until something does.
    Rest,
}

impl<H: Drive> Future for Serve<H> {
    type Output = hyper::Result<End>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if this.connection.waker.borrow().is_none() {
            *this.connection.waker.borrow_mut() = Some(cx.waker().clone());
        }
        if this.connection.expired.get() {
            return Poll::Ready(Ok(End::Over));
        }
        if this.connection.resting.get() {
            if this.connection.has_nothing_to_do() {
                return Poll::Ready(Ok(End::Rest));
            }
            this.connection.resting.set(false);
        }
        if !this.told && this.connection.retiring.get() {
            this.told = true;
            this.http.retire();
        }
        Pin::new(&mut this.http).poll(cx).map_ok(|()| End::Over)
    }
}
