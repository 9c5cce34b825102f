//! One thread of the gateway: its runtime, its connections, its backends. Nothing here is shared with another thread.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::{Duration, Instant};

use policy_vm::Exchange;

use crate::access_log::AccessLog;
use crate::backend::pool::Pool;
use crate::backend::profiles::Profiles;
use crate::config::BufferResponse;
use crate::config::edge::{Limits, Timeouts};
use crate::edge::connection::Connection;
use crate::edge::framing::HeadLimits;
use crate::edge::handshakes::Handshakes;
use crate::identity::Tokens;
use crate::memory::{GiveBack, Pressure};
use crate::metrics::{Metrics, Snapshot};
use crate::rules::Rules;
use crate::server::ListenerTls;
use crate::shared::Shared;
use crate::shedding::Shedding;
use crate::site::Site;
use crate::timer::{Clock, Deadlines};

/// What the calls of one thread work with.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) clock: Clock,
    pub(crate) deadlines: Deadlines,
    pub(crate) pool: Pool,
    /// Ways of connecting that policies made up.
    pub(crate) profiles: Profiles,
    /// Access tokens of the gateway's identity.
    pub(crate) tokens: Tokens,
    /// Where this thread reports what there is to see of its backends.
    report: usize,
    pub(crate) shared: Arc<Shared>,
    pub(crate) timeouts: Cell<Timeouts>,
    pub(crate) limits: Cell<Limits>,
    /// What it means that `forward-request` buffers an answer.
    pub(crate) buffering: Cell<BufferResponse>,
    head_limits: RefCell<Rc<HeadLimits>>,
    #[expect(clippy::redundant_allocation, reason = "calls hold it, and threads must not count in the same place")]
    rules: RefCell<Rc<Arc<Rules>>>,
    pub(crate) log: AccessLog,
    pub(crate) metrics: Rc<Metrics>,
    /// What clients are shown, one a listener.
    tls: RefCell<ListenerTls>,
    /// The configuration that new calls use.
    pub(crate) site: RefCell<Rc<Site>>,
    /// Those before it that calls in progress still use.
    former: RefCell<Vec<Rc<Site>>>,
    pub(crate) draining: Cell<bool>,
    /// Which calls are refused because the thread lags behind.
    pub(crate) shedding: Shedding,
    /// How short memory is.
    pressure: Cell<Pressure>,
    pub(crate) connections: RefCell<Vec<Weak<Connection>>>,
    pub(crate) open: Cell<usize>,
    pub(crate) handshakes: Handshakes,
    /// No further connection could be taken at the last attempt.
    crowded: Cell<bool>,
    /// How many threads share the limits.
    pub(crate) threads: usize,
    /// Requests of policies that nobody waits for.
    pub(crate) one_way: Cell<usize>,
    #[expect(clippy::vec_box, reason = "an exchange is lent to one call after another, and moving one costs more")]
    exchanges: RefCell<Vec<Box<Exchange>>>,
    /// Calls that this thread may have in progress.
    most_calls: Cell<usize>,
    /// Memory that connections gave back.
    give_back: GiveBack,
    /// Ticks so far.
    looks: Cell<u32>,
    /// Memory for the lower-case copy of a path.
    pub(crate) scratch: RefCell<String>,
}

/// How long a connection may rest when there is no room for others.
const CROWDED_IDLE: Duration = Duration::from_secs(1);

/// Every so many ticks, clients of long calls are looked for, and connections to backends that were closed.
const LOOK_TICKS: u32 = 4;

/// Exchanges kept for the next calls; more than this many at once is rare, and each may hold buffers.
const KEPT_EXCHANGES: usize = 256;

/// A thread's part of what all of them may have.
fn share(all: usize, threads: usize) -> usize {
    all.div_ceil(threads.max(1)).max(1)
}

fn head_limits(limits: &Limits) -> HeadLimits {
    HeadLimits { target: limits.request_target, block: limits.header_block, headers: limits.headers, body: limits.body }
}

impl Worker {
    pub(crate) fn new(
        shared: Arc<Shared>,
        rules: Arc<Rules>,
        site: Site,
        tls: ListenerTls,
        log: AccessLog,
        threads: usize,
    ) -> Rc<Self> {
        let (limits, timeouts) = (rules.limits, rules.timeouts);
        let clock = Clock::new();
        let metrics = Rc::new(Metrics::new(shared.config.admin.address.is_some()));
        let shedding = Shedding::new(timeouts.lag, Rc::clone(&metrics));
        Rc::new(Self {
            deadlines: Deadlines::new(clock.clone()),
            pool: Pool::new(clock.clone(), Arc::clone(&rules)),
            profiles: Profiles::default(),
            tokens: Tokens::default(),
            report: shared.reports.register(),
            clock,
            timeouts: Cell::new(timeouts),
            head_limits: RefCell::new(Rc::new(head_limits(&limits))),
            most_calls: Cell::new(share(limits.calls, threads)),
            limits: Cell::new(limits),
            buffering: Cell::new(rules.backend.buffer_response),
            rules: RefCell::new(Rc::new(rules)),
            metrics,
            shared,
            log,
            tls: RefCell::new(tls),
            crowded: Cell::new(false),
            site: RefCell::new(Rc::new(site)),
            former: RefCell::default(),
            draining: Cell::new(false),
            shedding,
            pressure: Cell::new(Pressure::None),
            connections: RefCell::default(),
            open: Cell::new(0),
            handshakes: Handshakes::default(),
            threads,
            one_way: Cell::new(0),
            exchanges: RefCell::default(),
            give_back: GiveBack::default(),
            looks: Cell::new(0),
            scratch: RefCell::default(),
        })
    }

    /// An exchange without a call in it.
    pub(crate) fn exchange(&self) -> Box<Exchange> {
        self.exchanges.borrow_mut().pop().unwrap_or_else(|| Box::new(Exchange::new(&self.shared.engine_limits)))
    }

    /// Takes an exchange back.
    pub(crate) fn give_back(&self, mut exchange: Box<Exchange>) {
        let mut kept = self.exchanges.borrow_mut();
        if kept.len() >= KEPT_EXCHANGES {
            return;
        }
        exchange.reset();
        kept.push(exchange);
    }

    /// The settings in force.
    #[expect(clippy::redundant_allocation, reason = "as above")]
    pub(crate) fn rules(&self) -> Rc<Arc<Rules>> {
        Rc::clone(&self.rules.borrow())
    }

    /// What a head may be on a connection that begins now.
    pub(crate) fn head_limits(&self) -> Rc<HeadLimits> {
        Rc::clone(&self.head_limits.borrow())
    }

    /// Goes by other settings from now on. Connections that are open keep what was agreed on when they began.
    fn obey(&self, rules: Arc<Rules>) {
        let before = self.rules.replace(Rc::new(Arc::clone(&rules)));
        self.timeouts.set(rules.timeouts);
        self.shedding.allow(rules.timeouts.lag);
        self.limits.set(rules.limits);
        self.buffering.set(rules.backend.buffer_response);
        self.most_calls.set(share(rules.limits.calls, self.threads));
        *self.head_limits.borrow_mut() = Rc::new(head_limits(&rules.limits));
        if before.identities != rules.identities {
            self.tokens.forget();
        }
        if !Arc::ptr_eq(&before.tls_client, &rules.tls_client) {
            self.profiles.forget();
        }
        self.pool.obey(rules);
    }

    /// Goes on with another version of the service; calls in progress end with the one they began with.
    ///
    /// A listener for which `shown` has nothing goes on showing what it does.
    pub(crate) fn replace(&self, site: Site, rules: Arc<Rules>, shown: ListenerTls) {
        self.obey(rules);
        site.adopt(&self.site.borrow());
        let former = self.site.replace(Rc::new(site));
        self.former.borrow_mut().push(former);
        for (now, next) in self.tls.borrow_mut().iter_mut().zip(shown) {
            if next.is_some() {
                *now = next;
            }
        }
        self.forget_former();
    }

    /// Lets go of versions that no call uses any more.
    fn forget_former(&self) {
        self.former.borrow_mut().retain(|site| {
            let is_used = Rc::strong_count(site) > 1;
            if !is_used {
                self.metrics.retire(site);
            }
            is_used
        });
    }

    /// What this thread has counted.
    pub(crate) fn figures(&self) -> Snapshot {
        self.forget_former();
        let mut figures = self.metrics.snapshot();
        let (site, former) = (self.site.borrow(), self.former.borrow());
        for (api, class, times) in former.iter().chain([&*site]).flat_map(|site| site.answers()) {
            *figures.apis.entry((api.to_owned(), class)).or_default() += times;
        }
        figures.connections = self.open.get() as u64;
        figures.former = former.len() as u64;
        figures
    }

    /// What clients of a listener are shown.
    pub(crate) fn tls(&self, listener: usize) -> Option<Arc<rustls::ServerConfig>> {
        self.tls.borrow().get(listener).and_then(Option::clone)
    }

    /// Are there more calls than this thread may have, or more than it gets done in time? It is asked for a call that begins
    /// `now`.
    pub(crate) fn is_overloaded(&self, now: Instant) -> bool {
        self.metrics.calls.get() > self.most_calls.get()
            || self.pressure.get() == Pressure::Refuse
            || self.shedding.is_too_late(now)
    }

    /// Connections that this thread may have open.
    pub(crate) fn most_connections(&self) -> usize {
        share(self.limits.get().connections, self.threads)
    }

    /// Handshakes that this thread may have going on, and those that may begin in a second; 0 for any number.
    pub(crate) fn most_handshakes(&self) -> (usize, usize) {
        let Limits { handshakes, handshakes_per_second: a_second, .. } = self.limits.get();
        (share(handshakes, self.threads), if a_second == 0 { 0 } else { share(a_second, self.threads) })
    }

    /// No further connection could be taken: those that rest make room.
    pub(crate) fn note_crowd(&self) {
        self.crowded.set(true);
    }

    /// Notes a new connection.
    pub(crate) fn admit(&self, connection: &Rc<Connection>) {
        connection.last_call.set(self.draining.get());
        self.connections.borrow_mut().push(Rc::downgrade(connection));
    }

    /// Looks after everything that waits. Runs at every tick.
    pub(crate) fn sweep(&self) {
        let now = self.clock.advance();
        self.deadlines.sweep(now);
        self.log.flush();
        self.forget_former();
        let looks = self.looks.replace(self.looks.get().wrapping_add(1)).is_multiple_of(LOOK_TICKS);
        self.pool.sweep(now, looks);
        let crowded = self.crowded.take() || self.open.get() >= self.most_connections();
        let timeouts = self.timeouts.get();
        let idle = if crowded { timeouts.idle.min(CROWDED_IDLE) } else { timeouts.idle };
        let pressure = self.shared.pressure.get();
        self.pressure.set(pressure);
        if looks {
            let site = Rc::clone(&self.site.borrow());
            self.shared.reports.hand_over(self.report, &site.entities, self.pool.origins());
        }
        let mut rested = false;
        self.connections.borrow_mut().retain(|connection| {
            let Some(connection) = connection.upgrade() else { return false };
            if pressure != Pressure::None {
                connection.retiring.set(true);
                connection.wake();
            }
            if connection.is_overdue(now, &timeouts, idle) {
                connection.expired.set(true);
                connection.wake();
            }
            rested |= connection.rest_if_quiet(now);
            if looks {
                connection.look_for_peer();
            }
            true
        });
        self.give_back.after(now, rested);
    }

    /// Takes one more call on every connection that is open, for its client may have sent it already.
    pub(crate) fn drain(&self) {
        self.draining.set(true);
        self.each_connection(|connection| connection.last_call.set(true));
    }

    /// Takes no more calls; those in progress go on.
    pub(crate) fn retire(&self) {
        self.each_connection(|connection| {
            connection.retiring.set(true);
            connection.wake();
        });
    }

    /// Ends what is still going on.
    pub(crate) fn abort(&self) {
        self.each_connection(|connection| {
            connection.expired.set(true);
            connection.wake();
        });
    }

    fn each_connection(&self, act: impl Fn(&Connection)) {
        for connection in self.connections.borrow().iter().filter_map(Weak::upgrade) {
            act(&connection);
        }
    }
}
