//! What the parts of one connection share: the filter below the HTTP library, the calls above it, and the sweep that
//! looks after waiting.
//!
//! All of it lives on one thread, so it is cells, not locks.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::IpAddr;
use std::rc::{Rc, Weak};
use std::task::Waker;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use hyper::upgrade::Upgraded;

use crate::config::edge::Timeouts;
use crate::edge::refusal::Refusal;
use crate::metrics::Metrics;
use crate::timer::Clock;

fn over(now: u64, since: u64, limit: Duration) -> bool {
    u128::from(now.saturating_sub(since)) > limit.as_millis()
}

/// A connection on which nothing comes for so long gives back what it needs to read and write. Clients that call more often
/// than that never notice.
const REST: Duration = Duration::from_millis(500);
/// How long the rest of a refused request is read.
const LINGER: Duration = Duration::from_secs(2);

/// The state of one client connection, or of one stream of an HTTP/2 connection: to what is above it, that is a connection
/// with a single call.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) clock: Clock,
    /// The figures of the thread.
    pub(crate) metrics: Rc<Metrics>,
    /// The HTTP/2 connection that this is a stream of.
    pub(crate) parent: Option<Rc<Connection>>,
    /// Streams of an HTTP/2 connection.
    streams: RefCell<Vec<Weak<Connection>>>,
    /// HTTP/2 is spoken.
    pub(crate) http2: Cell<bool>,
    /// The client's certificate in DER, if it showed one.
    pub(crate) certificate: Option<Bytes>,
    /// There were too many connections when it came: its first call is refused.
    pub(crate) crowded: Cell<bool>,
    /// The gateway is about to stop: the next answer is the last.
    pub(crate) last_call: Cell<bool>,
    /// No further call is taken: it closes when those in progress are done.
    pub(crate) retiring: Cell<bool>,
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
    /// It is to give back what it needs to read and write, or has done so.
    pub(crate) resting: Cell<bool>,
    /// Wakes the connection's task.
    pub(crate) waker: RefCell<Option<Waker>>,
    /// The sweep wants to know whether the peer is still there; see [`Probe`](crate::edge::framing::Probe).
    pub(crate) probe: Cell<bool>,
    /// Calls begun when the sweep last asked that.
    probed: Cell<u64>,
    /// Bytes of head and body of the request whose head came last.
    pub(crate) received: Cell<u64>,
    /// The same of requests before it whose calls are not over, by the numbers of their heads.
    pub(crate) earlier: RefCell<VecDeque<(u64, u64)>>,
    /// The backend's side of what follows a change of protocol.
    pub(crate) tunnel: RefCell<Option<Box<Upgraded>>>,
}

/// What a connection's reader waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Nothing, or the next request.
    Idle(u64),
    /// The next request over HTTP/1.1: the library has everything that came, and asked for more in vain.
    Rest(u64),
    /// The rest of a head.
    Head(u64),
    /// More of a body.
    Body(u64),
    /// The peer's end after a refusal.
    Linger(u64),
    /// Something that other timers look after.
    Tunnel,
}

impl Connection {
    pub(crate) fn new(peer: IpAddr, tls: bool, clock: Clock, metrics: Rc<Metrics>) -> Self {
        // The address in one form, also when it came in through a socket for both families.
        let peer = peer.to_canonical();
        let forwarded_for = HeaderValue::try_from(peer.to_string()).unwrap_or(HeaderValue::from_static("unknown"));
        Self {
            metrics,
            parent: None,
            streams: RefCell::default(),
            http2: Cell::new(false),
            certificate: None,
            crowded: Cell::new(false),
            last_call: Cell::new(false),
            retiring: Cell::new(false),
            peer,
            forwarded_for,
            tls,
            refusal: Cell::new(None),
            heads: Cell::new(0),
            broken: Cell::new(None),
            begun: Cell::new(0),
            calls: Cell::new(0),
            // A peer that says nothing at all gets no more time than one that is slow with its first head.
            reading: Cell::new(Wait::Head(clock.millis())),
            writing: Cell::new(None),
            expired: Cell::new(false),
            resting: Cell::new(false),
            waker: RefCell::new(None),
            probe: Cell::new(false),
            probed: Cell::new(0),
            received: Cell::new(0),
            earlier: RefCell::default(),
            tunnel: RefCell::default(),
            clock,
        }
    }

    /// The client's time begins now: what came before had a limit of its own.
    pub(crate) fn restart(&self) {
        self.reading.set(Wait::Head(self.clock.millis()));
    }

    /// A stream of this connection.
    pub(crate) fn stream(self: &Rc<Self>) -> Rc<Self> {
        let stream = Rc::new(Self {
            clock: self.clock.clone(),
            metrics: Rc::clone(&self.metrics),
            parent: Some(Rc::clone(self)),
            streams: RefCell::default(),
            http2: Cell::new(true),
            certificate: self.certificate.clone(),
            crowded: Cell::new(self.crowded.get()),
            last_call: Cell::new(false),
            retiring: Cell::new(false),
            peer: self.peer,
            forwarded_for: self.forwarded_for.clone(),
            tls: self.tls,
            refusal: Cell::new(None),
            heads: Cell::new(1),
            broken: Cell::new(None),
            begun: Cell::new(0),
            calls: Cell::new(0),
            reading: Cell::new(Wait::Idle(self.clock.millis())),
            writing: Cell::new(None),
            expired: Cell::new(false),
            resting: Cell::new(false),
            waker: RefCell::new(None),
            probe: Cell::new(false),
            probed: Cell::new(0),
            received: Cell::new(0),
            earlier: RefCell::default(),
            tunnel: RefCell::default(),
        });
        let mut streams = self.streams.borrow_mut();
        if streams.len() == streams.capacity() {
            streams.retain(|stream| stream.strong_count() > 0);
        }
        streams.push(Rc::downgrade(&stream));
        stream
    }

    /// A call begins.
    pub(crate) fn call_begins(&self) {
        self.calls.set(self.calls.get() + 1);
        match &self.parent {
            Some(parent) => parent.call_begins(),
            None => self.metrics.calls.set(self.metrics.calls.get() + 1),
        }
    }

    /// The last byte of its answer has gone, or nobody waits for it any more.
    pub(crate) fn call_ends(&self) {
        self.calls.set(self.calls.get().saturating_sub(1));
        match &self.parent {
            Some(parent) => {
                self.writing.set(None);
                parent.call_ends();
            }
            None => self.metrics.calls.set(self.metrics.calls.get().saturating_sub(1)),
        }
    }

    /// Another head has come. What the one before it brought is kept where its call will still ask for it: a client need not
    /// wait for an answer before it sends the next request.
    pub(crate) fn begin_head(&self) {
        let number = self.heads.get();
        if number > self.begun.get() || self.calls.get() > 0 {
            let mut earlier = self.earlier.borrow_mut();
            // Perhaps nobody asks: then those whose calls are over go here.
            while earlier.front().is_some_and(|(number, _)| *number < self.begun.get()) {
                earlier.pop_front();
            }
            earlier.push_back((number, self.received.get()));
        }
        self.received.set(0);
        self.heads.set(number + 1);
    }

    /// Bytes of the head and body that a call has come with so far. Calls ask in their order.
    pub(crate) fn received_by(&self, call: u64) -> u64 {
        let mut earlier = self.earlier.borrow_mut();
        while earlier.front().is_some_and(|(number, _)| *number < call) {
            earlier.pop_front();
        }
        match earlier.front() {
            Some((number, bytes)) if *number == call => *bytes,
            _ if self.heads.get() == call => self.received.get(),
            _ => 0,
        }
    }

    /// Why the body of a call could not be read to its end.
    pub(crate) fn broken_body(&self, call: u64) -> Option<Refusal> {
        self.broken.get().filter(|(number, _)| *number == call).map(|(_, refusal)| refusal)
    }

    /// Notes that a write waits for the peer, or that it did not.
    pub(crate) fn note_write(&self, waits: bool) {
        if !waits {
            self.writing.set(None);
        } else if self.writing.get().is_none() {
            self.writing.set(Some(self.clock.millis()));
        }
    }

    /// A piece of an answer was handed over, or the next is asked for: between the two, a stream waits for its client.
    pub(crate) fn note_piece(&self, handed_over: bool) {
        if self.parent.is_some() {
            self.writing.set(handed_over.then(|| self.clock.millis()));
        }
    }

    /// Does it wait longer than it may? A connection of HTTP/2 that only rests is told to go first.
    pub(crate) fn is_overdue(&self, now: u64, timeouts: &Timeouts, idle: Duration) -> bool {
        if self.http2.get() && self.is_http2_rested(now, idle) {
            self.retiring.set(true);
            self.reading.set(Wait::Linger(now));
            self.wake();
        }
        let reading = match self.reading.get() {
            Wait::Idle(since) | Wait::Rest(since) => self.calls.get() == 0 && over(now, since, idle),
            // While a call lasts, the head of the next is not read on.
            Wait::Head(since) => (self.http2.get() || self.calls.get() == 0) && over(now, since, timeouts.head),
            // Also behind an answer that came before the end of the request.
            Wait::Body(since) => over(now, since, timeouts.progress),
            Wait::Linger(since) => over(now, since, LINGER),
            Wait::Tunnel => false,
        };
        let stalled =
            |connection: &Self| connection.writing.get().is_some_and(|since| over(now, since, timeouts.progress));
        reading
            || stalled(self)
            || self.streams.borrow().iter().filter_map(Weak::upgrade).any(|stream| stalled(&stream))
    }

    /// Nothing was asked for a long time; while calls are in progress, that time does not begin.
    fn is_http2_rested(&self, now: u64, idle: Duration) -> bool {
        match self.reading.get() {
            Wait::Idle(_) if self.calls.get() > 0 => {
                self.reading.set(Wait::Idle(now));
                false
            }
            Wait::Idle(since) => over(now, since, idle),
            _ => false,
        }
    }

    /// Puts it to rest if nothing has come for a while; true when that happens now.
    pub(crate) fn rest_if_quiet(&self, now: u64) -> bool {
        let is_quiet = matches!(self.reading.get(), Wait::Rest(since) if over(now, since, REST));
        let rests = is_quiet && self.has_nothing_to_do() && !self.resting.replace(true);
        if rests {
            self.wake();
        }
        rests
    }

    /// Every byte that came belongs to a call that has ended, every byte of its answer has gone, and none has come since.
    pub(crate) fn has_nothing_to_do(&self) -> bool {
        matches!(self.reading.get(), Wait::Rest(_))
            && self.calls.get() == 0
            && self.begun.get() == self.heads.get()
            && self.writing.get().is_none()
            && !self.retiring.get()
    }

    /// A call that lasts from one look to the next is asked whether its client is still there.
    pub(crate) fn look_for_peer(&self) {
        if !self.http2.get() && self.calls.get() > 0 && self.probed.get() == self.begun.get() {
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
