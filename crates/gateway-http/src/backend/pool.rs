//! Idle connections to backends, one pool a thread: a call finds one without a lock and without waking anybody.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use hyper::client::conn::http2;
use policy_vm::host::HttpVersion;
use rustc_hash::{FxHashMap, FxHasher};
use tokio::sync::Mutex;

use crate::backend::body::RequestBody;
use crate::backend::line::Line;
use crate::backend::profile::Profile;
use crate::backend::resolve::Resolver;
use crate::backend::wire::Wire;
use crate::rules::Rules;
use crate::timer::{Clock, Moment};

/// The pools of all origins.
#[derive(Debug)]
pub(crate) struct Pool {
    origins: RefCell<FxHashMap<u64, Vec<Rc<Origin>>>>,
    clock: Clock,
    rules: RefCell<Arc<Rules>>,
    pub(crate) resolver: Resolver,
}

/// How connections are made, where not as usual: another profile, another protocol. Ways that differ share nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Way<'p> {
    pub(crate) profile: Option<&'p Arc<Profile>>,
    pub(crate) version: HttpVersion,
}

/// A scheme, host and port, with the connections to it that wait for work.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) profile: Option<Arc<Profile>>,
    pub(crate) version: HttpVersion,
    /// What TLS connections are made with.
    pub(crate) tls_config: Arc<rustls::ClientConfig>,
    /// It is one of the gateway's own addresses.
    pub(crate) is_own: Cell<bool>,
    /// The connection that all calls over HTTP/2 share, and when one last did.
    shared: RefCell<Option<(http2::SendRequest<RequestBody>, Moment)>>,
    /// Whose turn it is to connect, where all may share what comes of it.
    pub(crate) turn: Mutex<()>,
    /// The server was offered HTTP/2 and has chosen HTTP/1.1: nothing is shared.
    pub(crate) speaks_one: Cell<bool>,
    /// Connections, or shares of one, that calls have.
    leases: Cell<usize>,
    /// The value of `Host`, made once.
    pub(crate) host_header: HeaderValue,
    idle: RefCell<Vec<Idle>>,
    /// Until when a connection that was idle even briefly is not trusted: the peer closed one without saying so.
    pub(crate) distrusted_until: Cell<u64>,
}

#[derive(Debug)]
struct Idle {
    wire: Box<Wire>,
    since: Moment,
}

/// A connection in use. Unless it is released, dropping it closes it.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) line: Line,
    pub(crate) origin: Leased,
    /// How long it had been idle; `None` for a new connection.
    pub(crate) idle_for: Option<Duration>,
}

/// The origin of a connection in use, which counts it.
#[derive(Debug)]
pub(crate) struct Leased(Rc<Origin>);

impl Leased {
    fn new(origin: &Rc<Origin>) -> Self {
        origin.leases.set(origin.leases.get() + 1);
        Self(Rc::clone(origin))
    }
}

impl Deref for Leased {
    type Target = Origin;

    fn deref(&self) -> &Origin {
        &self.0
    }
}

impl Drop for Leased {
    fn drop(&mut self) {
        self.0.leases.set(self.0.leases.get().saturating_sub(1));
    }
}

impl Pool {
    pub(crate) fn new(clock: Clock, rules: Arc<Rules>) -> Self {
        let resolver = Resolver::new(rules.backend.dns_cache);
        Self { origins: RefCell::default(), clock, rules: RefCell::new(rules), resolver }
    }

    /// The settings in force.
    pub(crate) fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.borrow())
    }

    /// How long a backend may be silent within a body.
    pub(crate) fn body_timeout(&self) -> Duration {
        self.rules.borrow().backend.body_timeout
    }

    /// Goes by other settings. Connections to servers that were believed by other authorities are not used again, nor are
    /// those that were allowed by other rules.
    pub(crate) fn obey(&self, rules: Arc<Rules>) {
        self.resolver.keep_for(rules.backend.dns_cache);
        let before = self.rules.replace(Arc::clone(&rules));
        if !Arc::ptr_eq(&before.tls_client, &rules.tls_client) || before.egress != rules.egress {
            self.origins.borrow_mut().clear();
        }
    }

    /// The origin with that name, reached in that way; made when it is the first time, unless that is no name of a host.
    pub(crate) fn origin(&self, tls: bool, host: &str, port: u16, way: Way<'_>) -> Option<Rc<Origin>> {
        let mut hasher = FxHasher::default();
        (tls, host, port).hash(&mut hasher);
        let name = hasher.finish();
        let mut origins = self.origins.borrow_mut();
        let is_it =
            |origin: &&Rc<Origin>| origin.port == port && origin.tls == tls && origin.goes(way) && origin.host == host;
        if let Some(origin) = origins.get(&name).and_then(|same| same.iter().find(is_it)) {
            return Some(Rc::clone(origin));
        }
        if host.is_empty() || !host.bytes().all(is_host_byte) {
            return None;
        }
        let origin = Rc::new(Origin::new(tls, host, port, way, &self.rules.borrow().tls_client)?);
        origins.entry(name).or_default().push(Rc::clone(&origin));
        Some(origin)
    }

    /// The connection that was used last, if one is idle. That it has been closed since may show only when it is used.
    pub(crate) fn take(&self, origin: &Rc<Origin>) -> Option<Lease> {
        if origin.version != HttpVersion::One
            && let Some((sender, used)) = &mut *origin.shared.borrow_mut()
            && !sender.is_closed()
        {
            let idle_for = Some(self.clock.since(std::mem::replace(used, self.clock.moment())));
            return Some(Lease::new(Line::Two(Box::new(sender.clone())), origin, idle_for));
        }
        let found = origin.idle.borrow_mut().pop()?;
        let idle_for = Some(self.clock.since(found.since));
        Some(Lease::new(Line::One(found.wire), origin, idle_for))
    }

    /// Keeps a connection for the next call.
    pub(crate) fn release(&self, lease: Lease) {
        let Lease { line: Line::One(mut wire), origin, .. } = lease else { return };
        let usable = wire.settle();
        let mut idle = origin.idle.borrow_mut();
        if usable && idle.len() < self.rules.borrow().backend.idle_connections {
            idle.push(Idle { wire, since: self.clock.moment() });
        }
    }

    /// Lets other calls use a new connection over HTTP/2 beside the one that it was made for.
    pub(crate) fn share(&self, origin: &Origin, sender: &http2::SendRequest<RequestBody>) {
        *origin.shared.borrow_mut() = Some((sender.clone(), self.clock.moment()));
    }

    /// What there is, for people who look.
    pub(crate) fn origins(&self) -> Vec<OriginStatus> {
        let origins = self.origins.borrow();
        let all = origins.values().flatten().map(|origin| OriginStatus {
            origin: origin.to_string(),
            busy: origin.leases.get(),
            idle: origin.idle.borrow().len() + usize::from(origin.shared.borrow().is_some()),
        });
        all.collect()
    }

    /// Closes what was idle for too long, and forgets origins that nobody uses.
    /// Asking all of them whether the peer has closed is work, and is done where the sweep `looks`.
    pub(crate) fn sweep(&self, now: u64, looks: bool) {
        let limit = u64::try_from(self.rules.borrow().backend.idle_timeout.as_millis()).unwrap_or(u64::MAX);
        self.origins.borrow_mut().retain(|_, same| {
            same.retain(|origin| {
                let mut idle = origin.idle.borrow_mut();
                idle.retain_mut(|idle| {
                    now.saturating_sub(idle.since.millis) <= limit && (!looks || idle.wire.settle())
                });
                // Calls that are under way keep their connection.
                origin
                    .shared
                    .borrow_mut()
                    .take_if(|(sender, used)| sender.is_closed() || now.saturating_sub(used.millis) > limit);
                !idle.is_empty()
                    || origin.shared.borrow().is_some()
                    || Rc::strong_count(origin) > 1
                    || origin.distrusted_until.get() > now
            });
            !same.is_empty()
        });
    }
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b'[' | b']' | b':')
}

/// An origin as one thread knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OriginStatus {
    pub(crate) origin: String,
    /// Calls that have a connection.
    pub(crate) busy: usize,
    /// Connections that wait for the next call.
    pub(crate) idle: usize,
}

impl Lease {
    /// A connection that a call begins to use.
    pub(crate) fn new(line: Line, origin: &Rc<Origin>, idle_for: Option<Duration>) -> Self {
        Self { line, origin: Leased::new(origin), idle_for }
    }
}

impl Origin {
    /// Is it reached in this way?
    fn goes(&self, way: Way<'_>) -> bool {
        self.version == way.version
            && match (&self.profile, way.profile) {
                (None, None) => true,
                (Some(own), Some(other)) => Arc::ptr_eq(own, other),
                _ => false,
            }
    }

    fn new(tls: bool, host: &str, port: u16, way: Way<'_>, usual: &Arc<rustls::ClientConfig>) -> Option<Self> {
        let default = if tls { 443 } else { 80 };
        let text = if port == default { host.to_owned() } else { format!("{host}:{port}") };
        Some(Self {
            tls,
            host: host.to_owned(),
            port,
            profile: way.profile.map(Arc::clone),
            version: way.version,
            tls_config: offering(way.profile.map_or(usual, |profile| &profile.tls), way.version),
            is_own: Cell::new(false),
            shared: RefCell::default(),
            turn: Mutex::new(()),
            speaks_one: Cell::new(false),
            leases: Cell::new(0),
            host_header: HeaderValue::try_from(text).ok()?,
            idle: RefCell::default(),
            distrusted_until: Cell::new(0),
        })
    }
}

/// The same settings, with the protocols that are offered.
fn offering(tls: &Arc<rustls::ClientConfig>, version: HttpVersion) -> Arc<rustls::ClientConfig> {
    let protocols: &[&[u8]] = match version {
        HttpVersion::One => return Arc::clone(tls),
        HttpVersion::Two => &[b"h2"],
        HttpVersion::TwoOrOne => &[b"h2", b"http/1.1"],
    };
    let mut tls = rustls::ClientConfig::clone(tls);
    tls.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Arc::new(tls)
}

/// A server as figures and messages name it.
pub(crate) fn shown_origin(tls: bool, host: &str, port: u16) -> String {
    format!("{}://{host}:{port}", if tls { "https" } else { "http" })
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown_origin(self.tls, &self.host, self.port))
    }
}
