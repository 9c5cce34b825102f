//! TLS towards clients and backends.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig};

use crate::backend::profile::Authorities;
use crate::config::Tls;

/// Keys or certificates that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("`{file}`: {source}")]
    Pem { file: String, source: rustls::pki_types::pem::Error },
    #[error("`{file}` contains no certificate")]
    Empty { file: String },
    #[error("TLS: {0}")]
    Rustls(#[from] rustls::Error),
    #[error("TLS: {0}")]
    Io(#[from] io::Error),
    #[error("TLS: {0}")]
    Roots(String),
    #[error("egress: {0}")]
    Egress(String),
}

/// The authorities that backends are checked against: the public ones, and those of the file.
pub(crate) fn authorities(ca_file: Option<&Path>) -> Result<Authorities, TlsError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(file) = ca_file {
        for certificate in certificates(file)? {
            roots.add(certificate)?;
        }
    }
    Ok(Authorities(Arc::new(roots)))
}

/// What clients are shown.
pub(crate) fn server(settings: &Tls, folder: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let file = folder.join(&settings.key);
    let key = PrivateKeyDer::from_pem_file(&file)
        .map_err(|source| TlsError::Pem { file: file.display().to_string(), source })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates(&folder.join(&settings.certificate))?, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let name = || file.display().to_string();
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = read.map_err(|source| TlsError::Pem { file: name(), source })?;
    if found.is_empty() { Err(TlsError::Empty { file: name() }) } else { Ok(found) }
}
