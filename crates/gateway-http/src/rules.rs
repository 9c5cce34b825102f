//! The settings that another version of the service may change while it is served: whom the gateway reaches and trusts, who
//! it is, what messages may be and how long things may take. What a running process cannot exchange (listeners, stores, logs,
//! threads) is read once, and stays in `shared`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::backend::egress::Egress;
use crate::backend::profile::Authorities;
use crate::backend::verify::Checks;
use crate::config::edge::{Limits, Timeouts};
use crate::config::{Backend, Config, Gateway, Identity};
use crate::memory::open_files;
use crate::tls::{self, TlsError};
use crate::trust::Trust;

/// See the module.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) gateway: Gateway,
    pub(crate) limits: Limits,
    pub(crate) timeouts: Timeouts,
    pub(crate) backend: Backend,
    pub(crate) egress: Egress,
    pub(crate) identities: Vec<Identity>,
    /// Where secrets are that identities name by relative paths.
    pub(crate) folder: PathBuf,
    /// Whose client certificates are trusted.
    pub(crate) trust: Trust,
    /// Whom backends are checked against.
    pub(crate) authorities: Authorities,
    /// How connections to backends are made that no entity says more about.
    pub(crate) tls_client: Arc<rustls::ClientConfig>,
}

impl Rules {
    /// The rules of the settings, whose files are relative to `folder`. Where authorities are the same as `before`,
    /// connections made under those may go on.
    ///
    /// # Errors
    /// When a file cannot be read, or the networks for outgoing requests are none.
    pub(crate) fn read(config: &Config, folder: &Path, before: Option<&Self>) -> Result<Arc<Self>, TlsError> {
        let ca_file = config.backend.ca_file.as_ref().map(|file| folder.join(file));
        let authorities = tls::authorities(ca_file.as_deref())?;
        let same = before.filter(|before| before.authorities.0.roots == authorities.0.roots);
        let (authorities, tls_client) = match same {
            Some(before) => (before.authorities.clone(), Arc::clone(&before.tls_client)),
            None => {
                let tls_client = authorities.connect_with(&Checks::default(), None)?;
                (authorities, tls_client)
            }
        };
        Ok(Arc::new(Self {
            gateway: config.gateway.clone(),
            limits: Limits { connections: fit(config.limits.connections), ..config.limits },
            timeouts: config.timeouts,
            backend: config.backend.clone(),
            egress: Egress::new(&config.egress).map_err(TlsError::Egress)?,
            identities: config.identities.clone(),
            folder: config.folder.clone(),
            trust: Trust::read(&config.client_certificates, folder)?,
            authorities,
            tls_client,
        }))
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
