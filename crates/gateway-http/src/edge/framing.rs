//! The strict reader between a socket and the HTTP library.
//!
//! It hands on only whole heads that have passed [`head::inspect`], follows bodies to know where the next head begins, and
//! puts a well-formed stand-in in the place of a request it refuses: the library then answers that in its turn, after
//! everything before it on the connection, and reads nothing more.

mod chunked;
pub(in crate::edge) mod head;

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use self::chunked::Chunked;
pub(crate) use self::head::HeadLimits;
use crate::edge::connection::{Connection, Wait};
use crate::edge::linger::Linger;
use crate::edge::refusal::Refusal;

/// The method of the stand-in; see [`Refusal`]. A client that sends it itself gets what any unknown method gets.
pub(crate) const STAND_IN_METHOD: &str = "REFUSED";
const STAND_IN: &[u8] = b"REFUSED / HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n";

/// A stream that can be asked, without reading from it, whether the peer has closed its side.
///
/// The HTTP library would find out by reading on during a call, which costs every call a buffer; asking once a second
/// costs only those that last.
pub(crate) trait Probe {
    /// Has the peer closed its side, whatever it sent before?
    fn is_gone(&self, cx: &mut Context<'_>) -> bool;

    /// Ready when there may be something to read, be it the end. Asks nobody.
    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()>;
}

/// A stream whose requests are framed beyond doubt.
#[derive(Debug)]
pub(crate) struct Strict<S> {
    stream: S,
    connection: Rc<Connection>,
    limits: Rc<HeadLimits>,
    phase: Phase,
    /// What is not handed on yet: the beginning of a head, or checked bytes that found no room.
    held: Vec<u8>,
    /// How many bytes of `held` may be handed on.
    checked: usize,
    linger: Linger,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Head,
    Length(u64),
    Chunked(Chunked),
    /// Nothing after this point is read.
    Refused,
    /// The body broke off; the call in progress is told so.
    Broken,
}

impl<S> Strict<S> {
    pub(crate) fn new(stream: S, connection: Rc<Connection>, limits: Rc<HeadLimits>) -> Self {
        Self { stream, connection, limits, phase: Phase::Head, held: Vec::new(), checked: 0, linger: Linger::default() }
    }

    /// What a head may be on this connection.
    pub(crate) fn limits(&self) -> &HeadLimits {
        &self.limits
    }

    /// The stream, with what was read of it and not handed on.
    pub(crate) fn into_stream(self) -> (S, Vec<u8>) {
        (self.stream, self.held)
    }

    /// Follows `bytes` through heads and bodies; gives how many of them may be handed on.
    fn follow(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let step = match &mut self.phase {
                Phase::Head => self.follow_head(rest),
                Phase::Length(left) => {
                    let step = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                    *left -= step as u64;
                    if *left == 0 {
                        self.phase = Phase::Head;
                    }
                    Some(step)
                }
                Phase::Chunked(chunked) => {
                    let followed = chunked.follow(rest, self.limits.body);
                    self.followed_chunks(followed)
                }
                Phase::Refused | Phase::Broken => None,
            };
            let Some(step) = step else { return at };
            self.connection.received.set(self.connection.received.get() + step as u64);
            at += step;
        }
        at
    }

    fn follow_head(&mut self, rest: &[u8]) -> Option<usize> {
        match head::inspect(rest, &self.limits) {
            Ok(None) => None,
            Ok(Some(head)) => {
                self.connection.begin_head();
                self.phase = match head.body {
                    head::Body::Length(0) => Phase::Head,
                    head::Body::Length(length) => Phase::Length(length),
                    head::Body::Chunked => Phase::Chunked(Chunked::new()),
                };
                Some(head.length)
            }
            Err(refusal) => {
                self.connection.refusal.set(Some(refusal));
                self.phase = Phase::Refused;
                None
            }
        }
    }

    fn followed_chunks(&mut self, followed: Result<(usize, bool), Refusal>) -> Option<usize> {
        match followed {
            Ok((step, ended)) => {
                if ended {
                    self.phase = Phase::Head;
                }
                Some(step)
            }
            Err(refusal) => {
                self.connection.broken.set(Some((self.connection.heads.get(), refusal)));
                self.phase = Phase::Broken;
                None
            }
        }
    }

    /// Hands on held bytes that have been checked.
    fn hand_on(&mut self, buf: &mut ReadBuf<'_>) {
        let count = self.checked.min(buf.remaining());
        buf.put_slice(self.held.get(..count).unwrap_or_default());
        self.held.drain(..count);
        self.checked -= count;
        if self.held.is_empty() {
            // A connection that was slow once does not keep its memory.
            self.held = Vec::new();
        }
    }

    /// Looks at what has just been read into `buf` behind `before`; true when the library gets something.
    fn sift(&mut self, buf: &mut ReadBuf<'_>, before: usize) -> bool {
        if self.held.is_empty() {
            let fresh = buf.filled().get(before..).unwrap_or_default();
            let passed = self.follow(fresh);
            if passed < fresh.len() {
                if matches!(self.phase, Phase::Refused) {
                    self.held.extend_from_slice(STAND_IN);
                    self.checked = STAND_IN.len();
                } else if matches!(self.phase, Phase::Head) {
                    self.held.extend_from_slice(fresh.get(passed..).unwrap_or_default());
                }
                buf.set_filled(before + passed);
            }
            return passed > 0;
        }
        let seen = self.held.len();
        self.held.extend_from_slice(buf.filled().get(before..).unwrap_or_default());
        buf.set_filled(before);
        // Whole lines decide; without a new one there is only the size to watch.
        let fresh = self.held.get(seen..).unwrap_or_default();
        if memchr::memchr(b'\n', fresh).is_none() && self.held.len() <= self.limits.target.min(self.limits.block) {
            return false;
        }
        let held = std::mem::take(&mut self.held);
        self.checked = self.follow(&held);
        self.held = held;
        match self.phase {
            Phase::Refused => {
                self.held.truncate(self.checked);
                self.held.extend_from_slice(STAND_IN);
                self.checked += STAND_IN.len();
            }
            Phase::Broken => self.held.truncate(self.checked),
            _ => {}
        }
        if self.checked > 0 {
            self.hand_on(buf);
            return true;
        }
        false
    }

    /// Something was handed on: whatever was waited for has come. When more is asked for, [`Self::note_wait`] says for what.
    fn note_progress(&self) {
        self.connection.reading.set(Wait::Idle(self.connection.clock.millis()));
    }

    /// Notes what the reader waits for from now on.
    fn note_wait(&self) {
        let now = self.connection.clock.millis();
        let wait = match (self.phase, self.connection.reading.get()) {
            (Phase::Head, Wait::Head(since)) => Wait::Head(since),
            (Phase::Head, _) if !self.held.is_empty() => Wait::Head(now),
            // Whatever else woke the task: no byte has come since.
            (Phase::Length(_) | Phase::Chunked(_), Wait::Body(since)) => Wait::Body(since),
            (Phase::Length(_) | Phase::Chunked(_), _) => Wait::Body(now),
            _ => Wait::Rest(now),
        };
        self.connection.reading.set(wait);
    }
}

impl<S: Probe> Strict<S> {
    /// The request that has just been read had to wait, and its client has not: nobody is there to be answered.
    fn is_too_late(&self, cx: &mut Context<'_>) -> bool {
        let connection = &self.connection;
        let is_gone = connection.metrics.busy.get() && connection.calls.get() == 0 && self.stream.is_gone(cx);
        if is_gone {
            connection.metrics.refused("ClientGone", connection.clock.millis());
        }
        is_gone
    }

    /// Ready when there may be something to read.
    pub(crate) fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.stream.poll_ready(cx)
    }
}

impl<S: AsyncRead + Probe + Unpin> AsyncRead for Strict<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.checked > 0 {
                this.hand_on(buf);
                this.note_progress();
                return Poll::Ready(Ok(()));
            }
            match this.phase {
                // The stand-in asks to close; there is nothing more to come.
                Phase::Refused => return Poll::Pending,
                Phase::Broken => return Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
                _ => {}
            }
            let before = buf.filled().len();
            match Pin::new(&mut this.stream).poll_read(cx, buf)? {
                Poll::Ready(()) if buf.filled().len() == before => return Poll::Ready(Ok(())),
                Poll::Ready(()) => {
                    if this.sift(buf, before) {
                        this.note_progress();
                        return Poll::Ready(if this.is_too_late(cx) {
                            buf.set_filled(before);
                            Err(io::ErrorKind::ConnectionAborted.into())
                        } else {
                            Ok(())
                        });
                    }
                }
                Poll::Pending => {
                    this.note_wait();
                    return Poll::Pending;
                }
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Probe + Unpin> AsyncWrite for Strict<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.connection.note_write(result.is_pending());
        result
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.connection.note_write(result.is_pending());
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// The library flushes whenever it is polled, also while it waits for an answer and reads nothing.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.connection.probe.take() && this.stream.is_gone(cx) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        if !matches!(this.phase, Phase::Refused | Phase::Broken) {
            return Poll::Ready(Ok(()));
        }
        this.linger.poll(&mut this.stream, &this.connection, cx)
    }
}

/// Is this the stand-in for a refused request?
pub(crate) fn refusal(connection: &Connection, method: &http::Method) -> Option<Refusal> {
    connection.refusal.get().filter(|_| method.as_str() == STAND_IN_METHOD)
}

#[cfg(test)]
mod tests;
