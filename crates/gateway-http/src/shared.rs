//! What all threads share: stores that count and remember for the whole process.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::net::TcpStream;

use crate::backend::egress::Egress;
use crate::backend::profile::Authorities;
use crate::backend::status::Reports;
use crate::backend::verify::Checks;
use crate::cache::Cache;
use crate::cache::flights::Flights;
use crate::config::Config;
use crate::lifecycle::status::Status;
use crate::limits::Counters;
use crate::memory::{Gauge, open_files};
use crate::slots::Slots;
use crate::tls::{self, TlsError};
use crate::trust::Trust;

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
    /// Which version serves, and whether it is about to stop.
    pub(crate) status: Status,
    /// Connections of clients that there may be.
    pub(crate) connections: usize,
    /// How short memory is.
    pub(crate) pressure: Gauge,
    /// Whom backends are checked against.
    pub(crate) authorities: Authorities,
    /// How connections to backends are made that no entity says more about.
    pub(crate) tls_client: Arc<rustls::ClientConfig>,
    pub(crate) egress: Egress,
    /// Whose client certificates are trusted.
    pub(crate) trust: Trust,
    /// What threads report of their backends.
    pub(crate) reports: Reports,
    /// Where the gateway itself listens.
    pub(crate) listening: OnceLock<Vec<SocketAddr>>,
    begin: Instant,
}

impl Shared {
    /// Files that the settings name are relative to `folder`; `digest` is the version's.
    ///
    /// # Errors
    /// When one of them cannot be read, or the rules for outgoing requests are none.
    pub(crate) fn new(
        config: Config,
        engine_limits: policy_vm::Limits,
        folder: &Path,
        digest: String,
    ) -> Result<Arc<Self>, TlsError> {
        let authorities = tls::authorities(config.backend.ca_file.as_ref().map(|file| folder.join(file)).as_deref())?;
        Ok(Arc::new(Self {
            cache: Cache::new(config.cache.size, config.cache.item),
            flights: Arc::default(),
            counters: Counters::new(),
            slots: Slots::default(),
            pressure: Gauge::default(),
            connections: fit(config.limits.connections),
            status: Status::new(digest),
            tls_client: authorities.connect_with(&Checks::default(), None)?,
            authorities,
            egress: Egress::new(&config.egress).map_err(TlsError::Egress)?,
            trust: Trust::read(&config.client_certificates, folder)?,
            reports: Reports::default(),
            listening: OnceLock::new(),
            begin: Instant::now(),
            engine_limits,
            config,
        }))
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

/// Every call may need a file of its own towards a backend: clients get at most half of what there may be.
fn fit(connections: usize) -> usize {
    let most = open_files().map_or(usize::MAX, |files| (files / 2).max(1));
    if connections > most {
        tracing::warn!("`limits.connections` is taken as {most}: half of the files that may be open");
    }
    connections.min(most)
}
