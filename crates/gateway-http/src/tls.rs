//! TLS towards clients and backends.

mod by_name;
mod client_certificate;

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use self::by_name::ByName;
use self::client_certificate::AnyCertificate;
use crate::backend::profile::Authorities;
use crate::config::edge::{ClientCertificate, Listener, Tls};
use crate::data::{FileError, read_bytes};

/// Keys or certificates that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("`{file}` cannot be read: {source}")]
    File { file: String, source: FileError },
    #[error("`{file}`: {source}")]
    Pem { file: String, source: pem::Error },
    #[error("`{file}` contains no certificate")]
    Empty { file: String },
    #[error("`{certificate}` with `{key}`: {source}")]
    Pair { certificate: String, key: String, source: rustls::Error },
    #[error("`{0}` is no name for a certificate: write `api.example.com` or `*.example.com`")]
    Name(String),
    #[error("client certificates: {0}")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
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

/// What clients of a listener are shown and asked for; `None` where no TLS is spoken.
pub(crate) fn server(listener: &Listener, folder: &Path) -> Result<Option<Arc<ServerConfig>>, TlsError> {
    let Some(settings) = &listener.tls else { return Ok(None) };
    let provider = provider();
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match settings.client_certificate {
        ClientCertificate::Off => builder.with_no_client_auth(),
        mode => builder.with_client_cert_verifier(verifier(settings, mode, folder, &provider)?),
    };
    let mut config = builder.with_cert_resolver(Arc::new(ByName::read(settings, folder, &provider)?));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if listener.speaks_http2() {
        config.alpn_protocols.insert(0, b"h2".to_vec());
    }
    Ok(Some(Arc::new(config)))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn verifier(
    settings: &Tls,
    mode: ClientCertificate,
    folder: &Path,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn rustls::server::danger::ClientCertVerifier>, TlsError> {
    let required = mode == ClientCertificate::Require;
    let Some(file) = &settings.client_ca else { return Ok(Arc::new(AnyCertificate::new(provider, required))) };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&folder.join(file))? {
        roots.add(certificate)?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    Ok(if required { builder.build()? } else { builder.allow_unauthenticated().build()? })
}

/// The certificates of a PEM file, at least one.
pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found = pem(file, |text| CertificateDer::pem_slice_iter(text).collect::<Result<Vec<_>, _>>())?;
    if found.is_empty() { Err(TlsError::Empty { file: file.display().to_string() }) } else { Ok(found) }
}

/// What is in a PEM file.
pub(crate) fn pem<T>(file: &Path, what: impl FnOnce(&[u8]) -> Result<T, pem::Error>) -> Result<T, TlsError> {
    let name = || file.display().to_string();
    let text = read_bytes(file).map_err(|source| TlsError::File { file: name(), source })?;
    what(&text).map_err(|source| TlsError::Pem { file: name(), source })
}
