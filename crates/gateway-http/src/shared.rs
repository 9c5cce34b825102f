//! What all threads share: stores that count and remember for the whole process.

use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::net::TcpStream;

use crate::backend::status::Reports;
use crate::cache::Cache;
use crate::cache::flights::Flights;
use crate::config::Config;
use crate::lifecycle::status::Status;
use crate::limits::Counters;
use crate::memory::Gauge;
use crate::slots::Slots;

/// The stores, and the settings that the process began with: those in force are each thread's [`Rules`].
///
/// [`Rules`]: crate::rules::Rules
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) engine_limits: policy_vm::Limits,
    pub(crate) cache: Cache,
    /// Responses that are being fetched for it.
    pub(crate) flights: Arc<Flights>,
    pub(crate) counters: Counters,
    pub(crate) slots: Slots,
    /// Which version serves, and whether it is about to stop.
    pub(crate) status: Status,
    /// Bytes that the process may have by the settings in force; 0 for what the machine allows.
    pub(crate) memory: AtomicU64,
    /// How short memory is.
    pub(crate) pressure: Gauge,
    /// What threads report of their backends.
    pub(crate) reports: Reports,
    /// Where the gateway itself listens.
    pub(crate) listening: OnceLock<Vec<SocketAddr>>,
    begin: Instant,
}

impl Shared {
    /// Nothing counted, nothing stored; `digest` is the version's.
    pub(crate) fn new(config: Config, engine_limits: policy_vm::Limits, digest: String) -> Arc<Self> {
        Arc::new(Self {
            cache: Cache::new(config.cache.size, config.cache.item),
            flights: Arc::default(),
            counters: Counters::new(),
            slots: Slots::default(),
            memory: AtomicU64::new(config.limits.memory),
            pressure: Gauge::default(),
            status: Status::new(digest),
            reports: Reports::default(),
            listening: OnceLock::new(),
            begin: Instant::now(),
            engine_limits,
            config,
        })
    }

    /// Milliseconds since the process began to serve, the same on all threads.
    pub(crate) fn now_millis(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Does this connection lead to the gateway itself?
    pub(crate) fn is_own(&self, stream: &TcpStream) -> bool {
        let (Some(listening), Ok(peer), Ok(local)) = (self.listening.get(), stream.peer_addr(), stream.local_addr())
        else {
            return false;
        };
        listening.iter().any(|own| {
            own.port() == peer.port()
                && (own.ip() == peer.ip()
                    // Who listens everywhere is reached at any address of the machine, from that same address.
                    || (own.ip().is_unspecified() && peer.ip() == local.ip()))
        })
    }
}
