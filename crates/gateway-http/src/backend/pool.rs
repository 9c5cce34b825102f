//! Idle connections to backends, one pool a thread: a call finds one without a lock and without waking anybody.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use http::HeaderValue;
use rustc_hash::{FxHashMap, FxHasher};

use crate::backend::wire::Wire;
use crate::config::Backend as Settings;
use crate::timer::Clock;

/// The pools of all origins.
#[derive(Debug)]
pub(crate) struct Pool {
    origins: RefCell<FxHashMap<u64, Vec<Rc<Origin>>>>,
    clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) tls: Arc<rustls::ClientConfig>,
}

/// A scheme, host and port, with the connections to it that wait for work.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The value of `Host`, made once.
    pub(crate) host_header: HeaderValue,
    idle: RefCell<Vec<Idle>>,
    /// Until when a connection that was idle even briefly is not trusted: the peer closed one without saying so.
    pub(crate) distrusted_until: Cell<u64>,
}

#[derive(Debug)]
struct Idle {
    wire: Box<Wire>,
    since: u64,
}

/// A connection in use. Unless it is released, dropping it closes it.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) wire: Box<Wire>,
    pub(crate) origin: Rc<Origin>,
    /// How long it had been idle; `None` for a new connection.
    pub(crate) idle_for: Option<u64>,
}

impl Pool {
    pub(crate) fn new(clock: Clock, settings: &Settings, tls: Arc<rustls::ClientConfig>) -> Self {
        Self { origins: RefCell::default(), clock, settings: settings.clone(), tls }
    }

    /// The origin with that name; made when it is the first time.
    pub(crate) fn origin(&self, tls: bool, host: &str, port: u16) -> Option<Rc<Origin>> {
        let mut hasher = FxHasher::default();
        (tls, host, port).hash(&mut hasher);
        let mut origins = self.origins.borrow_mut();
        let same = origins.entry(hasher.finish()).or_default();
        if let Some(origin) = same.iter().find(|origin| origin.port == port && origin.tls == tls && origin.host == host)
        {
            return Some(Rc::clone(origin));
        }
        let origin = Rc::new(Origin::new(tls, host, port)?);
        same.push(Rc::clone(&origin));
        Some(origin)
    }

    /// The connection that was used last, if one is idle. That it has been closed since may show only when it is used.
    pub(crate) fn take(&self, origin: &Rc<Origin>) -> Option<Lease> {
        let now = self.clock.millis();
        let found = origin.idle.borrow_mut().pop()?;
        let idle_for = Some(now.saturating_sub(found.since));
        Some(Lease { wire: found.wire, origin: Rc::clone(origin), idle_for })
    }

    /// Keeps a connection for the next call.
    pub(crate) fn release(&self, mut lease: Lease) {
        let usable = lease.wire.settle();
        let mut idle = lease.origin.idle.borrow_mut();
        if usable && idle.len() < self.settings.idle_connections {
            idle.push(Idle { wire: lease.wire, since: self.clock.millis() });
        }
    }

    /// Closes what was idle for too long, and forgets origins that nobody uses.
    pub(crate) fn sweep(&self, now: u64) {
        let limit = u64::try_from(self.settings.idle_timeout.as_millis()).unwrap_or(u64::MAX);
        self.origins.borrow_mut().retain(|_, same| {
            same.retain(|origin| {
                let mut idle = origin.idle.borrow_mut();
                idle.retain_mut(|idle| now.saturating_sub(idle.since) <= limit && idle.wire.settle());
                !idle.is_empty() || Rc::strong_count(origin) > 1 || origin.distrusted_until.get() > now
            });
            !same.is_empty()
        });
    }
}

impl Origin {
    fn new(tls: bool, host: &str, port: u16) -> Option<Self> {
        let default = if tls { 443 } else { 80 };
        let text = if port == default { host.to_owned() } else { format!("{host}:{port}") };
        Some(Self {
            tls,
            host: host.to_owned(),
            port,
            host_header: HeaderValue::try_from(text).ok()?,
            idle: RefCell::default(),
            distrusted_until: Cell::new(0),
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", if self.tls { "https" } else { "http" }, self.host, self.port)
    }
}
