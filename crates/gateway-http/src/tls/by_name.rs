//! Which certificate a client is shown: the one for the name it asks for, else the listener's own.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::{TlsError, certificates, pem};
use crate::config::edge::Tls;

/// Certificates by name.
#[derive(Debug)]
pub(super) struct ByName {
    exact: FxHashMap<String, Arc<CertifiedKey>>,
    /// `*.example.com` by `example.com`.
    below: FxHashMap<String, Arc<CertifiedKey>>,
    other: Arc<CertifiedKey>,
}

impl ByName {
    /// Reads all files.
    pub(super) fn read(settings: &Tls, folder: &Path, provider: &CryptoProvider) -> Result<Self, TlsError> {
        let pair = |certificate: &Path, key: &Path| pair(&folder.join(certificate), &folder.join(key), provider);
        let mut all = Self {
            exact: FxHashMap::default(),
            below: FxHashMap::default(),
            other: pair(&settings.certificate, &settings.key)?,
        };
        for host in &settings.hosts {
            let shown = pair(&host.certificate, &host.key)?;
            for name in &host.names {
                all.add(name, &shown)?;
            }
        }
        Ok(all)
    }

    fn add(&mut self, name: &str, shown: &Arc<CertifiedKey>) -> Result<(), TlsError> {
        let name = name.to_ascii_lowercase();
        let (map, key) = match name.strip_prefix("*.") {
            Some(parent) => (&mut self.below, parent),
            None => (&mut self.exact, name.as_str()),
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if key.is_empty() || !key.bytes().all(is_name) || key.starts_with('.') {
            return Err(TlsError::Name(name));
        }
        map.insert(key.to_owned(), Arc::clone(shown));
        Ok(())
    }

    fn find(&self, name: &str) -> &Arc<CertifiedKey> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let wild = || name.split_once('.').and_then(|(_, parent)| self.below.get(parent));
        self.exact.get(&name).or_else(wild).unwrap_or(&self.other)
    }
}

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(hello.server_name().map_or(&self.other, |name| self.find(name))))
    }
}

/// A chain with the key of its first certificate; that they belong together is looked at here, not at the first handshake.
fn pair(certificate: &Path, key: &Path, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, TlsError> {
    let private = pem(key, PrivateKeyDer::from_pem_slice)?;
    let shown = CertifiedKey::from_der(certificates(certificate)?, private, provider).map_err(|source| {
        TlsError::Pair { certificate: certificate.display().to_string(), key: key.display().to_string(), source }
    })?;
    Ok(Arc::new(shown))
}
