//! What the parts of one connection share: the filter below the HTTP library, the calls above it, and the sweep that
//! looks after waiting.
//!
//! All of it lives on one thread, so it is cells, not locks.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::task::Waker;
use std::time::Duration;

use http::HeaderValue;

use crate::config::Timeouts;
use crate::edge::refusal::Refusal;
use crate::timer::Clock;

/// How long the rest of a refused request is read.
const LINGER: Duration = Duration::from_secs(2);

/// The state of one client connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// The peer's address.
    pub(crate) peer: IpAddr,
    /// The same as the value of `X-Forwarded-For`, made once.
    pub(crate) forwarded_for: HeaderValue,
    /// `https` is spoken.
    pub(crate) tls: bool,
    /// The edge refused what came: the next call is the stand-in for it.
    pub(crate) refusal: Cell<Option<Refusal>>,
    /// Heads handed on so far.
    pub(crate) heads: Cell<u64>,
    /// The body of the request with that number broke its framing.
    pub(crate) broken: Cell<Option<(u64, Refusal)>>,
    /// Calls begun so far: the number of the latest.
    pub(crate) begun: Cell<u64>,
    /// Calls whose answer is not complete.
    pub(crate) calls: Cell<u32>,
    /// What is being waited for, and since when in milliseconds.
    pub(crate) reading: Cell<Wait>,
    /// Since when a write waits for the peer.
    pub(crate) writing: Cell<Option<u64>>,
    /// The sweep found it waiting too long: the task drops it.
    pub(crate) expired: Cell<bool>,
    /// Wakes the connection's task.
    pub(crate) waker: RefCell<Option<Waker>>,
    /// The sweep wants to know whether the peer is still there; see [`Probe`](crate::edge::framing::Probe).
    pub(crate) probe: Cell<bool>,
    /// Calls begun when the sweep last asked that.
    probed: Cell<u64>,
    /// Bytes of the current request's head and body.
    pub(crate) received: Cell<u64>,
}

/// What a connection's reader waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Nothing, or the next request.
    Idle(u64),
    /// The rest of a head.
    Head(u64),
    /// More of a body.
    Body(u64),
    /// The peer's end after a refusal.
    Linger(u64),
}

impl Connection {
    pub(crate) fn new(peer: IpAddr, tls: bool, now: u64) -> Self {
        // The address in one form, also when it came in through a socket for both families.
        let peer = peer.to_canonical();
        let forwarded_for = HeaderValue::try_from(peer.to_string()).unwrap_or(HeaderValue::from_static("unknown"));
        Self {
            peer,
            forwarded_for,
            tls,
            refusal: Cell::new(None),
            heads: Cell::new(0),
            broken: Cell::new(None),
            begun: Cell::new(0),
            calls: Cell::new(0),
            // A peer that says nothing at all gets no more time than one that is slow with its first head.
            reading: Cell::new(Wait::Head(now)),
            writing: Cell::new(None),
            expired: Cell::new(false),
            waker: RefCell::new(None),
            probe: Cell::new(false),
            probed: Cell::new(0),
            received: Cell::new(0),
        }
    }

    /// Why the body of a call could not be read to its end.
    pub(crate) fn broken_body(&self, call: u64) -> Option<Refusal> {
        self.broken.get().filter(|(number, _)| *number == call).map(|(_, refusal)| refusal)
    }

    /// Notes that a write waits for the peer, or that it did not.
    pub(crate) fn note_write(&self, waits: bool, clock: &Clock) {
        if !waits {
            self.writing.set(None);
        } else if self.writing.get().is_none() {
            self.writing.set(Some(clock.millis()));
        }
    }

    /// Does it wait longer than it may?
    pub(crate) fn is_overdue(&self, now: u64, timeouts: &Timeouts) -> bool {
        let over = |since: u64, limit: Duration| u128::from(now.saturating_sub(since)) > limit.as_millis();
        let reading = match self.reading.get() {
            Wait::Idle(since) => self.calls.get() == 0 && over(since, timeouts.idle),
            Wait::Head(since) => over(since, timeouts.head),
            Wait::Body(since) => self.calls.get() > 0 && over(since, timeouts.progress),
            Wait::Linger(since) => over(since, LINGER),
        };
        reading || self.writing.get().is_some_and(|since| over(since, timeouts.progress))
    }

    /// A call that lasts from one look to the next is asked whether its client is still there.
    pub(crate) fn look_for_peer(&self) {
        if self.calls.get() > 0 && self.probed.get() == self.begun.get() {
            self.probe.set(true);
            self.wake();
        }
        self.probed.set(self.begun.get());
    }

    /// Wakes the task, if it has been polled yet.
    pub(crate) fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }
}
