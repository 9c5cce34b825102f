//! One thread of the gateway: its runtime, its connections, its backends. Nothing here is shared with another thread.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use policy_vm::Exchange;
use policy_vm::host::OutgoingRequest;

use crate::access_log::AccessLog;
use crate::backend::pool::Pool;
use crate::backend::profiles::Profiles;
use crate::backend::send::send;
use crate::config::{Limits, Timeouts};
use crate::edge::connection::Connection;
use crate::edge::framing::HeadLimits;
use crate::identity::Tokens;
use crate::shared::Shared;
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
    pub(crate) timeouts: Timeouts,
    pub(crate) limits: Limits,
    pub(crate) head_limits: Rc<HeadLimits>,
    pub(crate) log: AccessLog,
    /// The configuration that new calls use.
    pub(crate) site: RefCell<Rc<Site>>,
    pub(crate) draining: Cell<bool>,
    pub(crate) connections: RefCell<Vec<Weak<Connection>>>,
    pub(crate) open: Cell<usize>,
    /// How many threads share the limits.
    pub(crate) threads: usize,
    /// Requests of policies that nobody waits for.
    one_way: Cell<usize>,
    #[expect(clippy::vec_box, reason = "an exchange is lent to one call after another, and moving one costs more")]
    exchanges: RefCell<Vec<Box<Exchange>>>,
    /// Ticks so far.
    looks: Cell<u32>,
    /// Memory for the lower-case copy of a path.
    pub(crate) scratch: RefCell<String>,
}

/// One-way requests under way at once.
const MAX_ONE_WAY: usize = 1000;

/// Every so many ticks, clients of long calls are looked for.
const LOOK_TICKS: u32 = 4;

/// Exchanges kept for the next calls; more than this many at once is rare, and each may hold buffers.
const KEPT_EXCHANGES: usize = 256;

impl Worker {
    pub(crate) fn new(shared: Arc<Shared>, site: Rc<Site>, log: AccessLog, threads: usize) -> Rc<Self> {
        let limits = shared.config.limits.clone();
        let clock = Clock::new();
        Rc::new(Self {
            deadlines: Deadlines::new(clock.clone()),
            pool: Pool::new(clock.clone(), &shared.config.backend, Arc::clone(&shared.tls_client)),
            profiles: Profiles::default(),
            tokens: Tokens::default(),
            report: shared.reports.register(),
            clock,
            timeouts: shared.config.timeouts.clone(),
            head_limits: Rc::new(HeadLimits {
                target: limits.request_target,
                block: limits.header_block,
                headers: limits.headers,
                body: limits.body.unwrap_or(u64::MAX),
            }),
            limits,
            shared,
            log,
            site: RefCell::new(site),
            draining: Cell::new(false),
            connections: RefCell::default(),
            open: Cell::new(0),
            threads,
            one_way: Cell::new(0),
            exchanges: RefCell::default(),
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

    /// Notes a new connection.
    pub(crate) fn admit(&self, connection: &Rc<Connection>) {
        self.open.set(self.open.get() + 1);
        self.connections.borrow_mut().push(Rc::downgrade(connection));
    }

    /// Sends a request that nobody waits for; when too many are under way already, it is dropped.
    pub(crate) fn send_one_way(self: &Rc<Self>, request: OutgoingRequest) {
        if self.one_way.get() >= MAX_ONE_WAY {
            tracing::warn!("a one-way request was dropped: too many are under way");
            return;
        }
        self.one_way.set(self.one_way.get() + 1);
        let worker = Rc::clone(self);
        tokio::task::spawn_local(async move {
            if let Err(error) = send(Rc::clone(&worker), request).await {
                tracing::info!(%error, "a one-way request failed");
            }
            worker.one_way.set(worker.one_way.get().saturating_sub(1));
        });
    }

    /// Looks after everything that waits. Runs at every tick.
    pub(crate) fn sweep(&self) {
        let now = self.clock.advance();
        self.deadlines.sweep(now);
        self.pool.sweep(now);
        self.log.flush();
        let looks = self.looks.replace(self.looks.get().wrapping_add(1)).is_multiple_of(LOOK_TICKS);
        if looks {
            let site = Rc::clone(&self.site.borrow());
            self.shared.reports.hand_over(self.report, &site.entities, self.pool.origins());
        }
        self.connections.borrow_mut().retain(|connection| {
            let Some(connection) = connection.upgrade() else { return false };
            if connection.is_overdue(now, &self.timeouts) {
                connection.expired.set(true);
                connection.wake();
            }
            if looks {
                connection.look_for_peer();
            }
            true
        });
    }

    /// Stops taking calls on connections that are open; those in progress go on.
    pub(crate) fn drain(&self) {
        self.draining.set(true);
        self.each_connection(Connection::wake);
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
