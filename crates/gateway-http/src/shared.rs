//! What all threads share: stores that count and remember for the whole process.

use std::sync::Arc;

use crate::cache::Cache;
use crate::cache::flights::Flights;
use crate::config::Config;
use crate::limits::Counters;
use crate::slots::Slots;

/// The stores and the settings.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) engine_limits: policy_vm::Limits,
    pub(crate) cache: Cache,
    /// Responses that are being fetched for it.
    pub(crate) flights: Arc<Flights>,
    pub(crate) counters: Counters,
    pub(crate) slots: Slots,
    pub(crate) tls_client: Arc<rustls::ClientConfig>,
}

impl Shared {
    pub(crate) fn new(config: Config, engine_limits: policy_vm::Limits, tls: Arc<rustls::ClientConfig>) -> Arc<Self> {
        Arc::new(Self {
            cache: Cache::new(config.cache.size, config.cache.item),
            flights: Arc::default(),
            counters: Counters::new(),
            slots: Slots::default(),
            tls_client: tls,
            engine_limits,
            config,
        })
    }
}
