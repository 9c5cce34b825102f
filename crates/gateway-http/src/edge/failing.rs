//! A client's stream of which the n-th reading or writing fails and every one after it, for every n until a call passes
//! clean. `threats.md` O21.

use std::cell::Cell;
use std::io::{Error, ErrorKind};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex};

use crate::config::Config;
use crate::edge::connection::Connection;
use crate::edge::framing::{Probe, Strict};
use crate::edge::tests::running;
use crate::handler::serve;
use crate::worker::Worker;

/// A stream that breaks.
struct Failing {
    inner: DuplexStream,
    /// Readings and writings that work.
    left: Rc<Cell<u32>>,
}

impl Failing {
    fn step(&self) -> Result<(), Error> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| Error::from(ErrorKind::ConnectionReset))?;
        self.left.set(left);
        Ok(())
    }
}

impl AsyncRead for Failing {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<Result<(), Error>> {
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        Poll::Ready(self.step())
    }
}

impl AsyncWrite for Failing {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize, Error>> {
        self.step()?;
        match Pin::new(&mut self.inner).poll_write(cx, bytes) {
            // It has not been written yet: this was no step.
            Poll::Pending => {
                self.left.set(self.left.get() + 1);
                Poll::Pending
            }
            done => done,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl Probe for Failing {
    fn is_gone(&self, _: &mut Context<'_>) -> bool {
        false
    }

    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

/// One connection of which `steps` work: what the client read, and how many steps were left.
async fn attempt(worker: &Rc<Worker>, requests: &[u8], steps: u32) -> (String, u32) {
    let (client, server) = duplex(64);
    let (mut read, mut write) = tokio::io::split(client);
    let left = Rc::new(Cell::new(steps));
    let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let connection = Rc::new(Connection::new(peer, false, worker.clock.clone(), Rc::clone(&worker.metrics)));
    worker.admit(&connection);
    let stream = Failing { inner: server, left: Rc::clone(&left) };
    let strict = Strict::new(stream, Rc::clone(&connection), worker.head_limits());
    let service = service_fn(|request| serve(worker, &connection, request));
    let serving = http1::Builder::new().half_close(true).serve_connection(TokioIo::new(strict), service);
    let sending = async {
        for piece in requests.chunks(13) {
            if write.write_all(piece).await.is_err() {
                break;
            }
        }
    };
    let mut said = Vec::new();
    let talk = async {
        let reading = async { drop(read.read_to_end(&mut said).await) };
        // The stream is closed when serving has ended, however that came.
        tokio::join!(async { drop(pin!(serving).await) }, sending, reading);
    };
    // Serving owns the server's side: nobody reads to the end before it is dropped.
    tokio::time::timeout(Duration::from_secs(60), talk).await.expect("it does not hang");
    (String::from_utf8_lossy(&said).into_owned(), left.get())
}

/// Dates differ from call to call.
fn without_dates(said: &str) -> String {
    const DATE: usize = "Mon, 05 Jan 2026 10:00:00 GMT".len();
    let mut parts = said.split("\r\ndate: ");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str("\r\ndate: ");
        masked.extend(part.chars().enumerate().map(|(at, c)| if at < DATE { '*' } else { c }));
    }
    masked
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn every_reading_and_every_writing_may_fail() {
    let echo = "<return-response><set-body>@(context.Request.Body.As&lt;string&gt;() + new string('x', 200))</set-body>\
                </return-response>";
    let (worker, _address, _stop) = running(Config::default(), false, echo);
    let requests = b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 40\r\n\r\n0123456789012345678901234567890123456789\
                     POST /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let (whole, _) = attempt(&worker, requests, u32::MAX).await;
    let whole = without_dates(&whole);
    assert_eq!(whole.matches("HTTP/1.1 200 OK").count(), 2, "{whole}");
    for steps in 0.. {
        let (said, left) = attempt(&worker, requests, steps).await;
        let said = without_dates(&said);
        assert!(whole.starts_with(&said), "after {steps} steps: {said}");
        assert_eq!(worker.metrics.calls.get(), 0, "no call is left after {steps} steps");
        if said == whole && left > 0 {
            assert!(steps > 9, "{steps} steps");
            return;
        }
    }
}
